"""The hours at which messages of a type may leave: pure decisions of what people set and of the local time.

A window begins on the days it is given for and may run past midnight into a day that it is not given for. A type
without hours and with all seven days has no limit, and costs the queue nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

EVERY_DAY = "1234567"


@dataclass(frozen=True, slots=True)
class Hours:
    """From and until, local; equal or None: the whole day. `days` as ISO weekdays, Monday `1`."""

    start: time | None = None
    until: time | None = None
    days: str = EVERY_DAY

    @property
    def is_limited(self) -> bool:
        """False when messages may leave at any time."""
        return self.days != EVERY_DAY or not self._whole_day

    def is_open(self, local: datetime) -> bool:
        """Whether messages may leave at `local`."""
        if self.start is None or self.until is None or self.start == self.until:
            return self._on(local)
        at = local.time()
        if self.start < self.until:
            return self._on(local) and self.start <= at < self.until
        return (self._on(local) and at >= self.start) or (self._on(local - timedelta(days=1)) and at < self.until)

    def opens_at(self, local: datetime) -> datetime:
        """`local` while open, else the next time at which messages may leave."""
        if self.is_open(local):
            return local
        first = time.min if self._whole_day or self.start is None else self.start
        starts = (
            datetime.combine(local.date() + timedelta(days=ahead), first, tzinfo=local.tzinfo) for ahead in range(8)
        )
        return next((start for start in starts if start > local and self._on(start)), local)

    def changes_at(self, local: datetime) -> datetime:
        """While shut, the next opening; else the first time after `local` at which it may shut."""
        if not self.is_open(local):
            return self.opens_at(local)
        clock = {time.min, self.start or time.min, self.until or time.min}
        ends = (datetime.combine(local.date(), at, tzinfo=local.tzinfo) for at in clock)
        return min(end if end > local else end + timedelta(days=1) for end in ends)

    def longest_wait(self) -> timedelta:
        """The longest that a message may have to wait for the next window to begin."""
        monday = datetime.combine(date(2024, 1, 1), time.min)
        quarters = (monday + timedelta(minutes=15 * count) for count in range(7 * 24 * 4))
        return max(self.opens_at(at) - at for at in quarters)

    @property
    def _whole_day(self) -> bool:
        return self.start is None or self.until is None or self.start == self.until

    def _on(self, local: datetime) -> bool:
        return str(local.isoweekday()) in self.days


ALWAYS = Hours()


@dataclass(frozen=True, slots=True)
class TypeHours:
    """The limited hours of the type with key `type_id`."""

    type_id: int
    hours: Hours


def closed(limited: Iterable[TypeHours], local: datetime) -> frozenset[int]:
    """The keys of the types whose messages may not leave at `local`."""
    return frozenset(row.type_id for row in limited if not row.hours.is_open(local))
