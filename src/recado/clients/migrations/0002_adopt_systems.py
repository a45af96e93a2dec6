from django.db import migrations
from django.utils import timezone


def adopt(apps, schema_editor):
    """Whoever has the role already is a system with the usual limits."""
    client = apps.get_model("clients", "Client")
    for user in apps.get_model("auth", "User").objects.filter(groups__name="Integração", client=None):
        client.objects.create(user=user, created_at=timezone.now(), created_by="Recado")


class Migration(migrations.Migration):
    dependencies = [("clients", "0001_systems_and_tokens"), ("people", "0001_accounts_and_roles")]

    operations = [migrations.RunPython(adopt, migrations.RunPython.noop)]
