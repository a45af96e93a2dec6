from django.apps import AppConfig


class PlaysmsConfig(AppConfig):
    name = "recado.playsms"
    label = "playsms"
    verbose_name = "Porta playSMS"
