"""Open, reiterate, close an RA; the messages arise in the same transaction and nothing here waits for a phone.

    opened       type 1 to the requester's mobile, with their protocol
    reiterated   type 2 to the new requester's mobile, with theirs
    closed       type 3 to every mobile told before, each with its own protocol, when the reason means success;
                 an e-mail with the link of an evaluation to every requester who gave an address

A person who sends a form twice gets the first result again: the form's token names the row it made.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from recado import parameters
from recado.evaluations import operations as evaluations
from recado.outbox.enqueue import Event, enqueue
from recado.outbox.models import Message
from recado.outbox.own_types import OwnType
from recado.service_requests.models import (
    Channel,
    ClosingReason,
    ProtocolCounter,
    Requester,
    RequestStatus,
    ServiceRequest,
    Subtype,
)

ORIGIN_DIGIT = "1"
LONGEST_NOTE = 400


class OperationRefused(ValueError):
    """The RA does not allow it; the text (pt-BR) says why. `field` names the form field it belongs to, if any."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True)
class NewRequester:
    """Who asks: `mobile` in E.164 (see `outbox.numbers`) or empty when there is none to tell."""

    name: str = ""
    mobile: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """What the attendant hands over: the RA, the requester with the protocol, and the SMS if one was queued."""

    service_request: ServiceRequest
    requester: Requester
    message: Message | None
    repeated: bool = False


def open_service_request(
    *,
    subtype: Subtype,
    channel: Channel,
    requester: NewRequester,
    property_id: str = "",
    description: str = "",
    actor: str = "",
    form_token: uuid.UUID | None = None,
    now: datetime | None = None,
) -> Opened:
    """Open an RA, give its requester a protocol, queue SMS type 1. The same `form_token` again gives the first RA."""
    at = now or timezone.now()
    try:
        with transaction.atomic():
            service_request = ServiceRequest.objects.create(
                subtype=subtype,
                channel=channel,
                property_id=property_id,
                description=description,
                opened_at=at,
                opened_by=actor,
                form_token=form_token,
            )
            person = _add_requester(service_request, requester, at, is_main=True)
            message = tell(OwnType.OPENED, service_request, person, f"ra:{service_request.pk}:opened", actor, at)
    except IntegrityError:
        first = ServiceRequest.objects.filter(form_token=form_token).first() if form_token else None
        if first is None:
            raise
        return _again(first.requesters.get(is_main=True))
    return Opened(service_request, person, message)


def reiterate(
    service_request_id: int,
    *,
    requester: NewRequester,
    actor: str = "",
    form_token: uuid.UUID | None = None,
    now: datetime | None = None,
) -> Opened:
    """Add a reiteration with a protocol of its own and queue SMS type 2. Raises OperationRefused on a closed RA."""
    at = now or timezone.now()
    if form_token and (first := Requester.objects.filter(form_token=form_token).first()):
        return _again(first)
    try:
        with transaction.atomic():
            open_rows = ServiceRequest.objects.filter(pk=service_request_id, status=RequestStatus.PENDING)
            if open_rows.update(reiterations=F("reiterations") + 1) != 1:
                raise OperationRefused("Este RA já foi encerrado e não pode ser reiterado. Abra um novo RA.")
            service_request = ServiceRequest.objects.get(pk=service_request_id)
            person = _add_requester(service_request, requester, at, is_main=False, form_token=form_token)
            key = f"ra:{service_request.pk}:reiterated:{person.pk}"
            message = tell(OwnType.REITERATED, service_request, person, key, actor, at)
    except IntegrityError:
        first = Requester.objects.filter(form_token=form_token).first() if form_token else None
        if first is None:
            raise
        return _again(first)
    return Opened(service_request, person, message)


def close_service_request(
    service_request_id: int,
    *,
    reason: ClosingReason,
    closed_at: datetime,
    note: str = "",
    actor: str = "",
    now: datetime | None = None,
) -> list[Message]:
    """Close the RA; when `reason` means success, queue SMS type 3 for every mobile told before.

    Each e-mail address then gets the link of an evaluation, and the SMS of its owner says so.

    Raises OperationRefused: already closed, closing time after now or before the opening, `note` too long.
    """
    at = now or timezone.now()
    with transaction.atomic():
        service_request = ServiceRequest.objects.get(pk=service_request_id)
        _check_closing(service_request, closed_at, note, at)
        changed = ServiceRequest.objects.filter(pk=service_request_id, status=RequestStatus.PENDING).update(
            status=RequestStatus.CLOSED,
            closed_at=closed_at,
            closed_by=actor,
            closing_reason=reason,
            closing_note=note,
        )
        if changed != 1:
            service_request.refresh_from_db()
            raise OperationRefused(when_closed(service_request))
        if not means_success(reason):
            return []
        key = f"ra:{service_request.pk}:closed"
        asked = _ask_for_evaluations(service_request, at)
        told = [
            tell(OwnType.CLOSED, service_request, person, f"{key}:{number}", actor, at, asked=number in asked)
            for person in recipients_of_closing(service_request)
            for number in (person.mobile,)
        ]
    return [message for message in told if message is not None]


