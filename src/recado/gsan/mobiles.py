"""Which mobile of a requester is told: a pure choice among the phones that GSAN has.

A phone that GSAN calls *celular* goes first, the default one before others; then the default phone; then any other
that is a mobile by its digits. The requester's own phones go before those of the client's record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recado.gsan.asking import MOBILE, Phone
from recado.outbox.numbers import NumberRefused, mobile_from_system


@dataclass(frozen=True, slots=True)
class Chosen:
    """A mobile in E.164; `note` (pt-BR) says what was guessed of it, empty for nothing."""

    number: str
    note: str = ""


def choose(own: Sequence[Phone], clients: Sequence[Phone], *, complete: bool) -> Chosen | None:
    """The mobile to tell; None when there is none. `complete`: an old one of 10 digits may get its 9."""
    for phones in (own, clients):
        for phone in sorted(phones, key=lambda phone: (phone.kind != MOBILE, not phone.is_default)):
            try:
                number, note = mobile_from_system(f"{phone.ddd}{phone.number}", complete=complete)
            except NumberRefused:
                continue
            return Chosen(number, note)
    return None
