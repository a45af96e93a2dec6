from django.apps import AppConfig


class GsanConfig(AppConfig):
    name = "recado.gsan"
    label = "gsan"
    verbose_name = "Leitor do GSAN"
