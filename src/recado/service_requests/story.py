"""What happened with a customer, in the order in which it happened: the RA, what was told by SMS, what came back.

Asked for by a mobile, it is of that mobile: its RAs, the messages to it, its replies. Asked for by a protocol or the
number of an RA, it is of that RA with all its requesters; one that another system keeps, such as GSAN, is known by the
messages about it. Eleven digits may be either; a mobile that is known wins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Max, Min, Q

from recado.inbox.models import Reply
from recado.numerals import digits_of
from recado.outbox.models import Message
from recado.service_requests.finding import LONGEST_RA, PROTOCOL_DIGITS, mobile_of, named_by
from recado.service_requests.models import Requester, ServiceRequest

MOST_REQUESTS = 20
MOST_MESSAGES = 200


class Kind(StrEnum):
    """What a line of the story is about."""

    OPENED = "opened"
    REITERATED = "reiterated"
    CLOSED = "closed"
    MESSAGE = "message"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class Happening:
    """One line: `kind` says which of the others is there. `delivered_at` is when the mobile had the last part."""

    at: datetime
    kind: Kind
    request: ServiceRequest | None = None
    requester: Requester | None = None
    message: Message | None = None
    reply: Reply | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """`mobile` is E.164, empty when one RA was asked for; `requests` newest first; `happenings` oldest first.

    `requests_known` and `messages_known` count all that there are, the oldest of which are left out beyond
    `MOST_REQUESTS` and `MOST_MESSAGES`; `since` is the time of the oldest message of all, None without one.
    """

    mobile: str
    requests: list[ServiceRequest]
    happenings: list[Happening]
    requests_known: int = 0
    messages_known: int = 0
    since: datetime | None = None

    @property
    def last_message(self) -> Happening | None:
        """The newest SMS, the one that a caller asks about as a rule."""
        return next((line for line in reversed(self.happenings) if line.message), None)

    @property
    def has_mobile(self) -> bool:
        """Whether anybody in it left a mobile: a story without an SMS may still have one."""
        return any(person.mobile for request in self.requests for person in request.requesters.all())


def story_of(term: str) -> Story | None:
    """The story of what a person typed; None when nothing is known of it."""
    if (mobile := mobile_of(term)) and (story := _of_mobile(mobile)):
        return story
    requests = _requests(named_by(term))
    return _of_requests(requests) if requests else _of_elsewhere(term)


def _of_mobile(mobile: str) -> Story | None:
    meaning, meant = Q(requesters__mobile=mobile), Q(number=mobile)
    requests = _requests(meaning)
    lines = list(_of_the_requests(requests))
    lines += _messages(meant)
    lines += _replies([mobile])
    if not lines:
        return None
    known = ServiceRequest.objects.filter(meaning).values("pk").distinct().count()
    return _whole(Story(mobile, requests, _in_order(lines), known), meant)


def _of_requests(requests: list[ServiceRequest]) -> Story:
    mobiles = {person.mobile for request in requests for person in request.requesters.all() if person.mobile}
    lines = list(_of_the_requests(requests))
    meant = Q(ra_number__in=[request.pk for request in requests])
    lines += _messages(meant)
    opened = min(request.opened_at for request in requests)
    lines += [line for line in _replies(sorted(mobiles)) if line.at >= opened]
    return _whole(Story("", requests, _in_order(lines), len(requests)), meant)


def _of_elsewhere(term: str) -> Story | None:
    """What was told of an RA that another system keeps: the messages that bear its number or protocol, the replies."""
    digits = digits_of(term)
    named = Q(protocol=digits) if len(digits) == PROTOCOL_DIGITS else Q(pk__in=())
    if digits and len(digits) <= LONGEST_RA:
        named |= Q(ra_number=int(digits))
    numbers = set(Message.objects.filter(named, ra_number__isnull=False).values_list("ra_number", flat=True)[:10])
    meant = named | Q(ra_number__in=numbers)
    lines = _messages(meant)
    if not lines:
        return None
    asked = min(line.message.created_at for line in lines if line.message)
    mobiles = {line.message.number for line in lines if line.message}
    lines += [line for line in _replies(sorted(mobiles)) if line.at >= asked]
    return _whole(Story("", [], _in_order(lines)), meant)


def _whole(story: Story, meant: Q) -> Story:
    """The story with what is known of the messages that it is about, those that it leaves out too."""
    known = Message.objects.filter(meant).aggregate(count=Count("pk"), since=Min("moment"))
    return replace(story, messages_known=known["count"], since=known["since"])


def _requests(meaning: Q) -> list[ServiceRequest]:
    found = ServiceRequest.objects.filter(pk__in=ServiceRequest.objects.filter(meaning).order_by().values("pk"))
    rows = found.select_related("subtype__type", "closing_reason").prefetch_related("requesters").order_by("-pk")
    return list(rows[:MOST_REQUESTS])


def _of_the_requests(requests: list[ServiceRequest]) -> Iterator[Happening]:
    for request in requests:
        for person in request.requesters.all():
            kind = Kind.OPENED if person.is_main else Kind.REITERATED
            yield Happening(person.created_at, kind, request=request, requester=person)
        if request.closed_at:
            yield Happening(request.closed_at, Kind.CLOSED, request=request)


def _messages(which: Q) -> list[Happening]:
    rows = Message.objects.filter(which).select_related("type").order_by("-pk")
    rows = rows.annotate(last_delivered_at=Max("segments__delivered_at"))
    return [
        Happening(row.moment, Kind.MESSAGE, message=row, delivered_at=row.last_delivered_at)
        for row in rows[:MOST_MESSAGES]
    ]


def _replies(mobiles: list[str]) -> list[Happening]:
    rows = Reply.objects.filter(number__in=mobiles).order_by("-received_at", "-pk")
    return [Happening(row.received_at, Kind.REPLY, reply=row) for row in rows[:MOST_MESSAGES]]


def _in_order(lines: list[Happening]) -> list[Happening]:
    """By time; what bears the same one in the order of `Kind`, for the RA is there before its SMS."""
    kinds = list(Kind)
    return sorted(lines, key=lambda line: (line.at, kinds.index(line.kind)))
