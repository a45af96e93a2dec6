"""Putting a message in the queue, inside the caller's transaction.

The idempotency key names the event: the same key twice is one message, whoever calls and however often.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from recado.gsm import EncodeError, EncodingPolicy, segment
from recado.gsm.causes import Cause
from recado.outbox import doorbell, transitions
from recado.outbox.models import Message, MessageType, Status
from recado.outbox.templates import TemplateRefused, fill


@dataclass(frozen=True, slots=True)
class Event:
    """Why a message is sent: its type, its mobile (E.164), the key that makes it one, and the values of its fields."""

    type_id: int
    number: str
    idempotency_key: str
    values: Mapping[str, str] = field(default_factory=dict)
    protocol: str = ""
    ra_number: int | None = None
    actor: str = ""


def enqueue(event: Event, *, now: datetime) -> Message | None:
    """Queue the message of `event`; give it, the one that stands under its key already, or None for an inactive type.

    A text that cannot be filled or encoded does not stop the caller's business: the message is kept as failed, with the
    fault's words, for a person to see.
    """
    message_type = MessageType.objects.get(pk=event.type_id)
    if not message_type.active:
        return None
    text, fault = _compose(event, message_type)
    message = Message(
        type=message_type,
        number=event.number,
        text=text,
        encoding=message_type.encoding,
        priority=message_type.priority,
        status=Status.QUEUED,
        idempotency_key=event.idempotency_key,
        protocol=event.protocol,
        ra_number=event.ra_number,
        created_by=event.actor,
        created_at=now,
        moment=now,
        ready_at=now,
        expires_at=expiry(message_type, now),
    )
    try:
        with transaction.atomic():
            transitions.record_new(message, actor=event.actor, fault=fault, cause=Cause.OURS if fault else None)
    except IntegrityError:
        return Message.objects.get(idempotency_key=event.idempotency_key)
    doorbell.ring()
    return message


def expiry(message_type: MessageType, now: datetime) -> datetime | None:
    """When a message of this type queued at `now` is no longer worth sending; None for never."""
    if message_type.validity_minutes is None:
        return None
    return now + timedelta(minutes=message_type.validity_minutes)


def company_values() -> dict[str, str]:
    """The fields every type may use: the company's name and phone."""
    return {"EMPRESA": settings.RECADO_COMPANY, "TELEFONE": settings.RECADO_COMPANY_PHONE}


def _compose(event: Event, message_type: MessageType) -> tuple[str, str]:
    template = message_type.template
    try:
        text = fill(template, {**company_values(), **event.values})
        segment(text, EncodingPolicy(message_type.encoding))
    except TemplateRefused as refusal:
        return template, str(refusal)
    except EncodeError as refusal:
        return template, f"O texto não pode seguir por SMS: {refusal}"
    return text, ""
