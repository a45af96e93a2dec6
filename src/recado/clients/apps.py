from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "recado.clients"
    label = "clients"
    verbose_name = "Sistemas integrados"
