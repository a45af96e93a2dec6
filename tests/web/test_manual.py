"""What the manual tells attendants is what the screens say, and what it points to is there."""

from __future__ import annotations

import re
from pathlib import Path

from recado.outbox.models import HANDED_OVER, SENT_GROUP
from recado.web.words import CAUSE_WORDS, STATUS_WORDS

WEB = Path(__file__).parents[2] / "src" / "recado" / "web"
MANUAL = (WEB / "manual" / "manual.md").read_text(encoding="utf-8")
MOST_BYTES = 1_700_000


def rows_of(heading: str) -> list[str]:
    """The rows of the table under a heading, without the two of its head."""
    section = MANUAL.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("|")][2:]


def anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")


def test_the_table_of_situations_is_the_screens_own() -> None:
    assert rows_of("Situações") == [
        f"| **{words.label}** | {'Enviadas' if status in {*SENT_GROUP, HANDED_OVER} else 'Não Enviadas'} "
        f"| {words.explanation} | {words.next_step} |"
        for status, words in STATUS_WORDS.items()
    ]


def test_the_table_of_causes_is_the_screens_own() -> None:
    assert rows_of("Motivos") == [
        f"| **{words.label}** | {words.explanation} | {words.next_step} |" for words in CAUSE_WORDS.values()
    ]


def test_every_situation_has_an_answer_for_the_customer_who_did_not_receive() -> None:
    told = {
        label for row in rows_of("O cliente diz que não recebeu") for label in row.split("|")[1].strip().split(", ")
    }
    assert told == {words.label for words in STATUS_WORDS.values()}


def test_every_picture_is_there_and_shown_and_all_together_are_small() -> None:
    shown = set(re.findall(r"\(\.\./static/web/manual/([\w-]+\.png)\)", MANUAL))
    taken = {path.name: path.stat().st_size for path in (WEB / "static" / "web" / "manual").glob("*.png")}
    assert shown == set(taken)
    assert sum(taken.values()) < MOST_BYTES


def test_every_link_inside_the_manual_leads_somewhere() -> None:
    headings = {anchor(line.lstrip("#")) for line in MANUAL.splitlines() if line.startswith("#")}
    links = set(re.findall(r"\(#([^)]+)\)", MANUAL))
    assert links - headings == set()
