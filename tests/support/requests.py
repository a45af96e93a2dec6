"""RAs for the tests, with the reference data that the migrations seed. People and numbers are fictitious."""

from __future__ import annotations

from datetime import UTC, datetime

from recado.service_requests.models import Channel, ClosingReason, Requester, Subtype
from recado.service_requests.operations import NewRequester, Opened, open_service_request, reiterate

NOW = datetime(2026, 11, 22, 17, 5, 30, tzinfo=UTC)
MARIA = NewRequester("Maria Fictícia", "+5581912345678", "maria@example.com")
JOAO = NewRequester("João Inventado", "+5581987654321")


def success() -> ClosingReason:
    return ClosingReason.objects.get(pk=2)


def other_reason() -> ClosingReason:
    return ClosingReason.objects.get(pk=4)


def open_one(requester: NewRequester = MARIA, *, now: datetime = NOW, **fields: object) -> Opened:
    return open_service_request(
        subtype=Subtype.objects.order_by("pk")[0],
        channel=Channel.objects.get(pk=1),
        requester=requester,
        now=now,
        **fields,
    )


def reiterate_one(opened: Opened, requester: NewRequester = JOAO, **fields: object) -> Requester:
    return reiterate(opened.service_request.pk, requester=requester, now=NOW, **fields).requester
