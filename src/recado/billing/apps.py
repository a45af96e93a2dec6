from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "recado.billing"
    label = "billing"
    verbose_name = "Faturamento"
