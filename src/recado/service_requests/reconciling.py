"""Whether every event of an RA that should tell a customer has its message.

The message of an event bears the event's name as its key (`operations`), so what is missing is found by that key.
Events of a type that is switched off now are left out: nobody is told of them on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import CharField, Exists, Expression, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from recado import parameters
from recado.outbox.models import Message, MessageType
from recado.outbox.queries import day_start
from recado.service_requests.models import Requester
from recado.service_requests.operations import TYPE_CLOSED, TYPE_OPENED, TYPE_REITERATED

MOST_SHOWN = 100


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
    told = Requester.objects.exclude(mobile="").select_related("service_request").order_by("pk")
    came = told.filter(created_at__gte=since, created_at__lt=before)
    closed = told.filter(
        service_request__closed_at__gte=since,
        service_request__closed_at__lt=before,
        service_request__closing_reason__in=parameters.get().success_reasons,
    )
    active = set(MessageType.objects.filter(active=True).values_list("pk", flat=True))
    if TYPE_OPENED in active:
        for person in _without(came.filter(is_main=True), _key(Value(":opened"))):
            yield Untold(person.created_at, TYPE_OPENED, person)
    if TYPE_REITERATED in active:
        for person in _without(came.filter(is_main=False), _key(Value(":reiterated:"), _text("pk"))):
            yield Untold(person.created_at, TYPE_REITERATED, person)
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
