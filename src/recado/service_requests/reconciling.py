"""Whether every event of an RA that should tell a customer has its message.

The message of an event bears the event's name as its key (`operations`), so what is missing is found by that key.
Events of a type that is switched off now are left out: nobody is told of them on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, CharField, Exists, Expression, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast, Concat
from django.db.models.lookups import Exact

from recado import parameters
from recado.outbox.models import Message, MessageType
from recado.outbox.queries import day_start
from recado.service_requests.models import Requester
from recado.service_requests.operations import TYPE_CLOSED, TYPE_OPENED, TYPE_REITERATED

MOST_SHOWN = 100
_BY_MAIN = {True: TYPE_OPENED, False: TYPE_REITERATED}


@dataclass(frozen=True, slots=True)
class Untold:
    """An event without a message: `type_id` is the type it should have."""

    at: datetime
    type_id: int
    requester: Requester


def untold(start: date, end: date) -> list[Untold]:
    """The events of the local days `start` to `end` that have no message, oldest first, `MOST_SHOWN` a kind at most."""
    return sorted(_untold(day_start(start), day_start(end + timedelta(days=1))), key=lambda event: event.at)


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
    if not {TYPE_OPENED, TYPE_REITERATED} <= active:
        came = came.filter(is_main__in=[main for main, kind in _BY_MAIN.items() if kind in active])
    # Both kinds in one pass over those who came.
    ending = Case(
        When(Exact(OuterRef("is_main"), True), Value(":opened")), default=Concat(Value(":reiterated:"), _text("pk"))
    )
    for person in _without(came, _key(ending)):
        yield Untold(person.created_at, _BY_MAIN[person.is_main], person)
    if TYPE_CLOSED in active:
        for person in _without(closed, _key(Value(":closed:"), OuterRef("mobile"))):
            assert person.service_request.closed_at is not None
            yield Untold(person.service_request.closed_at, TYPE_CLOSED, person)


def _without(people: QuerySet[Requester], key: Expression) -> QuerySet[Requester]:
    return people.exclude(Exists(Message.objects.filter(idempotency_key=key)))[:MOST_SHOWN]


def _key(*ending: Expression | OuterRef) -> Concat:
    return Concat(Value("ra:"), _text("service_request_id"), *ending, output_field=CharField())


def _text(name: str) -> Cast:
    return Cast(OuterRef(name), CharField())
