"""The type of SMS that bills go out with: the text is made beforehand, and whoever asked to be left alone is heeded."""

from django.db import migrations

NAME = "Faturamento (conta a vencer)"


def make_type(apps, schema_editor):
    MessageType = apps.get_model("outbox", "MessageType")
    BillingType = apps.get_model("billing", "BillingType")
    if BillingType.objects.exists():
        return
    kind, _ = MessageType.objects.get_or_create(
        name=NAME,
        defaults={
            "template": "{TEXTO}",
            "fields": "TEXTO,EMPRESA,TELEFONE",
            "priority": 9,
            "heeds_opt_out": True,
            "max_attempts": 5,
        },
    )
    BillingType.objects.create(type=kind)


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial"), ("outbox", "0003_receipts")]
    operations = [migrations.RunPython(make_type, migrations.RunPython.noop)]
