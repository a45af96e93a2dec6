
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('phones', '0003_line_and_balance'),
    ]

    operations = [
        migrations.AddField(
            model_name='phone',
            name='check_answer',
            field=models.CharField(blank=True, max_length=600, verbose_name='resposta do teste'),
        ),
        migrations.AddField(
            model_name='phone',
            name='check_answered_at',
            field=models.DateTimeField(null=True, verbose_name='teste respondido em'),
        ),
        migrations.AddField(
            model_name='phone',
            name='check_asked_at',
            field=models.DateTimeField(null=True, verbose_name='teste pedido em'),
        ),
        migrations.AddField(
            model_name='phone',
            name='check_asked_by',
            field=models.CharField(blank=True, max_length=150, verbose_name='teste pedido por'),
        ),
        migrations.AddField(
            model_name='phone',
            name='check_well',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='phone',
            name='test_message_id',
            field=models.BigIntegerField(null=True, verbose_name='mensagem do último teste'),
        ),
    ]
