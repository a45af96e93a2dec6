from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "recado.billing"
    label = "billing"
    verbose_name = "Faturamento"

    def ready(self) -> None:
        from recado.billing.resending import objection
        from recado.outbox import decisions

        decisions.object_by(objection)
