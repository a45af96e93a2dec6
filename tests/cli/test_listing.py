"""What is asked for by its number or by its name."""

from __future__ import annotations

import pytest

from recado.cli.listing import number_of, numbered

KNOWN = {1: "Vazamento", 12: "Falta de Água"}


@pytest.mark.parametrize(("asked", "number"), [("1", 1), (" 12 ", 12), ("falta de ÁGUA", 12), ("2", None), ("", None)])
def test_a_number_or_a_name_in_any_case_is_understood(asked: str, number: int | None) -> None:
    assert number_of(asked, KNOWN) == number


def test_what_may_be_asked_for_is_told_in_one_line() -> None:
    assert numbered(KNOWN) == "1 Vazamento; 12 Falta de Água"
