from django.apps import AppConfig


class BatchesConfig(AppConfig):
    name = "recado.batches"
    label = "batches"
    verbose_name = "Lotes"
