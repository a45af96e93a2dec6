"""A start for the lists that each company keeps: GSAN's numbers where it has them."""

from django.core.management.color import no_style
from django.db import connection, migrations

CHANNELS = [(1, "Telefone"), (2, "Balcão"), (3, "Carta"), (8, "Internet"), (11, "Celular")]
CLOSING_REASONS = [
    (1, "Cancelado pelo solicitante"),
    (2, "Conclusão do serviço"),
    (3, "Serviço não procede"),
    (4, "Endereço não localizado"),
    (5, "Registro em duplicidade"),
]
SUBTYPES = {
    "Água": ["Falta de água", "Vazamento na rua", "Vazamento no cavalete", "Baixa pressão", "Qualidade da água"],
    "Esgoto": ["Esgoto entupido", "Extravasamento na rua", "Tampa de poço de visita"],
    "Ligação": ["Ligação nova", "Religação", "Troca de hidrômetro", "Corte a pedido"],
    "Conta": ["Revisão de conta", "Segunda via", "Troca de titularidade"],
}


def seed(apps, schema_editor):
    model = lambda name: apps.get_model("service_requests", name)
    for pk, name in CHANNELS:
        model("Channel").objects.get_or_create(pk=pk, defaults={"name": name})
    for pk, name in CLOSING_REASONS:
        model("ClosingReason").objects.get_or_create(pk=pk, defaults={"name": name})
    for type_name, names in SUBTYPES.items():
        request_type, _ = model("RequestType").objects.get_or_create(name=type_name)
        for name in names:
            model("Subtype").objects.get_or_create(type=request_type, name=name)
    model("ProtocolCounter").objects.get_or_create(pk=1)
    for statement in connection.ops.sequence_reset_sql(no_style(), [model("Channel"), model("ClosingReason")]):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
