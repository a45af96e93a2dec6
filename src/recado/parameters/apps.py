from django.apps import AppConfig


class ParametersConfig(AppConfig):
    name = "recado.parameters"
    label = "parameters"
    verbose_name = "Parâmetros"
