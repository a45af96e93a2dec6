from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "recado.webhooks"
    label = "webhooks"
    verbose_name = "Avisos a outros sistemas"

    def ready(self) -> None:
        from recado.inbox import receiving
        from recado.outbox import transitions
        from recado.webhooks.happening import message_moved, reply_came

        transitions.listen(message_moved)
        receiving.listen(reply_came)
