from django.apps import AppConfig


class PairingConfig(AppConfig):
    name = "recado.pairing"
    label = "pairing"
    verbose_name = "Pareamento"
