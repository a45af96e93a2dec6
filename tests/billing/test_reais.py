"""A value in reais as people write it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from recado.billing.reais import read_reais


@pytest.mark.parametrize(
    ("written", "value"),
    [("1.204,50", "1204.50"), ("1204,5", "1204.5"), ("R$ 10", "10"), ("R$10,00", "10"), ("1.000", "1000"), ("0", "0")],
)
def test_a_comma_parts_centavos_and_a_point_thousands(written: str, value: str) -> None:
    assert read_reais(written) == Decimal(value)


@pytest.mark.parametrize("written", ["", "dez", "10.50", "1.2.3", "-5", "1,234", "1.20,50", "٣", "R$"])
def test_what_is_written_otherwise_is_no_value(written: str) -> None:
    assert read_reais(written) is None
