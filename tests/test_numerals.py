"""Numbers as Brazilian Portuguese writes them, and the digits of what people write."""

from __future__ import annotations

import pytest

from recado.numerals import counted, digits_of, thousands


@pytest.mark.parametrize(("number", "written"), [(0, "0"), (999, "999"), (1204, "1.204"), (-1204567, "-1.204.567")])
def test_thousands_are_parted_by_points(number: int, written: str) -> None:
    assert thousands(number) == written


@pytest.mark.parametrize(
    ("number", "written"), [(0, "0 mensagens"), (1, "1 mensagem"), (2, "2 mensagens"), (1204, "1.204 mensagens")]
)
def test_only_one_is_singular(number: int, written: str) -> None:
    assert counted(number, "mensagem", "mensagens") == written


@pytest.mark.parametrize(
    ("written", "digits"), [("(81) 91234-5678", "81912345678"), ("+55 81", "5581"), ("RA", ""), ("٣²7", "7")]
)
def test_digits_are_those_of_ascii_alone(written: str, digits: str) -> None:
    assert digits_of(written) == digits
