"""An evaluation keeps its own key: the e-mail's, by which it was known, goes with the e-mail once that is old."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def take_over(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Each asked before takes its e-mail's key; one whose e-mail is gone, a key that names nobody."""
    for row in apps.get_model("evaluations", "Evaluation").objects.select_related("mail").iterator(chunk_size=500):
        row.key = row.mail.key if row.mail else f"evaluation:{row.pk}"
        row.save(update_fields=["key"])


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0002_closing_tells_of_it"), ("mail", "0001_initial")]

    operations = [
        migrations.AddField("evaluation", "key", models.CharField(max_length=120, null=True)),
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.AlterField("evaluation", "key", models.CharField(max_length=120, unique=True)),
    ]
