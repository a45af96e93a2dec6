"""The only writer of a message's status.

Every change is a compare-and-swap (`filter(pk, status).update(...) == 1`) with a `StatusChange` row beside it in the
same transaction. Whoever loses the race changes nothing and is told so. What people decide stands in `decisions`, what
a phone's worker does in `claims`; both come here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from recado import statements
from recado.gsm.causes import Cause
from recado.outbox.models import Message, Segment, Status, StatusChange
from recado.people.actors import PROGRAM
from recado.statements import Plus, Question, Slot, keep

Listener = Callable[[Sequence[int], Status | None, Status, datetime], None]
"""Takes the keys of the messages that moved, from where (None: they are new), to where, and when."""

_listeners: list[Listener] = []

# From which status a message may pass to which. Final states are left only by a person or by evidence: queued to sent
# is the try that looked lost and whose delivery report came, queued to uncertain the one whose time ran out in doubt.
# Sent to failed or uncertain is the text that a phone took to send by itself, and then said that it could not.
ALLOWED: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.SENDING, Status.SENT, Status.UNCERTAIN, Status.EXPIRED, Status.CANCELLED}),
    Status.SENDING: frozenset({Status.QUEUED, Status.SENT, Status.FAILED, Status.UNCERTAIN}),
    Status.SENT: frozenset({Status.DELIVERED, Status.UNDELIVERED, Status.FAILED, Status.UNCERTAIN}),
    Status.UNCERTAIN: frozenset({Status.QUEUED, Status.SENT, Status.DELIVERED, Status.UNDELIVERED, Status.CANCELLED}),
    Status.FAILED: frozenset({Status.QUEUED, Status.CANCELLED}),
    Status.EXPIRED: frozenset({Status.QUEUED, Status.SENT, Status.CANCELLED}),
    Status.CANCELLED: frozenset({Status.QUEUED, Status.FAILED, Status.UNCERTAIN, Status.EXPIRED}),
    Status.DELIVERED: frozenset(),
    Status.UNDELIVERED: frozenset(),
}


class ForbiddenTransition(Exception):
    """Our fault: the code asked for a change that the table does not allow."""


def listen(listener: Listener) -> None:
    """Have `listener` called after each change of status, within its transaction.

    What it writes is committed with the change or not at all; what it raises undoes the change. So it must be quick,
    must not fail for reasons of its own, and does its real work elsewhere. Call this once, when the app is ready.
    """
    if listener not in _listeners:
        _listeners.append(listener)


def unlisten(listener: Listener) -> None:
    """Take back `listen`."""
    _listeners.remove(listener)


def _tell(message_ids: Sequence[int], before: Status | None, after: Status, at: datetime) -> None:
    for listener in _listeners:
        listener(message_ids, before, after, at)


def record_new(message: Message, *, actor: str, note: str = "", cause: Cause | None = None) -> None:
    """Insert `message` at the status it was given: queued, or failed or cancelled with its `cause`. In a transaction.

    Raises IntegrityError when its idempotency key is taken.
    """
    message.pk = statements.insert(Message, **_columns(message, cause, note))
    _begin(message, actor, note, cause)


def record_once(message: Message, *, actor: str, note: str = "", cause: Cause | None = None) -> bool:
    """`record_new`, but False, with nothing written, when the idempotency key is taken."""
    key = statements.insert_once(Message, "idempotency_key", **_columns(message, cause, note))
    if key is None:
        return False
    message.pk = key
    _begin(message, actor, note, cause)
    return True


def _columns(message: Message, cause: Cause | None, note: str) -> dict[str, Any]:
    for name, value in _why(cause, note).items():
        setattr(message, name, value)
    return {
        field.name: getattr(message, field.attname) for field in Message._meta.concrete_fields if not field.primary_key
    }


def _begin(message: Message, actor: str, note: str, cause: Cause | None) -> None:
    # What was inserted by hand is no longer new to the ORM.
    message._state.adding, message._state.db = False, connection.alias
    _write_change(message.pk, "", Status(message.status), message.created_at, actor or PROGRAM, note, cause)
    _tell([message.pk], None, Status(message.status), message.created_at)


def hold(message_id: int) -> Status | None:
    """Lock the message until the transaction ends, and say where it stands; None when there is none.

    Whoever settles tries and parts takes the message first, so that two who settle the same one follow each other
    instead of stopping each other. On SQLite the transaction itself is that lock.
    """
    held = _standing().first(pk=message_id)
    return None if held is None else Status(held[0])


@cache
def _standing() -> Question:
    locked = Message.objects.select_for_update() if connection.features.has_select_for_update else Message.objects.all()
    return keep(locked.filter(pk=Slot("pk", Message, "id")).values_list("status"))


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
            if _swap(message_id, before, after, only, fields):
                _write_change(message_id, before, after, at, actor, note, cause)
                moved.append(message_id)
        if moved:
            _tell(moved, before, after, at)
    return moved


def take_first(
    candidates: Question, *, at: datetime, note: str, returning: Sequence[str], **fields: Any
) -> statements.Row | None:
    """Move the first of `candidates` that is queued to sending, found and moved in one statement; in a transaction.

    Gives its key, its columns `returning`, and whether it has segments already; None when there is none.
    """
    fields = {"status": Status.SENDING.value, **fields, **_why(None, "")}
    names = tuple((name, isinstance(value, Plus)) for name, value in fields.items())
    parameters = [*statements.stored(Message, fields), *candidates.given({"now": at}), Status.QUEUED.value]
    row = statements.one(_taking_text(candidates.text, names, tuple(returning)), parameters)
    if row is not None:
        _write_change(row[0], Status.QUEUED, Status.SENDING, at, PROGRAM, note, None)
        _tell([row[0]], Status.QUEUED, Status.SENDING, at)
    return row


@lru_cache(maxsize=512)
def _taking_text(candidates: str, names: tuple[tuple[str, bool], ...], returning: tuple[str, ...]) -> str:
    table, changes = Message._meta.db_table, statements.assignments(Message, names)
    columns = ", ".join(f'"{name}"' for name in ("id", *returning))
    begun = f'EXISTS(SELECT 1 FROM "{Segment._meta.db_table}" WHERE "message_id" = "{table}"."id")'  # noqa: S608 - names of the model; values are parameters
    found = f'"id" = ({candidates}) AND "status" = %s'
    return f'UPDATE "{table}" SET {changes} WHERE {found} RETURNING {columns}, {begun}'  # noqa: S608 - names of the model; values are parameters


def _swap(message_id: int, before: Status, after: Status, only: Q | None, fields: dict[str, Any]) -> bool:
    if only is None:
        where = {"pk": message_id, "status": before.value}
        return statements.update(Message, where, status=after.value, **fields) == 1
    values = {name: F(name) + value.number if isinstance(value, Plus) else value for name, value in fields.items()}
    return Message.objects.filter(only, pk=message_id, status=before).update(status=after, **values) == 1


def _why(cause: Cause | None, note: str) -> dict[str, str]:
    """What the message itself keeps of a change: its cause, and the sentence, where there is a cause at all."""
    return {"cause": cause.value, "reason": note[:300]} if cause else {"cause": "", "reason": ""}


def _write_change(
    message_id: int, before: str, after: Status, at: datetime, actor: str, note: str, cause: Cause | None
) -> None:
    statements.insert(
        StatusChange,
        message_id=message_id,
        at=at,
        before=str(before),
        after=after.value,
        actor=actor,
        note=note[:400],
        cause=cause.value if cause else "",
    )
