"""Which queued message a phone takes next: the ORM words the question once, and the text is kept (`statements`).

The text depends on what the phone is allowed, never on the time, which is a parameter of its own. Allowances are few:
they change with rules, hours and the condition of the other phones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from recado import statements
from recado.outbox.models import Message, Status
from recado.outbox.routing import takeable
from recado.phones.rules import Allowance

# Stands for the time while the text is made; no message is ever due at it.
_A_TIME = datetime(2, 2, 2, 2, 2, 2, 222222, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidates:
    """A query for the key of one message; the parameters numbered in `times` are the time at which it is asked."""

    text: str
    parameters: tuple[Any, ...]
    times: frozenset[int]

    def at(self, now: datetime) -> list[Any]:
        """The parameters for asking at `now`."""
        time = statements.as_stored(Message, "ready_at", now)
        return [time if place in self.times else value for place, value in enumerate(self.parameters)]


def due(phone_id: int, now: datetime, allowance: Allowance) -> QuerySet[Message]:
    """What the phone may take at `now`, the first to go first: highest priority, then first in."""
    in_time = Q(expires_at=None) | Q(expires_at__gt=now)
    may_go = Message.objects.filter(in_time, takeable(allowance, phone_id), status=Status.QUEUED, ready_at__lte=now)
    return may_go.order_by("priority", "pk")


def anything_due(phone_id: int, now: datetime, allowance: Allowance) -> bool:
    """True when there is something for the phone to take; asks for no lock."""
    candidates = first_due(phone_id, allowance, lock=False)
    return statements.one(candidates.text, candidates.at(now)) is not None


@lru_cache(maxsize=512)
def first_due(phone_id: int, allowance: Allowance, *, lock: bool) -> Candidates:
    """The query for the first message due. With `lock` it passes over those that others are taking at this moment.

    On PostgreSQL many phones would else wait for each other at the head of the queue; SQLite has one writer.
    """
    question = due(phone_id, _A_TIME, allowance)
    if lock and connection.features.has_select_for_update_skip_locked:
        question = question.select_for_update(skip_locked=True, of=("self",))
    text, parameters = question.values_list("pk")[:1].query.sql_with_params()
    marker = statements.as_stored(Message, "ready_at", _A_TIME)
    times = frozenset(place for place, value in enumerate(parameters) if value == marker)
    return Candidates(text, tuple(parameters), times)
