"""What a text costs is what the encoder makes of it: places, room in a part, and the characters that take two."""

from __future__ import annotations

import pytest

from recado.gsm import EncodingPolicy, segment
from recado.outbox.measuring import measure, measure_template
from recado.outbox.templates import TemplateRefused

FOLD, UCS2, SHIFT = EncodingPolicy.FOLD, EncodingPolicy.UCS2, EncodingPolicy.SHIFT


@pytest.mark.parametrize(
    ("text", "policy", "places", "capacity", "parts", "wide"),
    [
        ("x" * 160, FOLD, 160, 160, 1, ""),
        ("x" * 161, FOLD, 161, 153, 2, ""),
        ("x" * 158 + "€", FOLD, 160, 160, 1, "€"),
        ("x" * 159 + "€", FOLD, 161, 153, 2, "€"),
        ("~[~]", FOLD, 8, 160, 1, "~[]"),
        ("linha\noutra", FOLD, 11, 160, 1, ""),
        ("ç" * 70, UCS2, 70, 70, 1, ""),
        ("ç" * 71, UCS2, 71, 67, 2, ""),
        ("😀" * 36, UCS2, 72, 67, 2, "😀"),
    ],
)
def test_places_and_capacity_are_those_of_the_encoder(
    text: str, policy: EncodingPolicy, places: int, capacity: int, parts: int, wide: str
) -> None:
    found = measure(text, policy)
    assert (found.places, found.capacity, len(found.parts)) == (places, capacity, parts)
    assert "".join(found.wide) == wide
    assert not found.portuguese


@pytest.mark.parametrize(
    ("text", "capacity", "parts"),
    [("Atenção", 155, 1), ("ção" + "x" * 150, 155, 1), ("ção" * 60, 149, 2), ("ção" * 100, 149, 3)],
)
def test_the_national_tables_leave_less_room_and_that_is_what_is_told(text: str, capacity: int, parts: int) -> None:
    cut = segment(text, SHIFT).parts
    found = measure(text, SHIFT)
    assert (found.portuguese, found.capacity, len(found.parts)) == (True, capacity, parts)
    assert found.places == sum(part.udl for part in cut) - len(cut) * (160 - capacity)


def test_a_character_that_no_phone_shows_is_named_by_its_place() -> None:
    with pytest.raises(TemplateRefused, match="posição 3"):
        measure_template("ab\x0bc", FOLD, {})
