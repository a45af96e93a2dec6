"""A value in reais as people write it."""

from __future__ import annotations

import re
from decimal import Decimal

MOST_VALUE = Decimal("999999999.99")
_WRITTEN = re.compile(r"(?:R\$ ?)?((?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d{1,2})?)", re.ASCII)


def read_reais(text: str) -> Decimal | None:
    """The value of `1.204,50`, `R$ 10` or `0,5`: a point parts thousands, a comma centavos. None for any other text."""
    match = _WRITTEN.fullmatch(text)
    return Decimal(match[1].replace(".", "").replace(",", ".")) if match else None
