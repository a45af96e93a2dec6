"""What a worker takes from outside, and the one thing that can be taken from it: its phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from django.utils import timezone

from recado.gateway.choosing import Roster
from recado.links import MapLink, MapPhone, open_link, open_map
from recado.modem.clock import Clock, SystemClock
from recado.modem.transport import Transport


class LeaseLost(Exception):
    """Another process holds the phone now (this one was suspended for longer than its lease), or the phone is gone."""


class LineChanged(Exception):
    """A person changed how the line is to be used: it must be opened anew."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a worker takes from outside, so that tests can give their own."""

    holder: str
    open_link: Callable[[str], Transport] = open_link
    open_map: Callable[[MapLink, float], MapPhone] = open_map
    clock: Clock = field(default_factory=SystemClock)
    now: Callable[[], datetime] = timezone.now
    roster: Roster = field(default_factory=Roster)
    chance: Random = field(default_factory=Random)
