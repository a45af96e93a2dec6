
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0003_batch_duties'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='account',
            options={'default_permissions': (), 'permissions': (('use_screens', 'Pode usar as telas'), ('consult', 'Pode consultar RA e mensagens'), ('open_requests', 'Pode inserir, reiterar e encerrar RA'), ('correct_numbers', 'Pode corrigir celulares'), ('read_replies', 'Pode ler respostas'), ('decide_messages', 'Pode reenviar, confirmar e descartar mensagens'), ('export_data', 'Pode exportar dados'), ('view_reports', 'Pode ver o painel'), ('edit_types', 'Pode mudar tipos e textos'), ('pause_phones', 'Pode pausar e retomar aparelhos, e enviar por eles um SMS de teste'), ('send_batches', 'Pode enviar SMS em lote'), ('approve_batches', 'Pode aprovar lotes'), ('manage_phones', 'Pode cadastrar e mudar aparelhos'), ('manage_users', 'Pode cadastrar usuários e dar papéis'), ('edit_parameters', 'Pode mudar parâmetros'), ('view_audit', 'Pode ver a auditoria'), ('use_api', 'Pode usar a integração entre sistemas')), 'verbose_name': 'conta', 'verbose_name_plural': 'contas'},
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='deed',
            field=models.CharField(choices=[('login', 'entrou'), ('logout', 'saiu'), ('refused', 'teve a entrada recusada'), ('password', 'trocou a própria senha'), ('ra_opened', 'inseriu o RA'), ('ra_reiterated', 'reiterou o RA'), ('ra_closed', 'encerrou o RA'), ('ra_viewed', 'viu o RA'), ('ra_mobile', 'corrigiu um celular do RA'), ('msg_viewed', 'viu a mensagem'), ('msg_resent', 'reenviou a mensagem'), ('msg_corrected', 'corrigiu o número da mensagem'), ('msg_discarded', 'descartou a mensagem'), ('msg_confirmed', 'confirmou o envio da mensagem'), ('msg_undone', 'desfez o descarte da mensagem'), ('story_viewed', 'viu a história de um cliente'), ('searched', 'pesquisou por um número'), ('reply_read', 'marcou como lida a resposta'), ('wish_ended', 'retirou o pedido de não receber'), ('exported', 'exportou'), ('batch_made', 'preparou o lote'), ('batch_viewed', 'viu linhas do lote'), ('batch_asked', 'pediu aprovação do lote'), ('batch_started', 'pôs em envio o lote'), ('batch_approved', 'aprovou o lote'), ('batch_returned', 'devolveu o lote'), ('batch_paused', 'pausou o lote'), ('batch_resumed', 'retomou o lote'), ('batch_cancelled', 'cancelou o lote'), ('phone_paused', 'pausou o aparelho'), ('phone_resumed', 'retomou o aparelho'), ('phone_checked', 'testou a conexão do aparelho'), ('phone_tested', 'enviou um SMS de teste pelo aparelho'), ('phone_changed', 'mudou o aparelho'), ('type_changed', 'mudou o tipo de SMS'), ('type_deleted', 'excluiu o tipo de SMS'), ('test_sent', 'enviou um SMS de teste do tipo'), ('parameter', 'mudou o parâmetro'), ('user_added', 'cadastrou o usuário'), ('user_changed', 'mudou o usuário'), ('user_reset', 'criou nova senha para o usuário')], max_length=16, verbose_name='o quê'),
        ),
    ]
