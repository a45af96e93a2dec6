
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alarms', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='notice',
            name='told_to',
            field=models.CharField(blank=True, max_length=400, verbose_name='a quem'),
        ),
        migrations.AlterField(
            model_name='alarm',
            name='kind',
            field=models.CharField(choices=[('phone_down', 'Aparelho parado'), ('oldest_urgent', 'Mensagem urgente esperando'), ('errors', 'Muitas mensagens com erro'), ('gateway_down', 'Serviço de envio parado')], max_length=16, verbose_name='tipo'),
        ),
    ]
