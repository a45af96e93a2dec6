"""What comes to light after a try ended in doubt: a late answer, a person's word, a delivery report.

Evidence that the network took a part makes the part sent, whatever was believed of it, and stops a try again that has
not begun. It never touches a message that a person has discarded, nor one that is being sent at this moment.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from recado.outbox import fates, transitions
from recado.outbox.models import GONE, Attempt, AttemptResult, Message, Segment, SegmentStatus, Status
from recado.people.actors import PROGRAM
from recado.phones import fleet

DOUBTFUL = (AttemptResult.UNKNOWN, AttemptResult.AMBIGUOUS)
# The radio tells late answers apart for about a minute; older doubts belong to other answers.
LATE_ANSWER_WINDOW = timedelta(minutes=10)
_OPEN = (SegmentStatus.UNCERTAIN, SegmentStatus.PENDING)


def prove_accepted(attempt: Attempt, reference: int | None, now: datetime, note: str) -> bool:
    """The network did take the try `attempt`, under TP-MR `reference` where known; False when nobody doubted it."""
    if attempt.result == AttemptResult.ACCEPTED:
        return False
    message_id = attempt.segment.message_id
    with transaction.atomic():
        transitions.lock(message_id)
        doubted = Attempt.objects.filter(pk=attempt.pk, result__in=DOUBTFUL)
        proof = {"result": AttemptResult.ACCEPTED, "reference": reference, "cause": "", "reason": note[:300]}
        if not doubted.update(**proof):
            return False
        part = Segment.objects.filter(pk=attempt.segment_id, status__in=_OPEN)
        if part.update(status=SegmentStatus.SENT, reference=reference, sent_at=now):
            if attempt.phone_id is not None:
                fleet.count_sent(attempt.phone_id, now)
            _follow(message_id, now, note)
        return True


def prove_not_sent(attempt: Attempt, now: datetime, note: str) -> bool:
    """The try `attempt` never left the phone: its part may go out again at once. False when nobody doubted it."""
    if attempt.result == AttemptResult.ACCEPTED:
        return False
    message_id = attempt.segment.message_id
    with transaction.atomic():
        transitions.lock(message_id)
        doubted = Attempt.objects.filter(pk=attempt.pk, result__in=DOUBTFUL)
        if not doubted.update(result=AttemptResult.PHONE_DOWN, cause="", reason=note[:300]):
            return False
        parts = Segment.objects.filter(message_id=message_id)
        parts.filter(pk=attempt.segment_id, status=SegmentStatus.UNCERTAIN).update(status=SegmentStatus.PENDING)
        if not parts.filter(status=SegmentStatus.UNCERTAIN).exists():
            transitions.change(message_id, Status.UNCERTAIN, Status.QUEUED, at=now, note=note, ready_at=now, phone=None)
        return True


def late_answer(phone_id: int, reference: int, now: datetime) -> None:
    """The phone's own `+CMGS: reference` came after its try had been given up: the last doubtful try on that phone."""
    recent = Attempt.objects.filter(phone_id=phone_id, result__in=DOUBTFUL, finished_at__gt=now - LATE_ANSWER_WINDOW)
    attempt = recent.select_related("segment").order_by("-started_at").first()
    if attempt is not None:
        prove_accepted(attempt, reference, now, "A resposta da operadora chegou depois.")


def settle_as_sent(message_id: int, *, at: datetime, note: str, actor: str = PROGRAM, **fields: Any) -> bool:
    """An uncertain message is known to have gone out: sent, or back in the queue for the parts that never left.

    False when it is no longer uncertain.
    """
    with transaction.atomic():
        if transitions.hold(message_id) != Status.UNCERTAIN:
            return False
        parts = Segment.objects.filter(message_id=message_id)
        parts.filter(status=SegmentStatus.UNCERTAIN).update(status=SegmentStatus.SENT, sent_at=at)
        if parts.exclude(status__in=GONE).exists():
            return transitions.change(
                message_id, Status.UNCERTAIN, Status.QUEUED, at=at, actor=actor, note=note, ready_at=at, phone=None
            )
        moved = transitions.change(
            message_id, Status.UNCERTAIN, Status.SENT, at=at, actor=actor, note=note, sent_at=at, **fields
        )
        # The word of the customer's phone may have come while the message waited for a person's.
        fates.settle(message_id, at)
        return moved


def _follow(message_id: int, now: datetime, note: str) -> None:
    """The message after one of its parts was proved to be gone; one whose time ran out meanwhile did go out in time."""
    status = Status(Message.objects.values_list("status", flat=True).get(pk=message_id))
    if status == Status.UNCERTAIN:
        settle_as_sent(message_id, at=now, note=note, moment=now)
    elif status in (Status.QUEUED, Status.EXPIRED) and not _missing(message_id):
        transitions.change(message_id, status, Status.SENT, at=now, note=note, moment=now, sent_at=now)


def _missing(message_id: int) -> bool:
    return Segment.objects.filter(message_id=message_id).exclude(status__in=GONE).exists()
