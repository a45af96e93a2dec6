"""Whether every event of an RA that should tell a customer has its message.

The message of an event bears the event's name as its key (`operations`), so what is missing is found by that key.
Events of a type that is switched off now are left out: nobody is told of them on purpose.

Each event is looked for by itself, fifty thousand in a quarter of a large company. So the ended days are looked through
by a job, and one that was whole within a day and whose messages nothing touched since is not looked through again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, CharField, Exists, Expression, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast, Concat
from django.db.models.lookups import Exact
from django.utils import timezone

from recado import parameters
from recado.outbox.models import Message, MessageType
from recado.outbox.own_types import OwnType
from recado.outbox.queries import day_span
from recado.reports.keeping import gaps, holding
from recado.reports.models import CountedDay
from recado.service_requests.models import Requester

MOST_SHOWN = 100
CHECK_SECONDS = 600
CHECK_HOLDS = timedelta(days=1)
_BY_MAIN = {True: OwnType.OPENED, False: OwnType.REITERATED}


@dataclass(frozen=True, slots=True)
class Untold:
    """An event without a message: `type_id` is the type it should have."""

    at: datetime
    type_id: int
    requester: Requester


def untold(start: date, end: date) -> list[Untold]:
    """The events of the local days `start` to `end` that have no message, oldest first.

    `MOST_SHOWN` a kind at most of each run of days that are not known to be whole.
    """
    whole = holding().filter(day__range=(start, end), checked_at__gt=timezone.now() - CHECK_HOLDS)
    runs = gaps(start, end, set(whole.values_list("day", flat=True)))
    return sorted((event for run in runs for event in _of_days(*run)), key=lambda event: event.at)


def check_days(now: datetime) -> bool:
    """Job: look through the ended days that are not known to be whole; nothing is left waiting."""
    due = holding().exclude(checked_at__gt=now - CHECK_HOLDS / 2)
    for day, turn in [*due.values_list("day", "turn")]:
        if not any(_of_days(day, day)):
            # Counted again meanwhile, it has changed: what was seen may hold no more.
            CountedDay.objects.filter(pk=day, turn=turn).update(checked_at=now)
    return False


def _of_days(start: date, end: date) -> Iterator[Untold]:
    return _untold(*day_span(start, end))


def _untold(since: datetime, before: datetime) -> Iterator[Untold]:
    told = Requester.objects.exclude(mobile="").select_related("service_request")
    # In the order of the index that the period is read from: by number the whole table would be read instead.
    came = told.filter(created_at__gte=since, created_at__lt=before).order_by("created_at")
    closed = told.order_by("service_request__closed_at").filter(
        service_request__closed_at__gte=since,
        service_request__closed_at__lt=before,
        service_request__closing_reason__in=parameters.get().success_reasons,
    )
    active = set(MessageType.objects.filter(active=True).values_list("pk", flat=True))
    if not {OwnType.OPENED, OwnType.REITERATED} <= active:
        came = came.filter(is_main__in=[main for main, kind in _BY_MAIN.items() if kind in active])
    # Both kinds in one pass over those who came.
    ending = Case(
        When(Exact(OuterRef("is_main"), True), Value(":opened")), default=Concat(Value(":reiterated:"), _text("pk"))
    )
    for person in _without(came, _key(ending)):
        yield Untold(person.created_at, _BY_MAIN[person.is_main], person)
    if OwnType.CLOSED in active:
        for person in _without(closed, _key(Value(":closed:"), OuterRef("mobile"))):
            assert person.service_request.closed_at is not None
            yield Untold(person.service_request.closed_at, OwnType.CLOSED, person)


def _without(people: QuerySet[Requester], key: Expression) -> QuerySet[Requester]:
    return people.exclude(Exists(Message.objects.filter(idempotency_key=key)))[:MOST_SHOWN]


def _key(*ending: Expression | OuterRef) -> Concat:
    return Concat(Value("ra:"), _text("service_request_id"), *ending, output_field=CharField())


def _text(name: str) -> Cast:
    return Cast(OuterRef(name), CharField())
