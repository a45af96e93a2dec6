"""Changing a message type: its text is kept version by version, and a type that was used is never deleted."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import PROTECT, ManyToOneRel, ProtectedError, Q

from recado.outbox import doorbell
from recado.outbox.hours import EVERY_DAY, TypeHours
from recado.outbox.models import MessageType, MessageTypeChange, MessageTypeVersion
from recado.outbox.own_types import OF_A_REQUEST, OwnType
from recado.outbox.templates import check_template
from recado.people.actors import PROGRAM
from recado.phones.models import Phone

# What every new type may hold: the company's own values, and a text given with each message.
FIELDS_OF_A_NEW_TYPE = "TEXTO,EMPRESA,TELEFONE"


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


def held_for_change(pk: int | None) -> MessageType | None:
    """The type as it is kept; who else would save it waits until the caller's transaction ends."""
    return MessageType.objects.select_for_update().filter(pk=pk).first() if pk else None


def last_change(message_type: MessageType) -> tuple[str, datetime] | None:
    """Who last changed the text or a setting, and when (UTC); None for a type as it came."""
    newest = [
        *message_type.versions.values_list("actor", "at")[:1],
        *message_type.changes.values_list("actor", "at")[:1],
    ]
    return max(newest, key=lambda row: row[1], default=None)


def save_type(message_type: MessageType, *, actor: str, now: datetime, settings: str = "") -> MessageTypeVersion | None:
    """Store a new or changed type; give the new version when its text changed, else None.

    `settings` tells (pt-BR) what else changed, and is kept beside the versions.
    Raises TemplateRefused for a text with fields that the type's events cannot fill, and TypeRefused for a type of a
    request that would heed who wants no messages.
    """
    check_template(message_type.template, fields_of(message_type))
    if message_type.heeds_opt_out and message_type.pk in OF_A_REQUEST:
        raise TypeRefused(
            "Este tipo avisa de um pedido do cliente e sai sempre: o protocolo não depende de autorização."
        )
    with transaction.atomic():
        before = held_for_change(message_type.pk)
        message_type.save()
        # Its hours may let go of what waits.
        doorbell.ring()
        if before is not None and settings:
            MessageTypeChange.objects.create(type=message_type, at=now, actor=actor, words=settings)
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


def users_of(message_type: MessageType) -> list[str]:
    """What uses the type (pt-BR), and so forbids that it be deleted; empty for one that nothing uses."""
    # Rooms above this one may point to a type as well: each says so by PROTECT, and has a name that people know.
    found = {
        _inside_a_sentence(str(relation.related_model._meta.app_config.verbose_name))
        for relation in MessageType._meta.get_fields(include_hidden=True)
        if isinstance(relation, ManyToOneRel)
        and relation.on_delete is PROTECT
        and relation.related_model._base_manager.filter(**{relation.field.name: message_type.pk}).exists()
    }
    if any(message_type.pk in types for types in Phone.objects.values_list("type_ids", flat=True)):
        found.add("regras de aparelhos")
    own = ["eventos do próprio Recado"] if message_type.pk in frozenset(OwnType) else []
    return [*own, *sorted(found)]


def delete_type(message_type: MessageType) -> None:
    """Delete a type that nothing uses. Raises TypeRefused for any other."""
    users = users_of(message_type)
    try:
        with transaction.atomic():
            if not users:
                message_type.delete()
    except ProtectedError:
        # Used since it was asked.
        users = users_of(message_type)
    if users:
        raise TypeRefused(f"O tipo “{message_type.name}” está em uso e não pode ser excluído: {', '.join(users)}.")


def _inside_a_sentence(name: str) -> str:
    return name[:1].lower() + name[1:]


def _first(message_type: MessageType) -> MessageTypeVersion:
    return MessageTypeVersion(
        type=message_type, number=1, at=message_type.updated_at, actor=PROGRAM, template=message_type.template
    )
