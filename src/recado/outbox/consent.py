"""A customer's wish not to be written to: since when, how, by whom, and its end. Nothing is deleted.

It holds for the types that heed it (`MessageType.heeds_opt_out`). What of these is born meanwhile, or still waits in
the queue when the wish comes, is discarded with the wish as its cause.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache

from django.db import IntegrityError, transaction

from recado import statements
from recado.gsm.causes import Cause
from recado.outbox import transitions
from recado.outbox.models import GONE, Message, OptOut, Status

NOTE = "O cliente pediu para não receber."


def opted_out(number: str) -> bool:
    """True while the wish of the mobile `number` (E.164) is in force."""
    return _wish_in_force().first(number=number) is not None


@cache
def _wish_in_force() -> statements.Question:
    number = statements.Slot("number", OptOut, "number")
    return statements.keep(OptOut.objects.filter(number=number, ended_at=None).order_by().values_list("pk")[:1])


def opt_out(number: str, *, how: str, actor: str, now: datetime) -> bool:
    """Write the wish down and discard what waits; False, and nothing changes, when it is in force already."""
    try:
        with transaction.atomic():
            OptOut.objects.create(number=number, since=now, how=how, actor=actor)
            waiting = Message.objects.filter(number=number, status=Status.QUEUED, type__heeds_opt_out=True)
            discard_waiting(list(waiting.values_list("pk", flat=True)), note=NOTE, now=now)
            return True
    except IntegrityError:
        # Said twice: the first time counts.
        return False


def opt_in(number: str, *, actor: str, now: datetime) -> bool:
    """End the wish; False when there was none in force."""
    return OptOut.objects.filter(number=number, ended_at=None).update(ended_at=now, ended_by=actor) == 1


def discard_waiting(message_ids: Collection[int], *, note: str, now: datetime) -> int:
    """Discard those of these messages that still wait, for a customer's wish; give how many.

    A message of which a part is out goes on: half of it would say less than nothing.
    """
    waiting = Message.objects.filter(pk__in=message_ids, status=Status.QUEUED).exclude(segments__status__in=GONE)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    return len(transitions.change_many(ids, Status.QUEUED, Status.CANCELLED, at=now, cause=Cause.OPTED_OUT, note=note))
