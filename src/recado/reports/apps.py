from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReportsConfig(AppConfig):
    name = "recado.reports"
    label = "reports"
    verbose_name = "Relatórios"

    def ready(self) -> None:
        from recado.reports.touching import watch_messages

        post_migrate.connect(watch_messages, sender=self, dispatch_uid="watch_messages")
