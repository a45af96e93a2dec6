"""How long to wait before a lost phone is tried again: soon at first, then less often, and never in step with others.

Several phones on one Bluetooth adapter are lost together and would call together; while one is looked for the adapter
hears no other. So each wait is spread by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

SPREAD = 0.25
"""By what part of itself a wait may be shorter or longer."""


def wait_before(failures: int, waits: Sequence[float], chance: Random) -> float:
    """Seconds to wait after `failures` failures before this one; the last of `waits` holds for all that follow."""
    return waits[min(failures, len(waits) - 1)] * chance.uniform(1 - SPREAD, 1 + SPREAD)
