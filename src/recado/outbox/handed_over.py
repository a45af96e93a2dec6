"""Messages that a phone took and sends by itself: what becomes of them, if that phone ever tells.

Such a message is sent as far as we can: its status is SENT, its last try HANDED_OVER, and both are shown as "Entregue
ao aparelho" until the phone's own word. The phone's name for a message, its handle, is kept as the try's code.

word of the phone     its try      its message
sent                  accepted     sent, now without reserve
not sent              refused      failed; with a long text, of which some SMS may have left, uncertain
delivered             accepted     delivered
not delivered         accepted     undelivered
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from recado.gsm import EncodeError
from recado.gsm.causes import Cause
from recado.outbox import fates, transitions
from recado.outbox.models import TAKEN, Attempt, AttemptResult, Message, Segment, SegmentStatus, Status
from recado.outbox.pieces import sms_by_phone

# A phone that is out of reach of its network tries for hours; its handles may come round again after a reset.
AWAITED_FOR = timedelta(days=3)
_CODE = "MAP {}"

CONFIRMED = "O aparelho avisou que enviou."
NOT_SENT = "O aparelho avisou que não conseguiu enviar."
PERHAPS_SENT = "O aparelho avisou que não conseguiu enviar tudo: parte do texto pode ter saído."
NOT_DELIVERED = "O aparelho avisou que o celular do cliente não recebeu."


def awaited(phone_id: int, now: datetime) -> list[Attempt]:
    """The tries that the phone took and has not told of, oldest first."""
    waiting = Attempt.objects.filter(
        phone_id=phone_id, result=AttemptResult.HANDED_OVER, started_at__gt=now - AWAITED_FOR
    )
    return list(waiting.select_related("segment__message").order_by("pk"))


def named(phone_id: int, handle: str, now: datetime) -> Attempt | None:
    """The try whose message the phone calls `handle`."""
    tries = Attempt.objects.filter(phone_id=phone_id, started_at__gt=now - AWAITED_FOR, code=_CODE.format(handle))
    return tries.filter(result__in=TAKEN).select_related("segment__message").order_by("-pk").first()


def learn(attempt: Attempt, handle: str) -> None:
    """Keep what the phone calls the message of `attempt`."""
    attempt.code = _CODE.format(handle)[:60]
    Attempt.objects.filter(pk=attempt.pk).update(code=attempt.code)


def handle_of(attempt: Attempt) -> str:
    """What the phone calls the message; empty while that is not known."""
    return attempt.code.removeprefix(_CODE.format(""))


def sent(attempt: Attempt, now: datetime) -> bool:
    """The phone says that the network took it. False when that was known."""
    with transaction.atomic():
        transitions.lock(attempt.segment.message_id)
        return _settle(attempt, AttemptResult.ACCEPTED, CONFIRMED, now)


def not_sent(attempt: Attempt, now: datetime) -> bool:
    """The phone says that it could not send it. False when it had told something else before."""
    message = attempt.segment.message
    with transaction.atomic():
        transitions.lock(message.pk)
        in_part = _sms(message) > 1
        note = PERHAPS_SENT if in_part else NOT_SENT
        if not _settle(attempt, AttemptResult.REJECTED, note, now, Cause.UNKNOWN):
            return False
        status = SegmentStatus.UNCERTAIN if in_part else SegmentStatus.FAILED
        _parts(message.pk).filter(status=SegmentStatus.SENT).update(status=status, sent_at=None)
        after, cause = (Status.UNCERTAIN, Cause.UNCERTAIN) if in_part else (Status.FAILED, Cause.UNKNOWN)
        return transitions.change(
            message.pk, Status.SENT, after, at=now, cause=cause, note=note, moment=now, sent_at=None
        )


def delivered(attempt: Attempt, now: datetime) -> None:
    """The phone says that the customer's phone has it."""
    _conclude(attempt, now, status=SegmentStatus.DELIVERED, delivered_at=now, report_note="")


def not_delivered(attempt: Attempt, now: datetime) -> None:
    """The phone says that the customer's phone did not get it."""
    _conclude(attempt, now, status=SegmentStatus.UNDELIVERED, report_note=NOT_DELIVERED)


def _conclude(attempt: Attempt, now: datetime, **fields: object) -> None:
    message_id = attempt.segment.message_id
    with transaction.atomic():
        transitions.lock(message_id)
        _settle(attempt, AttemptResult.ACCEPTED, CONFIRMED, now)
        # The first final word stands: what follows finds no part that is merely sent.
        _parts(message_id).filter(status=SegmentStatus.SENT).update(**fields)
        fates.settle(message_id, now)


def _settle(attempt: Attempt, result: AttemptResult, reason: str, now: datetime, cause: Cause | None = None) -> bool:
    waiting = Attempt.objects.filter(pk=attempt.pk, result=AttemptResult.HANDED_OVER)
    fields = {"result": result, "reason": reason, "cause": cause.value if cause else "", "finished_at": now}
    if not waiting.update(**fields):
        return False
    Message.objects.filter(pk=attempt.segment.message_id).update(handed_over=False)
    return True


def _parts(message_id: int) -> QuerySet[Segment]:
    return Segment.objects.filter(message_id=message_id)


def _sms(message: Message) -> int:
    try:
        return sms_by_phone(message.text)
    except EncodeError:
        return 1
