from django.apps import AppConfig
from django.db.models.signals import post_migrate, post_save


class PeopleConfig(AppConfig):
    name = "recado.people"
    label = "people"
    verbose_name = "Pessoas"

    def ready(self) -> None:
        from django.contrib.auth.models import User

        from recado.people.guard import guard_audit
        from recado.people.membership import give_duties, welcome

        # Django makes the permissions in a handler of the same signal, which stands before this one.
        post_migrate.connect(give_duties, sender=self, dispatch_uid="give_duties")
        post_migrate.connect(guard_audit, sender=self, dispatch_uid="guard_audit")
        post_save.connect(welcome, sender=User, dispatch_uid="welcome_user")
