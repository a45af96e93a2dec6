"""The only writer of a message's status.

Every change is a compare-and-swap (`filter(pk, status).update(...) == 1`) with a `StatusChange` row beside it in the
same transaction. Whoever loses the race changes nothing and is told so. What people decide stands in `decisions`, what
a phone's worker does in `claims`; both come here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from recado.gsm.causes import Cause
from recado.outbox.models import Message, Status, StatusChange

PROGRAM = "Recado"

# From which status a message may pass to which. Final states are left only by a person or by evidence: queued to sent
# is the try that looked lost and whose delivery report came, queued to uncertain the one whose time ran out in doubt.
ALLOWED: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.SENDING, Status.SENT, Status.UNCERTAIN, Status.EXPIRED, Status.CANCELLED}),
    Status.SENDING: frozenset({Status.QUEUED, Status.SENT, Status.FAILED, Status.UNCERTAIN}),
    Status.SENT: frozenset({Status.DELIVERED, Status.UNDELIVERED}),
    Status.UNCERTAIN: frozenset({Status.QUEUED, Status.SENT, Status.DELIVERED, Status.UNDELIVERED, Status.CANCELLED}),
    Status.FAILED: frozenset({Status.QUEUED, Status.CANCELLED}),
    Status.EXPIRED: frozenset({Status.QUEUED, Status.SENT, Status.CANCELLED}),
    Status.CANCELLED: frozenset({Status.QUEUED, Status.FAILED, Status.UNCERTAIN, Status.EXPIRED}),
    Status.DELIVERED: frozenset(),
    Status.UNDELIVERED: frozenset(),
}


class ForbiddenTransition(Exception):
    """Our fault: the code asked for a change that the table does not allow."""


def record_new(message: Message, *, actor: str, note: str = "", cause: Cause | None = None) -> None:
    """Insert `message` at the status it was given: queued, or failed or cancelled with its `cause`. In a transaction.

    Raises IntegrityError when its idempotency key is taken.
    """
    for name, value in _why(cause, note).items():
        setattr(message, name, value)
    message.save(force_insert=True)
    _write_change(message.pk, "", Status(message.status), message.created_at, actor or PROGRAM, note, cause)


def hold(message_id: int) -> Status | None:
    """Lock the message until the transaction ends, and say where it stands; None when there is none.

    Whoever settles tries and parts takes the message first, so that two who settle the same one follow each other
    instead of stopping each other. On SQLite the transaction itself is that lock.
    """
    held = Message.objects.select_for_update().filter(pk=message_id).values_list("status", flat=True).first()
    return None if held is None else Status(held)


def lock(message_id: int) -> None:
    """`hold` for who need not know where the message stands: on SQLite there is nothing to do."""
    if connection.features.has_select_for_update:
        hold(message_id)


def change(
    message_id: int,
    before: Status,
    after: Status,
    *,
    at: datetime,
    actor: str = PROGRAM,
    note: str = "",
    cause: Cause | None = None,
    only: Q | None = None,
    **fields: Any,
) -> bool:
    """Move one message from `before` to `after`, with further `fields`.

    False when it no longer stands at `before`, or does not fit the condition `only`.
    With a `cause` the message keeps it and the `note`; without, what it kept is cleared.
    """
    ids = change_many([message_id], before, after, at=at, actor=actor, note=note, cause=cause, only=only, **fields)
    return bool(ids)


def change_many(
    message_ids: Iterable[int],
    before: Status,
    after: Status,
    *,
    at: datetime,
    actor: str = PROGRAM,
    note: str = "",
    cause: Cause | None = None,
    only: Q | None = None,
    **fields: Any,
) -> list[int]:
    """Move each of `message_ids` that stands at `before` (and fits `only`) to `after`; give the ids that moved."""
    if after not in ALLOWED[before]:
        raise ForbiddenTransition(f"{before} -> {after}")
    fields |= _why(cause, note)
    moved = []
    # No savepoint inside a transaction: what fails here ends the whole of it anyway.
    with transaction.atomic(savepoint=False):
        for message_id in message_ids:
            standing = Message.objects.filter(only or Q(), pk=message_id, status=before)
            if standing.update(status=after, **fields) == 1:
                _write_change(message_id, before, after, at, actor, note, cause)
                moved.append(message_id)
    return moved


def _why(cause: Cause | None, note: str) -> dict[str, str]:
    """What the message itself keeps of a change: its cause, and the sentence, where there is a cause at all."""
    return {"cause": cause.value, "reason": note[:300]} if cause else {"cause": "", "reason": ""}


def _write_change(
    message_id: int, before: str, after: Status, at: datetime, actor: str, note: str, cause: Cause | None
) -> None:
    StatusChange.objects.create(
        message_id=message_id,
        at=at,
        before=before,
        after=after,
        actor=actor,
        note=note[:400],
        cause=cause.value if cause else "",
    )
