"""What the columns of a table are: its heading or none, a tag for each column, which one holds the mobile.

A tag is what stands between braces in the text: `nome do cliente` becomes NOME_DO_CLIENTE. A person may change all of
it; these are first guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from recado.collation import without_accents
from recado.outbox.numbers import NumberRefused, normalise_mobile

MOBILE = "CELULAR"
LONGEST_TAG = 30
TAG = re.compile(r"[A-Z][A-Z0-9_]{0,29}")
_MOBILE_NAMES = (
    "CELULAR",
    "FONE_CELULAR",
    "TELEFONE_CELULAR",
    "MOVEL",
    "WHATSAPP",
    "FONE",
    "TELEFONE",
    "NUMERO",
    "TEL",
)


def has_heading(first: Sequence[str]) -> bool:
    """A first record without a mobile in it is a heading."""
    return not any(_is_mobile(cell) for cell in first)


def names_of(first: Sequence[str], *, heading: bool) -> list[str]:
    """A name for each column, as people see it: the heading's own, else its place."""
    return [(cell.strip()[:60] if heading else "") or f"Coluna {place}" for place, cell in enumerate(first, 1)]


def guess_tags(names: Sequence[str]) -> list[str]:
    """A tag for each column, no two alike."""
    tags: list[str] = []
    for place, name in enumerate(names, 1):
        tag = _tag_of(name) or f"COLUNA_{place}"
        tags.append(tag if tag not in tags else f"{tag[: LONGEST_TAG - 4]}_{place}")
    return tags


def tags_of(mapping: Iterable[str]) -> list[str]:
    """The tags of a batch's `mapping` that the text may use: all but the mobile's."""
    return [tag for tag in mapping if tag != MOBILE]


def guess_mobile(names: Sequence[str], rows: Sequence[Sequence[str]]) -> int | None:
    """The column (0-based) that holds the mobiles: the one with most of them, its name deciding between equals."""
    counts = _mobiles_in(names, rows)
    best = max(range(len(names)), key=lambda place: (counts[place], -_rank(names[place]), -place), default=None)
    if best is None or not (counts[best] or _rank(names[best]) < len(_MOBILE_NAMES)):
        return None
    return best


def likely_mobiles(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """The columns (0-based) that hold mobiles: at least half as many of them as the one with most."""
    counts = _mobiles_in(names, rows)
    most = max(counts, default=0)
    return [place for place, count in enumerate(counts) if count and 2 * count >= most]


def unmarked(cell: str) -> str:
    """`cell` without a spreadsheet's mark of a text, which ours write too."""
    return cell.strip().removeprefix("'")


def _mobiles_in(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """How many mobiles each column holds."""
    return [sum(_is_mobile(row[place]) for row in rows if place < len(row)) for place in range(len(names))]


def _rank(name: str) -> int:
    tag = _tag_of(name)
    return _MOBILE_NAMES.index(tag) if tag in _MOBILE_NAMES else len(_MOBILE_NAMES)


def _tag_of(name: str) -> str:
    tag = re.sub(r"[^A-Z0-9]+", "_", without_accents(name).upper()).strip("_")[:LONGEST_TAG].strip("_")
    return tag if TAG.fullmatch(tag) else ""


def _is_mobile(cell: str) -> bool:
    try:
        normalise_mobile(unmarked(cell))
    except NumberRefused:
        return False
    return True
