"""Putting a message in the queue, inside the caller's transaction.

The idempotency key names the event: the same key twice is one message, whoever calls and however often.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from recado import parameters, statements
from recado.gsm import EncodeError, EncodingPolicy, segment
from recado.gsm.causes import Cause
from recado.gsm.segment import MAX_CHARACTERS
from recado.outbox import consent, doorbell, transitions
from recado.outbox.models import Message, MessageType, Priority, Status
from recado.outbox.templates import SIGNATURE, TemplateRefused, fill

TEST_VALIDITY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Event:
    """Why a message is sent: its type, its mobile (E.164), the key that makes it one, and the values of its fields.

    `only_phone_id`: a test of that phone, which goes before all others, by it alone, within `TEST_VALIDITY` or never.
    `not_before`: when it may leave at the earliest. `note`: what its history is to say of its beginning (pt-BR).
    """

    type_id: int
    number: str
    idempotency_key: str
    values: Mapping[str, str] = field(default_factory=dict)
    protocol: str = ""
    ra_number: int | None = None
    actor: str = ""
    only_phone_id: int | None = None
    not_before: datetime | None = None
    note: str = ""


def enqueue(event: Event, *, now: datetime, refuses_faults: bool = False) -> Message | None:
    """Queue the message of `event`; give it, the one that stands under its key already, or None for an inactive type.

    A text that cannot be filled or encoded does not stop the caller's business: the message is kept as failed, with the
    fault's words, for a person to see. A caller who can mend it at once `refuses_faults`, and gets TemplateRefused.
    One to a customer who does not want its type is kept as discarded.
    """
    message_type = statements.read(MessageType, event.type_id)
    if message_type is None:
        raise MessageType.DoesNotExist
    if not message_type.active:
        return None
    text, fault = _compose(event, message_type)
    if fault and refuses_faults:
        raise TemplateRefused(fault)
    status, cause = (Status.FAILED, Cause.OURS) if fault else (Status.QUEUED, None)
    if message_type.heeds_opt_out and consent.opted_out(event.number):
        status, cause, fault = Status.CANCELLED, Cause.OPTED_OUT, consent.NOTE
    message = _born(event, message_type, text, status, now)
    with transaction.atomic(savepoint=False):
        made = transitions.record_once(message, actor=event.actor, note=fault or event.note, cause=cause)
    if not made:
        return Message.objects.get(idempotency_key=event.idempotency_key)
    doorbell.ring()
    return message


def _born(event: Event, message_type: MessageType, text: str, status: Status, now: datetime) -> Message:
    is_test = event.only_phone_id is not None
    ready_at = max(now, event.not_before or now)
    return Message(
        type=message_type,
        number=event.number,
        text=text,
        encoding=message_type.encoding,
        priority=Priority.URGENT if is_test else message_type.priority,
        status=status,
        idempotency_key=event.idempotency_key,
        protocol=event.protocol,
        ra_number=event.ra_number,
        created_by=event.actor,
        created_at=now,
        moment=now,
        ready_at=ready_at,
        expires_at=now + TEST_VALIDITY if is_test else expiry(message_type, ready_at),
        only_phone_id=event.only_phone_id,
    )


def compose_again(message: Message) -> str:
    """Fill the text of a message that was born failed from its type as it is today.

    Raises TemplateRefused (pt-BR) when it still cannot be filled or encoded, or asks for more than the message knows.
    """
    known = {"PROTOCOLO": message.protocol, "RA": "" if message.ra_number is None else str(message.ra_number)}
    values = {name: value for name, value in known.items() if value}
    text, fault = _compose(Event(message.type_id, message.number, message.idempotency_key, values), message.type)
    if fault:
        raise TemplateRefused(fault)
    return text


def expiry(message_type: MessageType, now: datetime) -> datetime | None:
    """When a message of this type queued at `now` is no longer worth sending; None for never."""
    if message_type.validity_minutes is None:
        return None
    return now + timedelta(minutes=message_type.validity_minutes)


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """The limit that comes first; None for no limit."""
    if one is None or other is None:
        return one or other
    return min(one, other)


def company_values() -> dict[str, str]:
    """The fields every type may use, the company's name and phone; and what every text ends with."""
    held = parameters.get()
    return {"EMPRESA": held.company, "TELEFONE": held.company_phone, SIGNATURE: held.signature}


def _compose(event: Event, message_type: MessageType) -> tuple[str, str]:
    try:
        text = fill(message_type.template, {**company_values(), **event.values})
    except TemplateRefused as refusal:
        return message_type.template, str(refusal)
    try:
        segment(text, EncodingPolicy(message_type.encoding))
    except EncodeError:
        return _storable(text), "O texto é longo demais para um SMS ou tem um caractere que nenhum celular mostra."
    return text, ""


def _storable(text: str) -> str:
    """What the database takes of a text that cannot be sent: PostgreSQL knows no NUL, UTF-8 no lone surrogate."""
    return text[:MAX_CHARACTERS].replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
