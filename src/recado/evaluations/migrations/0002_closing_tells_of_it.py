"""The SMS of a request that was met may say that an e-mail was sent: a tag, and the tag in the text nobody changed."""

from django.db import migrations

TYPE_CLOSED = 3
BEFORE = "{EMPRESA}: o pedido do protocolo {PROTOCOLO} foi atendido. Se algo não ficou certo, ligue {TELEFONE}."
TAG = "AVALIACAO"


def add_tag(apps, schema_editor):
    MessageType = apps.get_model("outbox", "MessageType")
    closed = MessageType.objects.filter(pk=TYPE_CLOSED).first()
    if closed is None or TAG in closed.fields:
        return
    MessageType.objects.filter(pk=TYPE_CLOSED).update(fields=f"{closed.fields},{TAG}")
    MessageType.objects.filter(pk=TYPE_CLOSED, template=BEFORE).update(template=f"{BEFORE} {{{TAG}}}")


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0001_initial"), ("outbox", "0002_message_types")]
    operations = [migrations.RunPython(add_tag, migrations.RunPython.noop)]
