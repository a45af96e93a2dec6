"""The only writer of a batch's state: compare-and-swap, with a `BatchChange` beside it in the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from recado.batches.models import Batch, BatchChange, State
from recado.people.actors import PROGRAM

ALLOWED: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.READING, State.CANCELLED}),
    State.READING: frozenset({State.READ, State.DRAFT, State.CANCELLED}),
    State.READ: frozenset({State.DRAFT, State.WAITING, State.RUNNING, State.CANCELLED}),
    State.WAITING: frozenset({State.READ, State.RUNNING, State.CANCELLED}),
    State.RUNNING: frozenset({State.PAUSED, State.DONE, State.CANCELLED}),
    State.PAUSED: frozenset({State.RUNNING, State.DONE, State.CANCELLED}),
    State.DONE: frozenset(),
    State.CANCELLED: frozenset(),
}


class ForbiddenState(Exception):
    """Our fault: the code asked for a change that the table does not allow."""


def record_new(batch: Batch, *, note: str = "") -> None:
    """Insert `batch` at the state it has. Raises IntegrityError when its key is taken."""
    with transaction.atomic():
        batch.save(force_insert=True)
        _write(batch.pk, "", State(batch.state), batch.created_at, batch.author, note)


def change(
    batch_id: int, before: State, after: State, *, at: datetime, actor: str = PROGRAM, note: str = "", **fields: Any
) -> bool:
    """Move the batch from `before` to `after`, with further `fields`; False when it no longer stands at `before`."""
    if after not in ALLOWED[before]:
        raise ForbiddenState(f"{before} -> {after}")
    with transaction.atomic():
        standing = Batch.objects.filter(pk=batch_id, state=before)
        moved = standing.update(state=after, state_since=at, **fields) == 1
        if moved:
            _write(batch_id, before, after, at, actor, note)
    return moved


def _write(batch_id: int, before: str, after: State, at: datetime, actor: str, note: str) -> None:
    BatchChange.objects.create(
        batch_id=batch_id, at=at, before=before, after=after, actor=actor or PROGRAM, note=note[:400]
    )
