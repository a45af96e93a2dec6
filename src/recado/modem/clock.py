"""Time as an argument: every deadline in this room is measured on a clock that tests can turn by hand."""

import time
from typing import Protocol


class Clock(Protocol):
    """Monotonic seconds; never the time of day, so that a clock set back cannot stretch a deadline."""

    def monotonic(self) -> float:
        """Give seconds since an arbitrary start; never decreases."""
        ...


class SystemClock:
    """The machine's own monotonic clock."""

    def monotonic(self) -> float:
        """Give seconds since an arbitrary start; never decreases."""
        return time.monotonic()
