from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "recado.evaluations"
    label = "evaluations"
    verbose_name = "Avaliações"
