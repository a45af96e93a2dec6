"""The counts of ended days: made by a job, read where they still hold, made on the spot where they do not.

A counting takes a new turn and forgets the touches that it sees (their changes are committed, so it counts them), then
counts, then keeps its counts unless another took a turn meanwhile. A change that is committed later leaves a touch that
nobody forgot, and the day's counts hold no more. A transaction that looked for a known day before there was one leaves
none: so a day is counted only when it has been known for longer than a transaction lasts. Counts that an older program
made in another way (`method`) hold no more either.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from recado.outbox.models import Message
from recado.outbox.queries import day_span
from recado.reports import counting
from recado.reports.counting import Counts, Made, Moved
from recado.reports.method import method
from recado.reports.models import CountedDay, TouchedDay

EVERY_SECONDS = 60
LONGEST_TRANSACTION = timedelta(minutes=10)
_DAY = timedelta(days=1)
_C = TypeVar("_C", bound=Counts)


def moved(start: date, end: date) -> Moved:
    """What moved in the local days `start` to `end`."""
    return _together(Moved, "moved", counting.moved, start, end)


def made(start: date, end: date) -> Made:
    """What was asked for in the local days `start` to `end`."""
    return _together(Made, "made", counting.made, start, end)


def count_days(now: datetime) -> bool:
    """Job: count a day whose counts are missing, the latest first, and give True; where none is, learn of the days that
    have ended since."""
    due = CountedDay.objects.exclude(pk__in=holding()).filter(known_since__lte=now - LONGEST_TRANSACTION)
    day = due.order_by("-day").values_list("day", flat=True).first()
    if day is None:
        _learn(now)
        return False
    _count(day)
    return True


def holding() -> QuerySet[CountedDay]:
    """The days whose counts are what the messages say."""
    touched = TouchedDay.objects.filter(day=OuterRef("pk"))
    return CountedDay.objects.filter(~Exists(touched), moved__isnull=False, made__isnull=False, method=method())


def gaps(start: date, end: date, kept: Container[date]) -> Iterator[tuple[date, date]]:
    """The runs of days from `start` to `end` that are not among `kept`, first and last of each."""
    first = None
    for day in (start + _DAY * number for number in range((end - start).days + 1)):
        if day not in kept:
            first = first or day
        elif first is not None:
            yield first, day - _DAY
            first = None
    if first is not None:
        yield first, end


def kept(column: str, start: date, end: date) -> dict[date, dict[str, Any]]:
    """What `column` says of each of the local days `start` to `end` whose counts hold."""
    rows = holding().filter(day__range=(start, end)).values_list("day", "starts", "ends", column)
    # Kept in another time zone, it was another day.
    return {day: written for day, starts, ends, written in rows if (starts, ends) == day_span(day, day)}


def _together(kind: type[_C], column: str, count: Callable[[date, date], _C], start: date, end: date) -> _C:
    total = kind()
    days = kept(column, start, end)
    for written in days.values():
        total.add(kind.read(written))
    for first, last in gaps(start, end, days.keys()):
        total.add(count(first, last))
    return total


def _learn(now: datetime) -> None:
    """Make a row for each ended day since the first message that has none; one of another time zone is made anew."""
    oldest = Message.objects.order_by("moment").values_list("moment", "created_at").first()
    if oldest is None:
        return
    first, today = timezone.localdate(min(oldest)), timezone.localdate(now)
    known = dict(CountedDay.objects.values_list("day", "ends"))
    new = []
    for day in (first + _DAY * number for number in range((today - first).days)):
        starts, ends = day_span(day, day)
        if known.get(day) != ends:
            new.append(CountedDay(day=day, starts=starts, ends=ends, known_since=now))
    if new:
        with transaction.atomic():
            CountedDay.objects.filter(day__in=[row.day for row in new]).delete()
            CountedDay.objects.bulk_create(new)


def _count(day: date) -> None:
    row = CountedDay.objects.filter(day=day)
    with transaction.atomic():
        # The old counts go with the touches, which alone said that they hold no more.
        row.update(turn=F("turn") + 1, moved=None, made=None, checked_at=None)
        turn = row.values_list("turn", flat=True).get()
        TouchedDay.objects.filter(day=day).delete()
    written = {"moved": counting.moved(day, day).written, "made": counting.made(day, day).written}
    row.filter(turn=turn).update(method=method(), **written)
