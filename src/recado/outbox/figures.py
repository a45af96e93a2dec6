"""What became of the messages of a period, counted for the supervisor's panel.

Hours are grouped in UTC by the database and made local here: no function of Python runs for each row. Days and hours,
statuses and types come from the index `message_consult`; phones and waits read the period's rows. The wait is that from
the queue to the network's answer; its percentiles are exact to the second, from how many messages waited how long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, F, Func, IntegerField, QuerySet
from django.utils import timezone

from recado.outbox.models import SENT_GROUP, Message, Status
from recado.outbox.queries import day_start, needing_a_person


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
        return self.as_sql(compiler, connection, template="CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)", **more)

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
    for hour, status, count in _grouped(found.annotate(hour=_Hour("moment")), "hour", "status"):
        local = timezone.localtime(datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC))
        days.setdefault(local.date(), Counter())[status] += count
        hours[local.hour] += count
        statuses[status] += count
    went = found.filter(status__in=SENT_GROUP)
    unsent = needing_a_person().filter(moment__gte=day_start(start), moment__lt=day_start(end + timedelta(days=1)))
    waited = went.exclude(sent_at=None).annotate(seconds=_Seconds("sent_at") - _Seconds("created_at"))
    return Figures(
        start,
        end,
        statuses={status: statuses[status] for status in Status if statuses[status]},
        days=days,
        hours=hours,
        types=dict(_pairs(found, "type_id")),
        causes=dict(_pairs(unsent, "cause")),
        phones=dict(_pairs(went.exclude(phone=None), "phone__name")),
        waits=Counter({max(0, seconds): count for seconds, count in _pairs(waited, "seconds")}),
    )


def percentile(waits: Counter[int], share: float) -> timedelta | None:
    """The least number of seconds that `share` of those counted did not pass."""
    wanted, seen = share * waits.total(), 0
    for seconds in sorted(waits):
        seen += waits[seconds]
        if seen >= wanted:
            return timedelta(seconds=seconds)
    return None


def _grouped(found: QuerySet[Any], *names: str) -> Iterable[tuple[Any, ...]]:
    counted: QuerySet[Any] = found.order_by().values_list(*names).annotate(count=Count(F("pk")))
    return counted.iterator()


def _pairs(found: QuerySet[Any], name: str) -> list[tuple[Any, int]]:
    """Each value with its count, the most frequent first."""
    return sorted(((value, count) for value, count in _grouped(found, name)), key=lambda pair: (-pair[1], str(pair[0])))
