"""Where the next page begins: opaque to the caller, the time and number of the last row to us."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from recado.api.problems import Fault, Problem

T = TypeVar("T")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row that was shown: its time (aware) and number."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        micros = int(self.at.timestamp()) * 1_000_000 + self.at.microsecond
        return base64.urlsafe_b64encode(f"{micros}.{self.pk}".encode()).rstrip(b"=").decode()


def parse_cursor(written: str) -> Cursor:
    """The cursor of an address. Raises Problem."""
    try:
        text = base64.urlsafe_b64decode(written.encode() + b"=" * (-len(written) % 4)).decode("ascii")
        micros, _, pk = text.partition(".")
        seconds, fraction = divmod(int(micros), 1_000_000)
        found = Cursor(datetime.fromtimestamp(seconds, UTC).replace(microsecond=fraction), int(pk))
        if abs(found.pk) >= 2**63:
            raise ValueError
    except (ValueError, binascii.Error, OverflowError, OSError):
        detail = "O cursor não é um dos que a API deu. Comece da primeira página."
        raise Problem(422, "validation_failed", detail, faults=[Fault("?cursor", "invalid", detail)]) from None
    return found


def page_of(rows: Iterable[T], limit: int) -> tuple[list[T], bool]:
    """The first `limit` of `rows`, and whether there are more."""
    found = list(islice(rows, limit + 1))
    return found[:limit], len(found) > limit


def page_by_time(
    rows: QuerySet[M], time: str, *, after: str | None, limit: int, newest_first: bool = False
) -> tuple[list[M], str | None]:
    """`limit` of `rows`, which are ordered by the column `time` and their number, from the cursor `after` on; and the
    cursor of the following page, None on the last. Raises Problem."""
    if after:
        last, beyond = parse_cursor(after), "lt" if newest_first else "gt"
        rows = rows.filter(Q(**{f"{time}__{beyond}": last.at}) | Q(**{time: last.at, f"pk__{beyond}": last.pk}))
    page, more = page_of(rows[: limit + 1], limit)
    return page, str(Cursor(getattr(page[-1], time), page[-1].pk)) if more else None
