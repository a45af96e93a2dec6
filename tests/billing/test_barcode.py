"""The bar code of a bill, against FEBRABAN's own examples, published lines, and every wrong digit there can be."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.billing.barcode import (
    LINE_POSITIONS,
    BarcodeRefused,
    make_barcode,
    modulo_10,
    modulo_11,
    read_barcode,
)

KINDS = st.sampled_from("6789")
VALUES = st.decimals(Decimal("0.01"), Decimal("999999999.99"), places=2)
REST = st.text("0123456789", min_size=29, max_size=29)


def test_the_check_digits_of_the_layouts_own_example() -> None:
    assert modulo_10("01230067896") == "3"
    assert modulo_11("01230067896") == "0"


@pytest.mark.parametrize(
    ("check", "group", "digit"),
    [
        # Two published lines of modulo 10, and one of modulo 11, group by group.
        (modulo_10, "84670000001", "7"),
        (modulo_10, "43590024020", "9"),
        (modulo_10, "02405000243", "5"),
        (modulo_10, "84221010811", "9"),
        (modulo_10, "83640000001", "1"),
        (modulo_10, "33120138000", "2"),
        (modulo_10, "81288462711", "6"),
        (modulo_10, "08013618155", "1"),
        (modulo_11, "85890000460", "9"),
        (modulo_11, "52460179160", "5"),
        (modulo_11, "60759305086", "5"),
        (modulo_11, "83148300001", "0"),
    ],
)
def test_published_groups_have_the_digit_that_is_reckoned(check, group: str, digit: str) -> None:
    assert check(group) == digit


def test_the_general_digit_of_published_codes() -> None:
    for code in ("84670000001435900240200240500024384221010811", "83640000001331201380008128846271108013618155"):
        assert modulo_10(code[:3] + code[4:]) == code[3]
    darf = "85890000460524601791606075930508683148300001"
    assert modulo_11(darf[:3] + darf[4:]) == darf[3]


@given(VALUES, REST, KINDS)
def test_a_code_and_its_line_are_read_back(value: Decimal, rest: str, kind: str) -> None:
    code = make_barcode(value, rest[:4], rest[4:], kind=kind)
    assert read_barcode(code.digits) == code
    assert read_barcode(code.line) == code
    assert read_barcode(code.line.replace("-", "").replace(" ", "")) == code
    assert code.value == (value if kind in "68" else None)
    assert len(code.sms_line) == LINE_POSITIONS
    assert [len(group) for group in code.groups] == [13] * 4


@given(VALUES, REST, KINDS, st.integers(0, 43), st.integers(1, 9))
def test_modulo_10_finds_every_single_wrong_digit(value: Decimal, rest: str, kind: str, place: int, by: int) -> None:
    """Modulo 11 finds all but those that its digit 0 hides, which stands for two rests."""
    digits = make_barcode(value, rest[:4], rest[4:], kind=kind).digits
    wrong = digits[:place] + str((int(digits[place]) + by) % 10) + digits[place + 1 :]
    if kind in "67" and place != 2:
        with pytest.raises(BarcodeRefused):
            read_barcode(wrong)
    else:
        assert wrong != digits


@given(VALUES, REST, KINDS, st.integers(0, 3), st.integers(1, 9))
def test_a_wrong_check_digit_of_a_group_is_named(value: Decimal, rest: str, kind: str, group: int, by: int) -> None:
    line = make_barcode(value, rest[:4], rest[4:], kind=kind).line.replace("-", "").replace(" ", "")
    place = group * 12 + 11
    wrong = line[:place] + str((int(line[place]) + by) % 10) + line[place + 1 :]
    with pytest.raises(BarcodeRefused, match=f"do {group + 1}º grupo"):
        read_barcode(wrong)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "0 dígitos"),
        ("8" * 43, "43 dígitos"),
        ("8264" + "0" * 41, "45 dígitos"),
        ("84670000001435900240200240500024384221010811", "começar com 82"),
        ("8250" + "0" * 40, "terceiro dígito"),
        ("8269" + "0" * 40, "não confere"),
        ("826" + "x" * 41, "0 dígitos"),
        ("٨٢٦" + "0" * 41, "0 dígitos"),
    ],
)
def test_what_is_no_code_of_a_water_bill_is_refused_in_words(written: str, told: str) -> None:
    with pytest.raises(BarcodeRefused, match=told):
        read_barcode(written)


@given(st.text(max_size=60))
def test_whatever_is_given_is_read_or_refused(written: str) -> None:
    found = None
    with contextlib.suppress(BarcodeRefused):
        found = read_barcode(written)
    assert found is None or len(found.digits) == 44


def test_a_value_that_does_not_fit_is_refused() -> None:
    with pytest.raises(BarcodeRefused):
        make_barcode(Decimal("1000000000"), "0001", "0" * 25)
