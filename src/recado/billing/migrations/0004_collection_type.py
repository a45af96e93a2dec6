"""The type of SMS that collection documents go out with, like that of bills."""

from django.db import migrations

NAME = "Cobrança (documento a vencer)"


def make_type(apps, schema_editor):
    MessageType = apps.get_model("outbox", "MessageType")
    BillingType = apps.get_model("billing", "BillingType")
    sms, _ = MessageType.objects.get_or_create(
        name=NAME,
        defaults={
            "template": "{TEXTO}",
            "fields": "TEXTO,EMPRESA,TELEFONE",
            "priority": 9,
            "heeds_opt_out": True,
            "max_attempts": 5,
        },
    )
    BillingType.objects.create(kind="collection", type=sms)


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_kinds")]
    operations = [migrations.RunPython(make_type, migrations.RunPython.noop)]
