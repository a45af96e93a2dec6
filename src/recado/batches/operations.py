"""The door for other rooms: a batch from rows that a program gives, without a file.

    with rows at hand:   batch = create(rows, type_id=…, template=…, name=…, author=…, key="billing:7:2026-11", now=now)
    what became of them: for fate in fates(batch.pk): fate.reference, fate.status

Mobile, text and length are checked as for a file; what cannot go out is a `BatchFault` with its line (the row's place,
1-based) and the reason. The type must be one that heeds the wish not to receive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from recado.batches.models import Batch


@dataclass(frozen=True, slots=True)
class NewRow:
    """One SMS to be: a mobile in any usual writing, the values of the template's fields, and the last use of it.

    `reference` (60 characters at most) is the maker's own name for the row, given back by `fates`.
    """

    number: str
    values: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a row: `message_id` and `status` (`outbox.models.Status`) once it is a message.

    `status` is "" while the row waits in the batch; `left_out` (pt-BR) says why it will never be a message.
    """

    line: int
    reference: str
    number: str
    message_id: int | None
    status: str
    cause: str
    moment: datetime | None
    left_out: str


def create(
    rows: Iterable[NewRow],
    *,
    type_id: int,
    template: str,
    name: str,
    author: str,
    key: str,
    now: datetime,
    expires_at: datetime | None = None,
    one_per_number: bool = True,
    needs_approval: bool | None = None,
    skip_told: bool = False,
) -> Batch:
    """Make a batch of `rows` and let it go out, or wait for approval where it is larger than a person may send alone.

    `needs_approval`: None as the parameter says, else the caller's own rule. `one_per_number` False keeps several rows
    for one mobile. Rows are read once, a few thousand at a time, each lot in a transaction of its own: call it outside
    any. The same `key` again gives the batch that stands, unless a crash left it half made: then it is made anew.

    Raises TemplateRefused (pt-BR) for a text with a field that is no value of the first row.
    """
    raise NotImplementedError


def fates(batch_id: int, *, after_line: int = 0) -> Iterator[Fate]:
    """The fate of each row in the order of the lines, read a thousand at a time."""
    raise NotImplementedError