def _ask_for_evaluations(service_request: ServiceRequest, at: datetime) -> set[str]:
    """Ask each e-mail address of the RA; give the mobiles of those who were asked."""
    asked = set()
    for person in service_request.requesters.exclude(email="").order_by("pk"):
        if evaluations.invite(ra_number=service_request.pk, protocol=person.protocol, address=person.email, now=at):
            asked.add(person.mobile)
    return asked


def means_success(reason: ClosingReason) -> bool:
    """True when closing for this reason is told to the customer as the request being met."""
    return reason.pk in parameters.get().success_reasons


def recipients_of_closing(service_request: ServiceRequest) -> list[Requester]:
    """One requester for each mobile that was told of the RA; the first of those who share one, with their protocol."""
    by_mobile: dict[str, Requester] = {}
    for person in service_request.requesters.exclude(mobile="").order_by("pk"):
        by_mobile.setdefault(person.mobile, person)
    return list(by_mobile.values())


def _add_requester(
    service_request: ServiceRequest,
    new: NewRequester,
    at: datetime,
    *,
    is_main: bool,
    form_token: uuid.UUID | None = None,
) -> Requester:
    return Requester.objects.create(
        service_request=service_request,
        name=new.name,
        mobile=new.mobile,
        email=new.email,
        protocol=_next_protocol(at),
        is_main=is_main,
        created_at=at,
        form_token=form_token,
    )


def _next_protocol(at: datetime) -> str:
    """Year, origin digit, sequence of nine (GSAN); the year is the local one, the sequence never starts again."""
    counter = ProtocolCounter.objects.filter(pk=1)
    if not counter.update(last=F("last") + 1):
        # Only on an emptied database; two who come first together both pass here.
        ProtocolCounter.objects.get_or_create(pk=1)
        counter.update(last=F("last") + 1)
    last = counter.values_list("last", flat=True).get()
    return f"{timezone.localtime(at).year:04d}{ORIGIN_DIGIT}{last:09d}"


def tell(
    type_id: int,
    service_request: ServiceRequest,
    person: Requester,
    key: str,
    actor: str,
    at: datetime,
    *,
    asked: bool = False,
) -> Message | None:
    """Queue one SMS about the RA to the person's mobile, under the event's `key`; None without a mobile.

    `asked`: an evaluation goes to this person's e-mail, and the SMS says so where its text has the place for it.
    """
    if not person.mobile:
        return None
    return enqueue(
        Event(
            type_id=type_id,
            number=person.mobile,
            idempotency_key=key,
            values={
                "PROTOCOLO": person.protocol,
                "RA": str(service_request.pk),
                "AVALIACAO": evaluations.notice(asked=asked),
            },
            protocol=person.protocol,
            ra_number=service_request.pk,
            actor=actor,
        ),
        now=at,
    )


def _again(person: Requester) -> Opened:
    message = (
        Message.objects.filter(protocol=person.protocol, ra_number=person.service_request_id).order_by("pk").first()
    )
    return Opened(person.service_request, person, message, repeated=True)


def _check_closing(service_request: ServiceRequest, closed_at: datetime, note: str, now: datetime) -> None:
    if service_request.status == RequestStatus.CLOSED:
        raise OperationRefused(when_closed(service_request))
    if len(note) > LONGEST_NOTE:
        raise OperationRefused(f"O parecer tem no máximo {LONGEST_NOTE} caracteres.", "note")
    if closed_at > now:
        raise OperationRefused("A data e a hora não podem ser posteriores a agora.", "closed_at")
    # People write hours and minutes: an RA opened at 14:05:30 may be closed "at 14:05".
    if closed_at < service_request.opened_at.replace(second=0, microsecond=0):
        opened = timezone.localtime(service_request.opened_at)
        raise OperationRefused(
            f"A data e a hora não podem ser anteriores à abertura ({opened:%d/%m/%Y %H:%M}).", "closed_at"
        )


def when_closed(service_request: ServiceRequest) -> str:
    """The sentence (pt-BR) that says that the RA is closed already, and since when, in local time."""
    if service_request.closed_at is None:
        return "Este RA já foi encerrado."
    at = timezone.localtime(service_request.closed_at)
    return f"Este RA já foi encerrado em {at:%d/%m/%Y} às {at.hour}h{at:%M}."
