"""The pace of one SIM: at least so long between the starts of two sends, measured from the last start.

Measured by a monotonic clock, so a clock that is set forward or back changes nothing while the process lives; across a
restart the stored moment of the last start is taken, and never trusted for more than one pace.
"""

from __future__ import annotations

from datetime import datetime

from recado.modem.clock import Clock


class Pace:
    """Says how long to wait before the next send may start."""

    def __init__(self, clock: Clock, last_started_at: datetime | None, now: datetime) -> None:
        self._clock = clock
        self._started: float | None = None
        self._sms = 1
        if last_started_at is not None:
            elapsed = max(0.0, (now - last_started_at).total_seconds())
            self._started = clock.monotonic() - elapsed

    def started(self, sms: int = 1) -> None:
        """A send starts now, of a text that the phone makes `sms` SMS of by itself."""
        self._started, self._sms = self._clock.monotonic(), sms

    def wait(self, pace_seconds: float) -> float:
        """Seconds until the next send may start; 0 when it may now."""
        if self._started is None:
            return 0.0
        return max(0.0, self._started + pace_seconds * self._sms - self._clock.monotonic())
