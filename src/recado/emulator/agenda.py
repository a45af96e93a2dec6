"""What the phone in software will do, and when: seconds of the clock that it is given."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from typing import Final

Act = Callable[[float], None]


class Agenda:
    """Acts in the order of their moments; those of one session are cancelled together by `end_session`."""

    def __init__(self) -> None:
        self._acts: Final[list[tuple[float, int, Act]]] = []
        self._tickets: Final = count()
        self._session = 0

    def plan(self, at: float, act: Act) -> None:
        """Do `act` at `at`, whatever happens to the line."""
        heapq.heappush(self._acts, (at, next(self._tickets), act))

    def plan_in_session(self, at: float, act: Act) -> None:
        """Plan something that a fallen line or a restart cancels."""
        session = self._session

        def guarded(now: float) -> None:
            if session == self._session:
                act(now)

        self.plan(at, guarded)

    def end_session(self) -> None:
        """Cancel what was planned in the session."""
        self._session += 1

    def act(self, now: float) -> None:
        """Let happen all that was to happen by `now`, also what that brings about."""
        while self._acts and self._acts[0][0] <= now:
            at, _, act = heapq.heappop(self._acts)
            act(at)

    @property
    def next(self) -> float | None:
        """The moment of the first act; None when nothing is planned."""
        return self._acts[0][0] if self._acts else None
