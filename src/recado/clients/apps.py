from django.apps import AppConfig
from django.db.models.signals import m2m_changed


class ClientsConfig(AppConfig):
    name = "recado.clients"
    label = "clients"
    verbose_name = "Sistemas integrados"

    def ready(self) -> None:
        from django.contrib.auth.models import User

        from recado.clients.tokens import adopt

        m2m_changed.connect(adopt, sender=User.groups.through, dispatch_uid="adopt_system")
