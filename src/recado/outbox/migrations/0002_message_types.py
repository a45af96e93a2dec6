"""The five types of the original (GSAN's `sms_tipo`), with its numbers, and one for a text written by hand."""

from django.core.management.color import no_style
from django.db import connection, migrations

COMPANY = "EMPRESA,TELEFONE"
TYPES = [
    (1, "Envio protocolo (RA inserida)",
     "{EMPRESA}: recebemos seu pedido. Protocolo {PROTOCOLO}. Ele foi encaminhado para atendimento "
     "e avisaremos por SMS quando for concluído.",
     f"PROTOCOLO,RA,{COMPANY}", 1),
    (2, "Envio protocolo (RA já existente)",
     "{EMPRESA}: registramos seu novo contato. Protocolo {PROTOCOLO}. O pedido já está em atendimento "
     "e avisaremos por SMS quando for concluído.",
     f"PROTOCOLO,RA,{COMPANY}", 1),
    (3, "Envio serviço realizado",
     "{EMPRESA}: o pedido do protocolo {PROTOCOLO} foi atendido. Se algo não ficou certo, ligue {TELEFONE}.",
     f"PROTOCOLO,RA,{COMPANY}", 1),
    (4, "Envio comunicado de erro",
     "{EMPRESA}: por uma falha técnica seu pedido não foi registrado. Ligue {TELEFONE}.",
     COMPANY, 1),
    (5, "Ordem de serviço concluída com sucesso",
     "{EMPRESA}: a ordem de serviço {OS} do protocolo {PROTOCOLO} foi concluída.",
     f"OS,PROTOCOLO,RA,{COMPANY}", 5),
    (6, "Envio avulso", "{TEXTO}", "TEXTO", 5),
]
THREE_DAYS = 3 * 24 * 60


def seed(apps, schema_editor):
    MessageType = apps.get_model("outbox", "MessageType")
    for pk, name, template, fields, priority in TYPES:
        MessageType.objects.get_or_create(
            pk=pk,
            defaults={
                "name": name,
                "template": template,
                "fields": fields,
                "priority": priority,
                "validity_minutes": THREE_DAYS,
            },
        )
    for statement in connection.ops.sequence_reset_sql(no_style(), [MessageType]):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
