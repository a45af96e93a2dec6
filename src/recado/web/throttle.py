"""How often somebody may ask for a page that needs no login: counted in memory, bounded, and written nowhere.

A process counts for itself, so that several let through as many times more: what is protected is guarded by more than
this, and a flood must not become writes to the disk that every SMS waits for.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable


class Throttle:
    """`allowed` knocks within `window` seconds for each name; the oldest names are forgotten beyond `most`."""

    def __init__(
        self, allowed: int, window: float, *, most: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._allowed = allowed
        self._window = window
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._counted: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def admits(self, name: str) -> bool:
        """Count one knock of `name`; False when it is one too many."""
        now = self._clock()
        with self._lock:
            began, count = self._counted.pop(name, (now, 0))
            if now - began >= self._window:
                began, count = now, 0
            self._counted[name] = (began, count + 1)
            while len(self._counted) > self._most:
                self._counted.popitem(last=False)
            return count < self._allowed

    def is_spent(self, name: str) -> bool:
        """Whether a knock of `name` would be one too many; counts none."""
        with self._lock:
            began, count = self._counted.get(name, (0.0, 0))
            return count >= self._allowed and self._clock() - began < self._window

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._counted.clear()
