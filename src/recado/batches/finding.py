"""Finding batches by what a person writes: a number, or part of a name in any case, with or without accents.

Names are compared here and not in the database: SQLite knows neither the case nor the bare letter of "Água". A batch
is a person's deed, so there are thousands of names at most.
"""

from __future__ import annotations

from recado.batches.models import Batch
from recado.collation import without_accents

# PostgreSQL keeps a batch's number in 64 bits.
_LONGEST_NUMBER = 18


def find_batches(written: str) -> dict[int, str]:
    """Give number and name of the batches meant by `written`, by number; a number that a batch has means it alone."""
    if written.isdecimal() and written.isascii() and len(written) <= _LONGEST_NUMBER:
        found = dict(Batch.objects.filter(pk=int(written)).values_list("pk", "name"))
        if found:
            return found
    sought = _bare(written)
    names = Batch.objects.order_by("pk").values_list("pk", "name")
    return {pk: name for pk, name in names.iterator() if sought in _bare(name)} if sought else {}


def _bare(text: str) -> str:
    return " ".join(without_accents(text).casefold().split())
