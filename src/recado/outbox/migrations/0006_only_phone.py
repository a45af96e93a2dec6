import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outbox', '0005_hours_and_sums'),
        ('phones', '0003_line_and_balance'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='only_phone',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='phones.phone', verbose_name='só por'),
        ),
    ]
