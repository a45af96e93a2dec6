from django.apps import AppConfig


class PhonesConfig(AppConfig):
    name = "recado.phones"
    label = "phones"
    verbose_name = "Aparelhos"
