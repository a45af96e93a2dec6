"""The vectors of `vectors/`, by name, and the list of those that are left out of a direction with the reason.

A vector is checked in each direction it can be: decode (PDU to fields), encode (fields to PDU), split (text to
parts), field (one field alone). A test of this module's lists makes sure that none is forgotten.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

Vector = dict[str, Any]

FOLDER = Path(__file__).with_name("vectors")
PDU_FILES = ("submit", "deliver", "status_report")

_PAIR_CUT = "the source cuts a surrogate pair between two parts; Recado never does, and joins such parts when read"
_CR_PADDING = "pads with CR as USSD does; an SMS counts its septets in TP-UDL and pads with zeros"
_READ_ONLY = "several septet sequences show this text; Recado writes the shortest one"

# (direction, vector) -> why it is not checked that way.
LEFT_OUT: dict[tuple[str, str], str] = {
    **{
        ("encode", f"submit/ofgen-surrogate-border-{width}-{part}"): _PAIR_CUT
        for width in ("r8", "r16")
        for part in (1, 2)
    },
    ("refuse", "invalid/wt-addr-0B9116048956-odd"): (
        "deliver/android-cingular-mwi-set shows a network that fills an odd digit with 0; the length says what counts"
    ),
    ("encode", "submit/xlab-enh-vp-2"): _CR_PADDING,
    ("split", "split/wt-two-segment-8bit"): "Recado sends texts, never 8-bit data",
    ("pack", "gsm7_packing/spd-pad-7"): _CR_PADDING,
    ("pack", "gsm7_packing/spd-pad-15"): _CR_PADDING,
    ("pack", "gsm7_packing/xlab-cr16"): _CR_PADDING,
    ("pack", "gsm7_packing/xlab-15"): _CR_PADDING,
    ("pack", "gsm7_packing/xlab-eifel"): _CR_PADDING,
    ("pack", "gsm7_packing/wt-unpacked-double-escape"): _READ_ONLY,
    ("pack", "gsm7_packing/wt-unpacked-dangling-escape"): _READ_ONLY,
}

# (vector, field) -> why Recado reads this one field otherwise than the source.
READ_OTHERWISE: dict[tuple[str, str], str] = {
    ("deliver/spd-readme", "timestamp"): "the year 98 is 1998 here: no SMS is older than 1992, none is from 2098",
}


def load(name: str) -> list[tuple[str, Vector]]:
    """Every vector of a file as (full name, vector); the sections of `fields.json` are part of the name."""
    data = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    if name == "national_tables":
        return [(f"{name}/{table}", vector) for table, vector in data["tables"].items()]
    if name == "fields":
        return [(f"{name}/{section}/{v['id']}", v) for section, vectors in data.items() for v in vectors]
    return [(f"{name}/{vector['id']}", vector) for vector in data]


def everything() -> Iterator[str]:
    """The full name of every vector there is."""
    for path in sorted(FOLDER.glob("*.json")):
        yield from (name for name, _ in load(path.stem))


def cases(direction: str, *files: str) -> list[Any]:
    """The vectors of these files that are checked in this direction, as pytest parameters (name, vector)."""
    return [
        pytest.param(name, vector, id=name)
        for file in files
        for name, vector in load(file)
        if (direction, name) not in LEFT_OUT and in_direction(direction, vector)
    ]


def in_direction(direction: str, vector: Vector) -> bool:
    """Whether the vector says enough to be checked in this direction."""
    if direction == "encode":
        return "encode" in vector["direction"]
    return True


def expected(vector: Vector) -> Vector:
    """What the source asserts, over what was derived from the same PDU."""
    return {**vector["derived"], **vector["asserted_by_source"]}
