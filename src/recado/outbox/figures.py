"""What became of the messages of a period, counted for the supervisor's panel.

Hours are grouped in UTC by the database and made local here: no function of Python runs for each row. Days and hours,
statuses and types come from the index `message_consult`; phones and waits read the period's rows, both at once. The
wait is that from the queue to the network's answer; its percentiles are exact to the second, from how many waited how
long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import CharField, Count, F, Func, IntegerField, QuerySet
from django.utils import timezone

from recado.outbox.models import SENT_GROUP, Message, Status
from recado.outbox.queries import day_start, needing_a_person
from recado.phones.models import Phone


class _Hour(Func):
    """The hour of a time in UTC, as `2026-11-22 11`."""

    arity = 1
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="substr(%(expressions)s, 1, 13)", **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"
        return self.as_sql(compiler, connection, template=template, **more)


class _Seconds(Func):
    """A time as whole seconds since 1970."""

    arity = 1
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="unixepoch(%(expressions)s)", **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="floor(extract(epoch FROM %(expressions)s))::bigint", **more)


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of local days `start` to `end`. Every day and every hour is there, those without messages too."""

    start: date
    end: date
    statuses: dict[Status, int]
    days: dict[date, Counter[str]]
    hours: list[int]
    types: dict[int, int]
    causes: dict[str, int]
    phones: dict[str, int]
    waits: Counter[int] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All messages of the period, by whatever way they are counted."""
        return sum(self.statuses.values())

    def wait(self, share: float) -> timedelta | None:
        """The time within which `share` (0 to 1) of the sent messages went out; None when none did."""
        return percentile(self.waits, share)


def figures(start: date, end: date) -> Figures:
    """Count the messages whose moment lies in the local days `start` to `end`."""
    found = Message.objects.filter(moment__gte=day_start(start), moment__lt=day_start(end + timedelta(days=1)))
    days = {start + timedelta(days=number): Counter[str]() for number in range((end - start).days + 1)}
    hours = [0] * 24
    statuses: Counter[str] = Counter()
    for (day, hour), status, count in _by_local_hour(found):
        days.setdefault(day, Counter())[status] += count
        hours[hour] += count
        statuses[status] += count
    unsent = needing_a_person().filter(moment__gte=day_start(start), moment__lt=day_start(end + timedelta(days=1)))
    phones, waits = _sent(found)
    return Figures(
        start,
        end,
        statuses={status: statuses[status] for status in Status if statuses[status]},
        days=days,
        hours=hours,
        types=dict(_pairs(found, "type_id")),
        causes=dict(_pairs(unsent, "cause")),
        phones=phones,
        waits=waits,
    )


def percentile(waits: Counter[int], share: float) -> timedelta | None:
    """The least number of seconds that `share` of those counted did not pass."""
    wanted, seen = share * waits.total(), 0
    for seconds in sorted(waits):
        seen += waits[seconds]
        if seen >= wanted:
            return timedelta(seconds=seconds)
    return None


def _by_local_hour(found: QuerySet[Message]) -> Iterator[tuple[tuple[date, int], str, int]]:
    """Day and hour, status, count. Some 4,000 rows a month bear 744 hours: each is read once."""

    @cache
    def local(written: str) -> tuple[date, int]:
        at = timezone.localtime(datetime.fromisoformat(written).replace(tzinfo=UTC))
        return at.date(), at.hour

    for hour, status, count in _grouped(found.annotate(hour=_Hour("moment")), "hour", "status"):
        yield local(hour), status, count


def _sent(found: QuerySet[Message]) -> tuple[dict[str, int], Counter[int]]:
    """How many went out by each phone, the busiest first; and how many waited how many seconds."""
    by_phone: Counter[int] = Counter()
    waits: Counter[int] = Counter()
    went = found.filter(status__in=SENT_GROUP).annotate(seconds=_Seconds("sent_at") - _Seconds("created_at"))
    for phone_id, seconds, count in _grouped(went, "phone_id", "seconds"):
        if phone_id is not None:
            by_phone[phone_id] += count
        if seconds is not None:
            waits[max(0, seconds)] += count
    names = dict(Phone.objects.filter(pk__in=by_phone).values_list("pk", "name"))
    named = [(names[phone_id], count) for phone_id, count in by_phone.items()]
    return dict(sorted(named, key=lambda pair: (-pair[1], pair[0]))), waits


def _grouped(found: QuerySet[Any], *names: str) -> Iterable[tuple[Any, ...]]:
    counted: QuerySet[Any] = found.order_by().values_list(*names).annotate(count=Count(F("pk")))
    return counted.iterator()


def _pairs(found: QuerySet[Any], name: str) -> list[tuple[Any, int]]:
    """Each value with its count, the most frequent first."""
    return sorted(((value, count) for value, count in _grouped(found, name)), key=lambda pair: (-pair[1], str(pair[0])))
