"""Which queued message a phone takes next: the ORM words the question once, and the text is kept (`statements`).

The text depends on what the phone is allowed, never on the time, which is a parameter of its own. Allowances are few:
they change with rules, hours and the condition of the other phones.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django.db import connection
from django.db.models import Q, QuerySet

from recado.outbox.models import Message, Status
from recado.outbox.routing import takeable
from recado.phones.rules import Allowance
from recado.statements import Question, Slot, keep


def due(phone_id: int, now: datetime | Slot, allowance: Allowance) -> QuerySet[Message]:
    """What the phone may take at `now`, the first to go first: highest priority, then first in."""
    in_time = Q(expires_at=None) | Q(expires_at__gt=now)
    may_go = Message.objects.filter(in_time, takeable(allowance, phone_id), status=Status.QUEUED, ready_at__lte=now)
    return may_go.order_by("priority", "pk")


def anything_due(phone_id: int, now: datetime, allowance: Allowance) -> bool:
    """True when there is something for the phone to take; asks for no lock."""
    return first_due(phone_id, allowance, lock=False).first(now=now) is not None


@lru_cache(maxsize=512)
def first_due(phone_id: int, allowance: Allowance, *, lock: bool) -> Question:
    """The query for the first message due. With `lock` it passes over those that others are taking at this moment.

    On PostgreSQL many phones would else wait for each other at the head of the queue; SQLite has one writer.
    """
    question = due(phone_id, Slot("now", Message, "ready_at"), allowance)
    if lock and connection.features.has_select_for_update_skip_locked:
        question = question.select_for_update(skip_locked=True, of=("self",))
    return keep(question.values_list("pk")[:1])
