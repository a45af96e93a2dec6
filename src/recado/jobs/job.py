"""What a job is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of work.

    `work` gets the time (aware, UTC), does one unit and gives True when more is waiting; it must be harmless to run
    again after a death at any point of it. `every` is the rest, in seconds, after a unit that left nothing waiting.
    """

    name: str
    work: Callable[[datetime], bool]
    every: float = 2.0
