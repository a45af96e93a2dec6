"""Which page of a list is shown, and the links to the others.

What the address asks for is only a wish: no number, a huge one or nonsense gives the nearest page, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

SIZES = (10, 25, 50, 100)
_NUMBER = re.compile(r"0*([0-9]{1,9})")
_DIGITS = re.compile(r"[0-9]+")
FAR = 10**9


def asked_page(raw: str) -> int:
    """The page number written in an address; 1 for nonsense, a number past any end for one too long to be read."""
    if match := _NUMBER.fullmatch(raw[:40]):
        return max(1, int(match[1]))
    return FAR if _DIGITS.fullmatch(raw[:40]) else 1


def asked_size(raw: str) -> int:
    """One of `SIZES`; the smallest when anything else is asked for."""
    return next((size for size in SIZES if raw == str(size)), SIZES[0])


@dataclass(frozen=True, slots=True)
class Paging:
    """Page `number` (1-based, within bounds) of a list of `total` rows; `filters` go along in every link."""

    total: int
    number: int
    size: int
    filters: Mapping[str, str]

    @classmethod
    def of(cls, total: int, asked: int, size: int, filters: Mapping[str, str]) -> Paging:
        """The page nearest to `asked`."""
        pages = max(1, -(-total // size))
        return cls(total=total, number=min(max(1, asked), pages), size=size, filters=filters)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        return min(self.total, self.offset + 1)

    @property
    def last(self) -> int:
        return min(self.total, self.offset + self.size)

    @property
    def previous(self) -> int:
        return self.number - 1

    @property
    def next(self) -> int:
        return self.number + 1

    @property
    def sizes(self) -> tuple[int, ...]:
        return SIZES

    @property
    def query(self) -> str:
        """The filters and the size as the address writes them."""
        return urlencode({**self.filters, "por_pagina": str(self.size)})

    @property
    def query_without_size(self) -> str:
        return urlencode(self.filters)

    @property
    def links(self) -> list[int]:
        """Page numbers to link to; 0 stands for a gap."""
        near = {1, self.pages, *range(self.number - 2, self.number + 3)}
        shown = sorted(number for number in near if 1 <= number <= self.pages)
        links: list[int] = []
        for number in shown:
            if links and number - links[-1] == 2:
                links.append(number - 1)
            elif links and number - links[-1] > 2:
                links.append(0)
            links.append(number)
        return links
