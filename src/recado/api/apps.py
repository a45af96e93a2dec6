from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "recado.api"
    label = "api"
    verbose_name = "API"
