"""Writing rows and faults of a batch: one row a mobile where only one may be, the later ones told as repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db.models import F

from recado.batches.models import Batch, BatchFault, BatchRow, FaultKind, RowState
from recado.outbox.inserting import insert_many
from recado.outbox.listed import listed

LONGEST_CONTENT = 300


@dataclass(frozen=True, slots=True)
class GoodLine:
    """An SMS to be, from line `line`."""

    line: int
    number: str
    text: str
    parts: int
    reference: str = ""
    expires_at: datetime | None = None
    protocol: str = ""
    ra_number: int | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that gives no SMS: `reason` in pt-BR, `content` its beginning."""

    line: int
    reason: str
    content: str


def store(batch: Batch, good: Sequence[GoodLine], bad: Sequence[BadLine]) -> None:
    """Write the lines and count them; call it inside the transaction that also moves the batch's position."""
    once = batch.one_per_number
    prototype = BatchRow(batch=batch, parts=0, state=RowState.READY)
    of_a_row = ("line", "number", "text", "parts", "reference", "expires_at", "protocol", "ra_number")
    varying = (*of_a_row, "copy")
    told = attrgetter(*of_a_row)
    rows = [(*told(row), 0 if once else row.line) for row in good]
    written = set(insert_many(prototype, varying, rows, returning="line"))
    repeated = [row for row in good if row.line not in written]
    first = _first_lines(batch, [row.number for row in repeated])
    faults = [
        (row.line, FaultKind.REPEATED.value, f"Celular repetido: vale a linha {first[row.number]}.", row.text)
        for row in repeated
    ]
    faults += [(row.line, FaultKind.INVALID.value, row.reason, row.content) for row in bad]
    shown = [(line, kind, reason[:200], _storable(content)) for line, kind, reason, content in faults]
    insert_many(BatchFault(batch=batch), ("line", "kind", "reason", "content"), shown, returning="line")
    Batch.objects.filter(pk=batch.pk).update(
        rows_read=F("rows_read") + len(good) + len(bad),
        ready=F("ready") + len(written),
        invalid=F("invalid") + len(bad),
        repeated=F("repeated") + len(repeated),
    )


def _first_lines(batch: Batch, numbers: Sequence[str]) -> dict[str, int]:
    rows = BatchRow.objects.filter(batch=batch, number__in=listed(numbers), copy=0)
    return dict(rows.values_list("number", "line"))


def _storable(content: str) -> str:
    """PostgreSQL knows no NUL."""
    return content.replace("\0", "\ufffd")[:LONGEST_CONTENT]
