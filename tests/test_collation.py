"""The order of labels."""

from __future__ import annotations

from recado.collation import dictionary_key


def test_accents_and_capitals_part_no_words() -> None:
    labels = ["Esgoto", "zona", "Água", "água", "Ação", "Ligação", "Ágata"]
    assert sorted(labels, key=dictionary_key) == ["Ação", "Ágata", "Água", "água", "Esgoto", "Ligação", "zona"]
