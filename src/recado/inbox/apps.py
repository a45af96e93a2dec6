from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "recado.inbox"
    label = "inbox"
    verbose_name = "Respostas"
