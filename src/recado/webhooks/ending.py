"""Switching an endpoint off after a day of failures, on again by a person, and telling who must know."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from recado.mail.posting import Letter, is_configured, post_many
from recado.webhooks.happening import wanted
from recado.webhooks.models import Delivery, DeliveryStatus, Endpoint


def switch_off(endpoint_id: int, why: str, now: datetime) -> bool:
    """Post nothing more to the endpoint, and say so by e-mail to those who get the alarms; False when it was off."""
    changed = Endpoint.objects.filter(pk=endpoint_id, active=True).update(
        active=False, disabled_at=now, disabled_reason=why[:300]
    )
    if not changed:
        return False
    wanted.forget()
    if is_configured():
        endpoint = Endpoint.objects.select_related("client__user").get(pk=endpoint_id)
        post_many(
            [
                Letter(
                    key=f"webhook-off:{endpoint_id}:{now.isoformat()}:{place}",
                    to=to,
                    subject=f"[Recado] Avisos ao sistema {endpoint.client.name} foram desligados",
                    text=_text(endpoint, why),
                )
                for place, to in enumerate(settings.RECADO_ALARM_EMAIL)
            ],
            now=now,
        )
    return True


def switch_on(endpoint_id: int, now: datetime) -> bool:
    """Post to the endpoint again, beginning with what waits; False when it was on."""
    changed = Endpoint.objects.filter(pk=endpoint_id, active=False).update(
        active=True, disabled_at=None, disabled_reason="", failing_since=None
    )
    if changed:
        wanted.forget()
        waiting = Delivery.objects.filter(endpoint_id=endpoint_id, status=DeliveryStatus.PENDING)
        waiting.update(next_at=now, attempts=0, first_at=None)
    return bool(changed)


def _text(endpoint: Endpoint, why: str) -> str:
    return (
        f"O Recado parou de enviar avisos ao sistema {endpoint.client.name}.\n\n{why}\n\n"
        "Os avisos de agora em diante não são guardados para ele. Corrija o endereço e religue-o em Sistemas"
        " integrados: o que já esperava segue, e o que desistiu pode ser entregue de novo, um a um.\n"
    )
