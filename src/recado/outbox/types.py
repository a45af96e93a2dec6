"""Changing a message type: its text is kept version by version, and a type that was used is never deleted."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError, Q

from recado.outbox import doorbell
from recado.outbox.hours import EVERY_DAY, TypeHours
from recado.outbox.models import MessageType, MessageTypeVersion
from recado.outbox.templates import check_template

# What every new type may hold: the company's own values, and a text given with each message.
FIELDS_OF_A_NEW_TYPE = "TEXTO,EMPRESA,TELEFONE"
RECADO = "Recado"


class TypeRefused(ValueError):
    """The type cannot be changed so; the text (pt-BR) says why."""


def fields_of(message_type: MessageType) -> tuple[str, ...]:
    """The names of the fields that events of this type can fill."""
    return tuple(name.strip() for name in message_type.fields.split(",") if name.strip())


def limited_hours() -> tuple[TypeHours, ...]:
    """The hours of each type that may not leave at any time: none as a rule."""
    limited = MessageType.objects.filter(Q(hours_from__isnull=False) | ~Q(days=EVERY_DAY))
    return tuple(TypeHours(row.pk, row.hours) for row in limited.order_by() if row.hours.is_limited)


def versions_of(message_type: MessageType) -> list[MessageTypeVersion]:
    """The versions, the newest first; a type never changed has the one it came with, which is not stored yet."""
    kept = list(MessageTypeVersion.objects.filter(type=message_type))
    return kept or [_first(message_type)]


def save_type(message_type: MessageType, *, actor: str, now: datetime) -> MessageTypeVersion | None:
    """Store a new or changed type; give the new version when its text changed, else None.

    Raises TemplateRefused for a text with fields that the type's events cannot fill.
    """
    check_template(message_type.template, fields_of(message_type))
    with transaction.atomic():
        before = MessageType.objects.select_for_update().filter(pk=message_type.pk).first()
        message_type.save()
        # Its hours may let go of what waits.
        doorbell.ring()
        if before is not None and before.template == message_type.template:
            return None
        last = message_type.versions.first()
        if last is None and before is not None:
            last = _first(before)
            last.save()
        return MessageTypeVersion.objects.create(
            type=message_type,
            number=last.number + 1 if last else 1,
            at=now,
            actor=actor,
            template=message_type.template,
        )


def delete_type(message_type: MessageType) -> None:
    """Delete a type that no message has. Raises TypeRefused for any other."""
    try:
        with transaction.atomic():
            message_type.delete()
    except ProtectedError:
        raise TypeRefused(
            f"O tipo “{message_type.name}” já tem mensagens e não pode ser excluído. Desative-o: nada mais sai com ele."
        ) from None


def _first(message_type: MessageType) -> MessageTypeVersion:
    return MessageTypeVersion(
        type=message_type, number=1, at=message_type.updated_at, actor=RECADO, template=message_type.template
    )
