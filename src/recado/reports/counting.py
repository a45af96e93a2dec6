"""Counting the messages of some local days, from the messages themselves.

Hours are grouped in UTC by the database and made local here: no function of Python runs for each row. Hours and
statuses, and kinds, come from the index `message_consult`; phones and waits read the period's rows, both at once. What
was asked for comes from the index `change_creation`; the messages, which bear no index by their beginning, from the
span of primary keys that those rows name, with some to spare on both sides.

A month of a million messages a year takes some 0.1 s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Self

from django.db.models import BooleanField, CharField, Count, F, Func, IntegerField, QuerySet, Value
from django.utils import timezone

from recado.outbox.models import SENT_GROUP, Message, StatusChange
from recado.outbox.queries import day_span, needing_a_person

# Messages are numbered when they are written, a moment after the time that they bear: neighbours may change places,
# and those of one transaction stand among those of others. The most that one writes is a window of a batch.
_SPARE = 5000
_ASKED, _BECAME = "asked", "became"


@dataclass(frozen=True, slots=True)
class Counts:
    """Some counters that may be added up, and written down as JSON: the words that they count are texts.

    What was written by a program that counted otherwise is not read (`method`).
    """

    def add(self, other: Self) -> None:
        """Count what `other` counts, too."""
        for one in fields(self):
            getattr(self, one.name).update(getattr(other, one.name))

    @property
    def written(self) -> dict[str, dict[str, int]]:
        """The counters by name, for a JSON column."""
        return {one.name: dict(getattr(self, one.name)) for one in fields(self)}

    @classmethod
    def read(cls, written: dict[str, dict[str, int]]) -> Self:
        """The reverse of `written`."""
        return cls(**{name: Counter(counts) for name, counts in written.items()})


@dataclass(frozen=True, slots=True)
class Moved(Counts):
    """The messages whose moment lies in the days: `hours` counts `2026-11-22 09 sent` (local), `kinds` type, status and
    whether it was only handed over, as `3 sent False`, and `waits` seconds.

    Causes are of those that need a person, phones and waits of those that were sent.
    """

    hours: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    phones: Counter[str] = field(default_factory=Counter)
    waits: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Made(Counts):
    """The messages asked for in the days: `asked` by the rows of history that say so, under the empty word; `became` by
    the status in their own rows."""

    asked: Counter[str] = field(default_factory=Counter)
    became: Counter[str] = field(default_factory=Counter)


def moved(start: date, end: date) -> Moved:
    """Count what moved in the local days `start` to `end`."""
    since, before = day_span(start, end)
    found = Message.objects.filter(moment__gte=since, moment__lt=before)
    unsent = needing_a_person().filter(moment__gte=since, moment__lt=before)
    counted = Moved(kinds=_by(found, "type_id", "status", "handed_over"), causes=_by(unsent, "cause"))
    for word, count in _by_local_hour(found):
        counted.hours[word] += count
    went = found.filter(status__in=SENT_GROUP).annotate(seconds=_Seconds("sent_at", "created_at"))
    for phone_id, seconds, count in _grouped(went, "phone_id", "seconds"):
        if phone_id is not None:
            counted.phones[str(phone_id)] += count
        if seconds is not None:
            counted.waits[str(max(0, seconds))] += count
    return counted


def made(start: date, end: date) -> Made:
    """Count what was asked for in the local days `start` to `end`.

    One statement counts both, so that what is queued meanwhile is in both or in neither.
    """
    since, before = day_span(start, end)
    begun = StatusChange.objects.filter(_Begins(F("before")), at__gte=since, at__lt=before).order_by()
    asked = _labelled(begun, _ASKED, Value(""))
    became = _labelled(_made_between(begun, since, before), _BECAME, F("status"))
    counted = {_ASKED: Counter[str](), _BECAME: Counter[str]()}
    for kind, label, count in asked.union(became, all=True):
        counted[kind][label] += count
    return Made(**counted)


class _Hours(Func):
    """A time as whole hours since 1970. Numbers: a text would be made, sorted and read again for each row."""

    arity = 1
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="unixepoch(%(expressions)s) / 3600", **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        # In floating point, exact here: extract() reckons in numeric and takes twice as long.
        template = "floor(date_part('epoch', %(expressions)s) / 3600)::int"
        return self.as_sql(compiler, connection, template=template, **more)


class _Seconds(Func):
    """From one time (the second) to another (the first) in whole seconds; SQLite leaves the parts of both out."""

    arity = 2
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, function="unixepoch", arg_joiner=") - unixepoch(", **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = "floor(date_part('epoch', %(expressions)s))::int"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" - ", **more)


class _Begins(Func):
    """The condition of the index, word for word: SQLite cannot tell that a parameter fits it."""

    template = "%(expressions)s = ''"
    output_field = BooleanField()


def _by_local_hour(found: QuerySet[Message]) -> Iterator[tuple[str, int]]:
    """Each word of `Moved.hours`. Some 4,000 rows a month bear 744 hours: each is made local once."""

    @cache
    def local(hours: int) -> str:
        return f"{timezone.localtime(datetime.fromtimestamp(hours * 3600, UTC)):%Y-%m-%d %H}"

    for hours, status, count in _grouped(found.annotate(hours=_Hours("moment")), "hours", "status"):
        yield f"{local(hours)} {status}", count


def _made_between(begun: QuerySet[StatusChange], since: datetime, before: datetime) -> QuerySet[Message]:
    rows = Message.objects.filter(created_at__gte=since, created_at__lt=before).order_by()
    # The ends of the index: the least and the greatest number would be looked for in each of its rows.
    numbers = begun.values_list("message", flat=True)
    first, last = numbers.order_by("at", "message").first(), numbers.order_by("-at", "-message").first()
    if first is None or last is None:
        # Nothing is said to have begun: whatever there is moved in the period, or never did.
        return rows.filter(moment__gte=since, moment__lt=before)
    return rows.filter(pk__gte=first - _SPARE, pk__lte=last + _SPARE)


def _labelled(rows: QuerySet[Any], kind: str, label: Value | F) -> QuerySet[Any]:
    named: QuerySet[Any] = rows.annotate(kind=Value(kind, output_field=CharField()), label=label)
    counted: QuerySet[Any] = named.values("kind", "label").annotate(count=Count("pk"))
    return counted.values_list("kind", "label", "count")


def _by(found: QuerySet[Any], *names: str) -> Counter[str]:
    return Counter({" ".join(map(str, values)): count for *values, count in _grouped(found, *names)})


def _grouped(found: QuerySet[Any], *names: str) -> QuerySet[Any, tuple[Any, ...]]:
    counted: QuerySet[Any, tuple[Any, ...]] = found.order_by().values_list(*names).annotate(count=Count(F("pk")))
    return counted
