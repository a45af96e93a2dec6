"""The style sheets: a class means one thing, in one place."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

STATIC = Path(__file__).parents[2] / "src" / "recado" / "web" / "static" / "web"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AT_RULE = re.compile(r"@[^{;]*\{(?:[^{}]*|(?:[^{}]*\{[^{}]*\})*[^{}]*)\}")
_RULE = re.compile(r"([^{}]+)\{[^{}]*\}")


def selectors_of(sheet: Path) -> list[str]:
    """Each selector that the sheet gives rules for, whatever the width of the screen."""
    text = _AT_RULE.sub("", _COMMENT.sub("", sheet.read_text(encoding="utf-8")))
    return [one.strip() for rule in _RULE.finditer(text) for one in rule[1].split(",")]


def test_no_selector_is_defined_in_two_sheets() -> None:
    found = Counter(selector for sheet in sorted(STATIC.glob("*.css")) for selector in set(selectors_of(sheet)))
    assert len(found) > 100
    assert [selector for selector, times in found.items() if times > 1] == []


def test_how_a_row_becomes_a_card_is_said_in_one_place() -> None:
    assert [sheet.name for sheet in sorted(STATIC.glob("*.css")) if ".rc-stack" in sheet.read_text()] == ["recado.css"]
