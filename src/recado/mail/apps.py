from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "recado.mail"
    label = "mail"
    verbose_name = "E-mails"
