"""Settling what a process that died, or lost its phone, left in `sending`.

A try that was in flight is unknown, unless the process left word of how far it came (`Testimony`); a message between
two parts goes back to the queue with the parts that were sent staying sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction

from recado.gsm.causes import Cause
from recado.outbox import transitions
from recado.outbox.claims import Claim, finish
from recado.outbox.models import Attempt, AttemptResult, Message, Status
from recado.outbox.pieces import piece_of
from recado.outbox.policy import TryResult

Testimony = Callable[[int, int], TryResult | None]
"""Takes the primary keys of an attempt and of its phone; gives how it ended, where something tells, else None."""

UNKNOWN = TryResult(
    AttemptResult.UNKNOWN,
    cause=Cause.UNCERTAIN,
    reason="O Recado parou durante o envio; não se sabe se o SMS saiu.",
)


def _nobody_saw(attempt_id: int, phone_id: int) -> None:
    return None


def recover(phone_id: int, now: datetime, testimony: Testimony = _nobody_saw) -> int:
    """Settle what the last holder of the phone left in `sending`; call with the lease held. Gives how many."""
    left = Message.objects.filter(status=Status.SENDING, phone_id=phone_id)
    return _recover(left.values_list("pk", flat=True), now, testimony)


def recover_orphans(now: datetime, testimony: Testimony = _nobody_saw) -> int:
    """Settle what is in `sending` on a phone that nobody holds any more, or that is gone. Gives how many."""
    in_flight = Message.objects.filter(status=Status.SENDING)
    orphans = (
        in_flight.filter(phone=None) | in_flight.filter(phone__holder="") | in_flight.filter(phone__held_until__lt=now)
    )
    return _recover(orphans.values_list("pk", flat=True), now, testimony)


def _recover(message_ids: Iterable[int], now: datetime, testimony: Testimony) -> int:
    settled = 0
    for message_id in list(message_ids):
        with transaction.atomic():
            settled += _recover_one(message_id, now, testimony)
    return settled


def _recover_one(message_id: int, now: datetime, testimony: Testimony) -> int:
    in_flight = (
        Attempt.objects.filter(segment__message_id=message_id, result=AttemptResult.IN_FLIGHT)
        .select_related("segment__message__type")
        .first()
    )
    if in_flight is None:
        note = "O Recado parou entre duas partes."
        return int(
            transitions.change(message_id, Status.SENDING, Status.QUEUED, at=now, note=note, ready_at=now, phone=None)
        )
    claim = _claim_of(in_flight)
    if finish(claim, testimony(in_flight.pk, claim.phone_id) or UNKNOWN, now):
        transitions.change(
            message_id, Status.SENDING, Status.QUEUED, at=now, note="Faltam partes.", ready_at=now, phone=None
        )
    return 1


def _claim_of(attempt: Attempt) -> Claim:
    message = attempt.segment.message
    return Claim(
        message_id=message.pk,
        segment_id=attempt.segment_id,
        attempt_id=attempt.pk,
        phone_id=attempt.phone_id or 0,
        number=message.number,
        part=piece_of(message, attempt.segment),
        tries=attempt.segment.tries,
        started_at=attempt.started_at,
        message_type=message.type,
    )
