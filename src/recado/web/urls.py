"""The addresses of the screens."""

from __future__ import annotations

from django.urls import path

from recado.web.access import for_anybody
from recado.web.views import (
    attention,
    demo_phone,
    health,
    home,
    message,
    message_actions,
    messages,
    ra_close,
    ra_detail,
    ra_list,
    ra_new,
    ra_reiterate,
    replies,
    session,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("vivo/inicio/", home.home_live, name="home_live"),
    path("vivo/cabecalho/", home.live_header, name="live_header"),
    path("entrar/", for_anybody(session.Login.as_view()), name="login"),
    path("sair/", for_anybody(session.Logout.as_view()), name="logout"),
    path("mensagens/", messages.messages, name="messages"),
    path("mensagens/<int:pk>/", message.message, name="message"),
    path("mensagens/<int:pk>/vivo/", message.message_live, name="message_live"),
    path("respostas/", replies.replies, name="replies"),
    path("respostas/pesquisar/", replies.reply_search, name="reply_search"),
    path("respostas/<int:pk>/lida/", replies.reply_read, name="reply_read"),
    path("pedidos-de-nao-receber/<int:pk>/retirar/", replies.wish_end, name="wish_end"),
    path("saude/", health.health, name="health"),
    path("ra/", ra_list.ra_list, name="ra_list"),
    path("ra/pesquisar/", ra_list.ra_search, name="ra_search"),
    path("ra/inserir/", ra_new.ra_new, name="ra_new"),
    path("ra/<int:pk>/", ra_detail.ra_detail, name="ra_detail"),
    path("ra/<int:pk>/encerrar/", ra_close.ra_close, name="ra_close"),
    path("ra/<int:pk>/encerrar/aviso/", ra_close.ra_close_notice, name="ra_close_notice"),
    path("ra/<int:pk>/reiterar/", ra_reiterate.ra_reiterate, name="ra_reiterate"),
    path("ra/<int:pk>/protocolo/<int:requester_pk>/", ra_new.ra_protocol, name="ra_protocol"),
    path("ra/<int:pk>/protocolo/<int:requester_pk>/sms/", ra_new.ra_sms_status, name="ra_sms_status"),
    path("mensagens-com-erro/", attention.attention, name="attention"),
    path("mensagens-com-erro/reenviar/", attention.attention_resend, name="attention_resend"),
    path("mensagens-com-erro/reenviar-todas/", attention.attention_resend_all, name="attention_resend_all"),
    path("mensagens/<int:pk>/reenviar/", message_actions.message_resend, name="message_resend"),
    path("mensagens/<int:pk>/corrigir/", message_actions.message_correct, name="message_correct"),
    path("mensagens/<int:pk>/descartar/", message_actions.message_discard, name="message_discard"),
    path("mensagens/<int:pk>/desfazer/", message_actions.message_undo, name="message_undo"),
    path("mensagens/<int:pk>/confirmar/", message_actions.message_confirm, name="message_confirm"),
    path("demonstracao/celular/", demo_phone.demo_phone, name="demo_phone"),
    path("demonstracao/celular/tela/", demo_phone.demo_phone_screen, name="demo_phone_screen"),
    path("demonstracao/celular/falhas/", demo_phone.demo_phone_faults, name="demo_phone_faults"),
    path("demonstracao/celular/comando/", demo_phone.demo_phone_command, name="demo_phone_command"),
]
