"""Until when a person may have an e-mail tried again: for those of before, until they were to be tried anyway."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def as_long_as_tried(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Nothing is known of them but `expires_at`."""
    apps.get_model("mail", "Mail").objects.update(useful_until=F("expires_at"))


class Migration(migrations.Migration):
    dependencies = [("mail", "0001_initial")]

    operations = [
        migrations.AddField("mail", "useful_until", models.DateTimeField("serve até", null=True)),
        migrations.RunPython(as_long_as_tried, migrations.RunPython.noop),
        migrations.AlterField("mail", "useful_until", models.DateTimeField("serve até")),
        migrations.AddIndex("mail", models.Index(fields=["status", "moment", "id"], name="mail_standing")),
    ]
