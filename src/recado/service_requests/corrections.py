"""Mending a requester's mobile in the RA, so that what is told later goes to the right number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from recado.outbox import decisions
from recado.outbox.models import Message, Status
from recado.outbox.own_types import OwnType
from recado.service_requests.models import Requester, RequestStatus, ServiceRequest
from recado.service_requests.operations import (
    OperationRefused,
    means_success,
    tell,
)

NOTE = "Celular do solicitante corrigido no RA."


@dataclass(frozen=True, slots=True)
class Mended:
    """What a correction led to: how many messages to the old mobile were stopped, and the SMS to the new one."""

    stopped: int
    message: Message | None


def correctable_requester(protocol: str, mobile: str) -> Requester | None:
    """The requester who has `protocol` and still this `mobile` (E.164); None when there is none, or no protocol."""
    return Requester.objects.filter(protocol=protocol, mobile=mobile).first() if protocol else None


def correct_mobile(protocol: str, *, before: str, after: str) -> bool:
    """Change the mobile of the requester with `protocol` from `before` to `after` (both E.164).

    False when it no longer is `before`: somebody mended it meanwhile, and their number stands.
    """
    return Requester.objects.filter(protocol=protocol, mobile=before).update(mobile=after) == 1


def type_to_tell_again(service_request: ServiceRequest) -> int | None:
    """The type of SMS that tells a new mobile how the RA stands: received, or met; None when there is none to tell."""
    if service_request.status == RequestStatus.PENDING:
        return OwnType.OPENED
    reason = service_request.closing_reason
    return OwnType.CLOSED if reason is not None and means_success(reason) else None


def mend_mobile(requester: Requester, mobile: str, *, before: str, tells: bool, actor: str, now: datetime) -> Mended:
    """Give the requester another mobile (E.164), stop what waits for the old one, and tell the new one if `tells`.

    What the network already took cannot be stopped, nor what is on its way. Raises OperationRefused when the mobile no
    longer is `before`.
    """
    with transaction.atomic():
        if not correct_mobile(requester.protocol, before=before, after=mobile):
            raise OperationRefused("Outra pessoa acabou de mudar este celular. Confira o número que está agora no RA.")
        requester.refresh_from_db()
        stopped = _stop(requester, before, actor, now)
        return Mended(stopped, _tell_again(requester, actor, now) if tells else None)


def _stop(requester: Requester, mobile: str, actor: str, now: datetime) -> int:
    """Discard what waits in the queue, or for somebody to send it again, under the requester's protocol."""
    waiting = Message.objects.filter(
        ra_number=requester.service_request_id,
        protocol=requester.protocol,
        number=mobile,
        status__in=(Status.QUEUED, Status.FAILED),
    )
    stopped = 0
    for message_id in waiting.values_list("pk", flat=True):
        try:
            decisions.discard(message_id, note=NOTE, actor=actor, now=now)
        except decisions.DecisionRefused:
            # The phone took it a moment ago: what is on its way cannot be stopped.
            continue
        stopped += 1
    return stopped


def _tell_again(requester: Requester, actor: str, now: datetime) -> Message | None:
    service_request = requester.service_request
    type_id = type_to_tell_again(service_request)
    if type_id is None:
        return None
    if type_id == OwnType.OPENED and not requester.is_main:
        type_id = OwnType.REITERATED
    key = f"ra:{service_request.pk}:mended:{requester.pk}:{requester.mobile}"
    if type_id == OwnType.CLOSED:
        # The closing's own key: a mobile is told of it once.
        key = f"ra:{service_request.pk}:closed:{requester.mobile}"
    return tell(type_id, service_request, requester, key, actor, now)
