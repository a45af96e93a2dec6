from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    name = "recado.alarms"
    label = "alarms"
    verbose_name = "Alarmes"
