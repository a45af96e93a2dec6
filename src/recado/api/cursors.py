"""Where the next page begins: opaque to the caller, the time and number of the last row to us."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime

from recado.api.problems import Fault, Problem


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row that was shown: its time (aware) and number."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        micros = int(self.at.timestamp()) * 1_000_000 + self.at.microsecond
        return base64.urlsafe_b64encode(f"{micros}.{self.pk}".encode()).rstrip(b"=").decode()


def parse_cursor(written: str) -> Cursor:
    """The cursor of an address. Raises Problem."""
    try:
        text = base64.urlsafe_b64decode(written.encode() + b"=" * (-len(written) % 4)).decode("ascii")
        micros, _, pk = text.partition(".")
        seconds, fraction = divmod(int(micros), 1_000_000)
        found = Cursor(datetime.fromtimestamp(seconds, UTC).replace(microsecond=fraction), int(pk))
        if abs(found.pk) >= 2**63:
            raise ValueError
    except (ValueError, binascii.Error, OverflowError, OSError):
        detail = "O cursor não é um dos que a API deu. Comece da primeira página."
        raise Problem(422, "validation_failed", detail, faults=[Fault("?cursor", "invalid", detail)]) from None
    return found
