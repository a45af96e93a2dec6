"""Whether every message that was asked for is still somewhere: held against another source than their statuses.

`asked` counts the history rows that say how a message began, `became` the messages by the time and status in their own
rows, and what retention removed was counted when it went, both ways. One statement reads all three, so that what is
queued meanwhile is in both counts or in neither.

The rows of history come from the index `change_creation`; the messages, which bear no index by their beginning, from
the span of primary keys that those rows name, with some to spare on both sides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, CharField, Count, F, Func, Max, Min, Q, QuerySet, Sum, Value
from django.utils import timezone

from recado.outbox.models import Message, RemovedDay, Status, StatusChange
from recado.outbox.queries import day_start

# Messages are numbered when they are written, a moment after the time that they bear: neighbours may change places.
_SPARE = 1000
_ASKED, _BECAME, _REMOVED = "asked", "became", "removed"


@dataclass(frozen=True, slots=True)
class Balance:
    """The messages asked for in a period, and what became of them by now; `removed` of them by retention."""

    asked: int
    became: dict[Status, int]
    removed: int

    @property
    def found(self) -> int:
        """How many of them there are, or were until retention took them."""
        return sum(self.became.values()) + self.removed


class _Begins(Func):
    """The condition of the index, word for word: SQLite cannot tell that a parameter fits it."""

    template = "%(expressions)s = ''"
    output_field = BooleanField()


def balance(start: date, end: date) -> Balance:
    """Count what was asked for in the local days `start` to `end`."""
    since, before = day_start(start), day_start(end + timedelta(days=1))
    begun = StatusChange.objects.filter(_Begins(F("before")), at__gte=since, at__lt=before).order_by()
    removed = RemovedDay.objects.filter(day__gte=start, day__lte=end)
    messages = _made(begun, since, before)
    counted = (
        _labelled(begun, _ASKED, Value(""), Count("pk")),
        _labelled(messages, _BECAME, F("status"), Count("pk")),
        _labelled(removed, _REMOVED, Value(_ASKED), Sum("asked", default=0)),
        _labelled(removed, _REMOVED, Value(_BECAME), Sum("messages", default=0)),
    )
    found: Counter[tuple[str, str]] = Counter()
    for kind, label, count in counted[0].union(*counted[1:], all=True):
        found[kind, label] += count
    return Balance(
        asked=found[_ASKED, ""] + found[_REMOVED, _ASKED],
        became={status: found[_BECAME, status] for status in Status if found[_BECAME, status]},
        removed=found[_REMOVED, _BECAME],
    )


def remove(message_ids: Iterable[int]) -> None:
    """Delete messages with all that hangs on them, and count them where the sums look for what is gone."""
    ids = list(message_ids)
    with transaction.atomic():
        begun = StatusChange.objects.filter(message_id__in=ids, before="").values_list("at", flat=True)
        asked = Counter(map(timezone.localdate, begun))
        gone = Counter(map(timezone.localdate, Message.objects.filter(pk__in=ids).values_list("created_at", flat=True)))
        for day in sorted(asked.keys() | gone.keys()):
            RemovedDay.objects.get_or_create(day=day)
            row = RemovedDay.objects.filter(day=day)
            row.update(asked=F("asked") + asked[day], messages=F("messages") + gone[day])
        Message.objects.filter(pk__in=ids).delete()


def _made(begun: QuerySet[StatusChange], since: datetime, before: datetime) -> QuerySet[Message]:
    span = begun.aggregate(first=Min("message_id"), last=Max("message_id"))
    made = Message.objects.filter(created_at__gte=since, created_at__lt=before).order_by()
    if span["first"] is None:
        # Nothing is said to have begun: whatever there is moved in the period, or never did.
        return made.filter(moment__gte=since, moment__lt=before)
    return made.filter(Q(pk__gte=span["first"] - _SPARE) & Q(pk__lte=span["last"] + _SPARE))


def _labelled(rows: QuerySet[Any], kind: str, label: Value | F, count: Count | Sum) -> QuerySet[Any]:
    named: QuerySet[Any] = rows.annotate(kind=Value(kind, output_field=CharField()), label=label)
    counted: QuerySet[Any] = named.values("kind", "label").annotate(count=count)
    return counted.values_list("kind", "label", "count")
