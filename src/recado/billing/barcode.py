"""The bar code of a water bill: FEBRABAN's layout for collection (*arrecadação*), segment 2, *saneamento*.

    position   what
    1          8: collection
    2          2: saneamento
    3          6 or 7: check digits modulo 10; 8 or 9: modulo 11. 6 and 8: the value is in reais
    4          check digit of the other 43
    5-15       value in cents, or an amount of some other unit (7, 9)
    16-44      the company, and what it likes

People type it as four groups of eleven digits, each with a check digit of its own. Pure: nothing is asked of anybody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

DIGITS = 44
GROUP = 11
LINE_POSITIONS = 57
"""What the line takes in an SMS: 4 × 13 digits and dashes, 3 blanks between them, and one on either side."""

_MODULO_10, _MODULO_11, _IN_REAIS = "67", "89", "68"
_WRITTEN = re.compile(r"[0-9 .\-]+", re.ASCII)


class BarcodeRefused(ValueError):
    """The digits are no bar code of a water bill; the text (pt-BR) says what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Barcode:
    """A checked bar code: its 44 digits."""

    digits: str

    @property
    def groups(self) -> tuple[str, ...]:
        """The four groups as people type them: `82630000000-8`."""
        parts = (self.digits[place : place + GROUP] for place in range(0, DIGITS, GROUP))
        return tuple(f"{part}-{_check_digit(part, self.digits[2])}" for part in parts)

    @property
    def line(self) -> str:
        """The line to copy: four groups with a blank between them."""
        return " ".join(self.groups)

    @property
    def sms_line(self) -> str:
        """The line as it stands in an SMS, `LINE_POSITIONS` long: with a blank on either side."""
        return f" {self.line} "

    @property
    def value(self) -> Decimal | None:
        """The value in reais; None where the code holds another unit."""
        return Decimal(self.digits[4:15]).scaleb(-2) if self.digits[2] in _IN_REAIS else None


def read_barcode(written: str) -> Barcode:
    """Read 44 digits, or the 48 of the typed line, with blanks, points and dashes between them. Raises BarcodeRefused.

    Source: FEBRABAN, *Layout padrão de arrecadação/recebimento com utilização do código de barras*.
    """
    text = written.strip()
    digits = re.sub(r"[ .\-]", "", text) if _WRITTEN.fullmatch(text) else ""
    if len(digits) == DIGITS + 4:
        return _from_line(digits)
    if len(digits) != DIGITS:
        raise BarcodeRefused(f"O código de barras tem {len(digits)} dígitos; precisa de {DIGITS}.")
    _check_kind(digits)
    if digits[3] != _check_digit(digits[:3] + digits[4:], digits[2]):
        raise BarcodeRefused("O dígito verificador do código de barras não confere.")
    return Barcode(digits)


def make_barcode(value: Decimal, company: str, free: str, *, kind: str = "6") -> Barcode:
    """Build the code of a bill: `value` in reais, `company` (4 or 8 digits) and `free` fill positions 16 to 44."""
    cents = f"{int(value.scaleb(2)):011d}"
    rest = f"{company}{free}"
    if len(cents) != GROUP or len(rest) != 29 or not rest.isascii() or not rest.isdigit():
        raise BarcodeRefused("O valor ou o campo da companhia não cabe no código de barras.")
    without = f"82{kind}{cents}{rest}"
    return read_barcode(without[:3] + _check_digit(without, kind) + without[3:])


def modulo_10(digits: str) -> str:
    """Weights 2 and 1 from the right; the digits of each product are added."""
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def modulo_11(digits: str) -> str:
    """Weights 2 to 9 from the right, and again; a rest of 0 or 1 gives 0."""
    rest = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(digits))) % 11
    return "0" if rest < 2 else str(11 - rest)


def _check_digit(digits: str, kind: str) -> str:
    return modulo_10(digits) if kind in _MODULO_10 else modulo_11(digits)


def _check_kind(digits: str) -> None:
    if digits[0] != "8" or digits[1] != "2":
        raise BarcodeRefused("O código de barras não é de saneamento: precisa começar com 82.")
    if digits[2] not in _MODULO_10 + _MODULO_11:
        raise BarcodeRefused("O terceiro dígito do código de barras precisa ser 6, 7, 8 ou 9.")


def _from_line(typed: str) -> Barcode:
    parts = [typed[place : place + GROUP + 1] for place in range(0, len(typed), GROUP + 1)]
    digits = "".join(part[:GROUP] for part in parts)
    _check_kind(digits)
    for number, part in enumerate(parts, start=1):
        if part[GROUP] != _check_digit(part[:GROUP], digits[2]):
            raise BarcodeRefused(f"O dígito verificador do {number}º grupo do código de barras não confere.")
    return read_barcode(digits)
