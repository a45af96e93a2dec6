"""A type for texts that are written batch by batch: it heeds who does not want to receive, as every batch's type must."""

from django.db import migrations

NAME = "Aviso em lote"
THREE_DAYS = 3 * 24 * 60


def seed(apps, schema_editor):
    apps.get_model("outbox", "MessageType").objects.get_or_create(
        name=NAME,
        defaults={
            "template": "{TEXTO}",
            "fields": "TEXTO,EMPRESA,TELEFONE",
            "priority": 9,
            "validity_minutes": THREE_DAYS,
            "heeds_opt_out": True,
        },
    )


class Migration(migrations.Migration):
    dependencies = [("batches", "0001_initial"), ("outbox", "0007_batch")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
