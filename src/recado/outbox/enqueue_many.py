"""Putting many messages of one type in the queue at once: the bulk twin of `enqueue`, for batches.

The texts come filled and measured. The same rules hold: one message a key, one row of history a message, nobody who
does not want the type is written to, and one ring for all. Whatever the type says, they go after everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from recado.outbox import doorbell
from recado.outbox.enqueue import earlier, expiry
from recado.outbox.inserting import insert_many
from recado.outbox.listed import listed
from recado.outbox.models import Message, MessageType, OptOut, Priority, Status, StatusChange
from recado.people.actors import PROGRAM


@dataclass(frozen=True, slots=True)
class Ready:
    """A text for a mobile (E.164) and the key that makes it one message; `useful_until`: nobody sends it after that.

    `protocol` and `ra_number` where it belongs to an RA's requester.
    """

    number: str
    text: str
    key: str
    useful_until: datetime | None = None
    protocol: str = ""
    ra_number: int | None = None


def enqueue_many(
    ready: Sequence[Ready], message_type: MessageType, *, batch: int, actor: str, note: str, now: datetime
) -> list[int]:
    """Queue `ready` as messages of the batch numbered `batch`, in their order; give the numbers of the new messages.

    Leave those out before who do not want the type (`unwilling`). Call it inside a transaction.
    """
    limit = expiry(message_type, now)
    prototype = Message(
        type=message_type,
        encoding=message_type.encoding,
        priority=Priority.BULK,
        status=Status.QUEUED,
        batch=batch,
        created_by=actor,
        created_at=now,
        moment=now,
        ready_at=now,
        expires_at=limit,
    )
    told = attrgetter("number", "text", "key", "useful_until", "protocol", "ra_number")
    varying = ("number", "text", "idempotency_key", "useful_until", "protocol", "ra_number", "expires_at")
    rows = [(*told(row), earlier(limit, row.useful_until)) for row in ready]
    made = insert_many(prototype, varying, rows, returning="id")
    history = StatusChange(at=now, before="", after=Status.QUEUED, actor=actor or PROGRAM, note=note[:400])
    insert_many(history, ("message_id",), [(message_id,) for message_id in made], returning="id")
    if made:
        doorbell.ring()
    return made


def unwilling(numbers: Sequence[str]) -> set[str]:
    """Those of `numbers` whose owners do not want messages of the types that heed it."""
    wishes = OptOut.objects.filter(number__in=listed(numbers), ended_at=None)
    return set(wishes.values_list("number", flat=True))
