from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "recado.outbox"
    label = "outbox"
    verbose_name = "Mensagens"
