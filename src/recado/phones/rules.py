"""What a phone may send, and when: pure decisions of its rules, its usage and the local time.

    Rules      what people set: quotas, sending hours, types, preferred DDDs, share kept for urgent types
    Usage      what it has sent in the hour, day and month that were last counted
    resting    None, or why it sends nothing now and when it is back
    allowance  which messages it may take now: its types, and not what another phone that is able prefers

Quotas count SMS, so parts: a message that has begun is ended, for its parts must leave from one number. All times are
local and aware.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum


class Period(Enum):
    """A span that a quota is for."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"

    def start(self, local: datetime) -> datetime:
        """The first instant of the hour, day or month that `local` lies in."""
        if self is Period.HOUR:
            return local.replace(minute=0, second=0, microsecond=0)
        first = local.date() if self is Period.DAY else local.date().replace(day=1)
        return datetime.combine(first, time.min, tzinfo=local.tzinfo)

    def end(self, local: datetime) -> datetime:
        """The first instant after it."""
        start = self.start(local)
        if self is Period.HOUR:
            return start + timedelta(hours=1)
        days = 1 if self is Period.DAY else 32
        return self.start(datetime.combine(start.date() + timedelta(days=days), time.min, tzinfo=local.tzinfo))


_USED_UP = {
    Period.HOUR: "Cota da hora usada",
    Period.DAY: "Cota do dia usada",
    Period.MONTH: "Cota do mês usada",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What people set of one phone; the default sets nothing.

    `hours`: from and until, across midnight where the first is the later one. `types`: keys of message types, empty:
    all. `ddds`: area codes it is preferred for. `urgent_share`: per cent of its pace that only urgent types may use.
    `takes_over`: it sends what prefers another phone that is not able.
    """

    quotas: tuple[tuple[Period, int], ...] = ()
    hours: tuple[time, time] | None = None
    types: frozenset[int] = frozenset()
    ddds: frozenset[str] = frozenset()
    urgent_share: int = 0
    takes_over: bool = True


@dataclass(frozen=True, slots=True)
class Usage:
    """How many SMS went out in the local hour, day and month of the last one; `hour` is that hour's first instant."""

    hour: datetime | None = None
    day: date | None = None
    in_hour: int = 0
    in_day: int = 0
    in_month: int = 0

    def used(self, period: Period, local: datetime) -> int:
        """How many in the period that `local` lies in."""
        if period is Period.HOUR:
            return self.in_hour if self.hour is not None and self.hour == period.start(local) else 0
        if self.day is None:
            return 0
        if period is Period.DAY:
            return self.in_day if self.day == local.date() else 0
        return self.in_month if self.day.replace(day=1) == local.date().replace(day=1) else 0


@dataclass(frozen=True, slots=True)
class Rest:
    """The phone sends nothing until `until`; `reason` says why, in pt-BR, without a full stop."""

    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """One phone among all: `able` when it is in use, at work and not resting."""

    phone_id: int
    rules: Rules
    able: bool


@dataclass(frozen=True, slots=True)
class Left:
    """Messages to `ddds` of `types` (empty: all) are another phone's."""

    ddds: frozenset[str]
    types: frozenset[int]


@dataclass(frozen=True, slots=True)
class Allowance:
    """Which messages a phone may take now; the default is any. `closed`: types that may not leave at this hour.

    `whole`: the phone sends whole texts, so none of which a part has gone.
    """

    types: frozenset[int] = frozenset()
    left: tuple[Left, ...] = ()
    urgent_only: bool = False
    closed: frozenset[int] = frozenset()
    whole: bool = False


EVERYTHING = Allowance()


def resting(rules: Rules, usage: Usage, local: datetime) -> Rest | None:
    """Say why the phone sends nothing at `local`, and when it may again; None when it may now."""
    first = _obstacle(rules, usage, local)
    if first is None:
        return None
    until = first.until
    # A quota may come back outside the sending hours, and hours begin in a month that is used up.
    while (later := _obstacle(rules, usage, until)) is not None:
        until = later.until
    return Rest(first.reason, until)


def sentence(rest: Rest, local: datetime) -> str:
    """`Cota da hora usada; volta às 15h.`"""
    return f"{rest.reason}; volta {_moment(rest.until, local)}."


def allowance(me: int, rules: Rules, fleet: Iterable[Member], *, urgent_only: bool = False) -> Allowance:
    """Say what the phone `me`, with `rules`, may take beside the others of `fleet`."""
    left = tuple(
        Left(other.rules.ddds - rules.ddds, other.rules.types)
        for other in fleet
        if other.phone_id != me and other.rules.ddds - rules.ddds and (other.able or not rules.takes_over)
    )
    return Allowance(rules.types, left, urgent_only)


def next_for_others(pace: float, urgent_share: int) -> float:
    """Seconds between the starts of two sends that are not urgent: the pace, stretched by the share kept free."""
    return pace / (1 - min(urgent_share, 99) / 100)


def _obstacle(rules: Rules, usage: Usage, local: datetime) -> Rest | None:
    """What lasts longest of that which stands in the way at `local`."""
    found = [
        Rest(_USED_UP[period], period.end(local))
        for period, limit in rules.quotas
        if usage.used(period, local) >= limit
    ]
    if rules.hours is not None and not _within(local.time(), *rules.hours):
        found.append(Rest("Fora do horário de envio", _next(rules.hours[0], local)))
    return max(found, key=lambda rest: rest.until, default=None)


def _within(at: time, start: time, end: time) -> bool:
    if start < end:
        return start <= at < end
    return start == end or at >= start or at < end


def _next(at: time, local: datetime) -> datetime:
    day = local.date() if local.time() < at else local.date() + timedelta(days=1)
    return datetime.combine(day, at, tzinfo=local.tzinfo)


def _moment(at: datetime, local: datetime) -> str:
    article = "à" if at.hour in (0, 1) else "às"
    minutes = f"{at:%M}" if at.minute else ""
    clock = f"{article} {at.hour}h{minutes}"
    days = (at.date() - local.date()).days
    if days == 0:
        return clock
    return f"amanhã {clock}" if days == 1 else f"em {at:%d/%m/%Y} {clock}"
