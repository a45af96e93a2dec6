from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "recado.web"
    label = "web"
    verbose_name = "Telas"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from recado.web.middleware import begin_session

        user_logged_in.connect(begin_session, dispatch_uid="begin_session")
