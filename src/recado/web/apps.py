from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "recado.web"
    label = "web"
    verbose_name = "Telas"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

        from recado.web import audit
        from recado.web.middleware import begin_session

        user_logged_in.connect(begin_session, dispatch_uid="begin_session")
        user_logged_in.connect(audit.on_login, dispatch_uid="audit_login")
        user_logged_out.connect(audit.on_logout, dispatch_uid="audit_logout")
        user_login_failed.connect(audit.on_refused, dispatch_uid="audit_refused")
