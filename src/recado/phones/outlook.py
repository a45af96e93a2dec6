"""How long a queue takes, by the phones' rules: their pace played forward through quotas, hours and preferences.

Parts flow instead of jumping, so a look costs a few hundred steps at most: each step lasts until a load is empty, a
quota is used up, or a phone begins or ends to rest. A phone sends urgent loads first, and others within what its share
for urgent ones leaves; loads of one rank are taken as they lie in the queue, in proportion. What is not known is not
reckoned: messages yet to come, failures, people's pauses. All times are local and aware.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from recado.phones.rules import Period, Rest, Rules, Usage, next_for_others, resting

HORIZON = timedelta(days=62)
MOST_STEPS = 3000
# A pace of nothing still takes the seconds of the talk itself.
LEAST_PACE = 1.0
_NOTHING = 1e-6


@dataclass(frozen=True, slots=True)
class Sender:
    """One phone in use; `works`: it could send, were it not for its rules."""

    phone_id: int
    rules: Rules
    usage: Usage
    pace: float
    works: bool


@dataclass(frozen=True, slots=True)
class Load:
    """So many parts (SMS) that wait: their type, their area code, and whether they are urgent."""

    type_id: int
    ddd: str
    urgent: bool
    parts: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """`end`: when all has left that can, None beyond `HORIZON` or with no phone at work.

    `stuck`: what no phone may send.
    `rests`: the wait has times in it at which a phone's quota or hours let it send nothing.
    """

    end: datetime | None
    stuck: tuple[Load, ...] = ()
    rests: bool = False


def outlook(senders: Sequence[Sender], loads: Iterable[Load], local: datetime) -> Outlook:
    """Play the queue forward from `local`."""
    return _Play(senders, loads, local).run()


class _Phone:
    """One phone on its way through the time to come: what it will have sent by then."""

    def __init__(self, sender: Sender, at: datetime) -> None:
        self.id = sender.phone_id
        self.rules = sender.rules
        self.rate = 1 / max(sender.pace, LEAST_PACE)
        self.rate_of_others = 1 / next_for_others(max(sender.pace, LEAST_PACE), sender.rules.urgent_share)
        self._used = {period: (period.start(at), float(sender.usage.used(period, at))) for period in Period}

    def rest(self, at: datetime) -> Rest | None:
        used = {period: math.floor(self._in(period, at) + _NOTHING) for period in Period}
        usage = Usage(Period.HOUR.start(at), at.date(), used[Period.HOUR], used[Period.DAY], used[Period.MONTH])
        return resting(self.rules, usage, at)

    def steady_for(self, at: datetime, rate: float) -> float:
        """Seconds for which nothing changes for it while it sends at `rate`."""
        ends = [math.inf]
        for period, limit in self.rules.quotas:
            ends.append((period.end(at) - at).total_seconds())
            if rate > 0:
                ends.append(max(limit - self._in(period, at), 0.0) / rate)
        if self.rules.hours is not None:
            until = datetime.combine(at.date(), self.rules.hours[1], tzinfo=at.tzinfo)
            ends.append(((until if until > at else until + timedelta(days=1)) - at).total_seconds())
        return min(ends)

    def send(self, at: datetime, parts: float) -> None:
        self._used = {period: (period.start(at), self._in(period, at) + parts) for period in Period}

    def _in(self, period: Period, at: datetime) -> float:
        start, used = self._used[period]
        return used if start == period.start(at) else 0.0


class _Flow:
    """Loads that the same phones may send, as one; `of_type` and `of_ddd` are the phones that allow and prefer it."""

    def __init__(self, urgent: bool, of_type: frozenset[int], of_ddd: frozenset[int]) -> None:
        self.urgent = urgent
        self.of_type = of_type
        self.of_ddd = of_ddd
        self.loads: list[Load] = []
        self.parts = 0.0

    def may(self, phone: _Phone, able: set[int]) -> bool:
        """As `rules.allowance` decides: its types, and not what another phone prefers that is able."""
        if phone.id not in self.of_type:
            return False
        preferring = (self.of_ddd & self.of_type) - {phone.id}
        if not preferring or phone.id in self.of_ddd:
            return True
        return phone.rules.takes_over and not preferring & able


class _Play:
    def __init__(self, senders: Sequence[Sender], loads: Iterable[Load], local: datetime) -> None:
        self._at = self._start = local
        self._phones = [_Phone(sender, local) for sender in senders if sender.works]
        self._flows = _joined(senders, loads)
        self._rests = False

    def run(self) -> Outlook:
        for _ in range(MOST_STEPS):
            waiting = [flow for flow in self._flows if flow.parts > _NOTHING]
            if not waiting:
                return Outlook(self._at, rests=self._rests)
            if self._at - self._start > HORIZON:
                break
            if not self._step(waiting):
                return self._stuck(waiting)
        return Outlook(None, rests=self._rests)

    def _stuck(self, waiting: Sequence[_Flow]) -> Outlook:
        stuck = tuple(load for flow in waiting for load in flow.loads)
        return Outlook(self._at if self._phones else None, stuck, self._rests)

    def _step(self, waiting: Sequence[_Flow]) -> bool:
        """Go on to the next change; False when nothing will ever move again."""
        rests = {phone.id: phone.rest(self._at) for phone in self._phones}
        able = {phone_id for phone_id, rest in rests.items() if rest is None}
        returns = [rest.until for rest in rests.values() if rest is not None]
        rates = dict.fromkeys(waiting, 0.0)
        by_phone: dict[_Phone, float] = {}
        for phone in self._phones:
            if phone.id in able:
                by_phone[phone] = _share(phone, [flow for flow in waiting if flow.may(phone, able)], rates)
        moving = [flow for flow in waiting if rates[flow] > 0]
        if not moving:
            if not self._will_move(waiting, returns):
                return False
            self._rests = True
            self._at = min(returns)
            return True
        seconds = min(flow.parts / rates[flow] for flow in moving)
        seconds = min([seconds, *(phone.steady_for(self._at, rate) for phone, rate in by_phone.items())])
        seconds = min([seconds, *((until - self._at).total_seconds() for until in returns)])
        # At least a little, or a rounded quota would hold the time still.
        seconds = max(seconds, 0.001)
        for flow in moving:
            flow.parts = max(0.0, flow.parts - rates[flow] * seconds)
        for phone, rate in by_phone.items():
            phone.send(self._at, rate * seconds)
        self._rests = self._rests or bool(returns)
        self._at += timedelta(seconds=seconds)
        return True

    def _will_move(self, waiting: Sequence[_Flow], returns: Sequence[datetime]) -> bool:
        """Whether some phone that rests now may send some of it when it is back."""
        everyone = {phone.id for phone in self._phones}
        return bool(returns) and any(flow.may(phone, everyone) for flow in waiting for phone in self._phones)


def _share(phone: _Phone, flows: Sequence[_Flow], rates: dict[_Flow, float]) -> float:
    """Add to `rates` what the phone sends of `flows`; gives its own rate."""
    urgent = [flow for flow in flows if flow.urgent]
    taken = urgent or flows
    if not taken:
        return 0.0
    rate = phone.rate if urgent else phone.rate_of_others
    total = sum(flow.parts for flow in taken)
    for flow in taken:
        rates[flow] += rate * flow.parts / total
    return rate


def _joined(senders: Sequence[Sender], loads: Iterable[Load]) -> list[_Flow]:
    flows: dict[tuple[bool, frozenset[int], frozenset[int]], _Flow] = {}
    for load in loads:
        of_type = frozenset(s.phone_id for s in senders if not s.rules.types or load.type_id in s.rules.types)
        of_ddd = frozenset(s.phone_id for s in senders if load.ddd in s.rules.ddds)
        key = (load.urgent, of_type, of_ddd)
        flow = flows.setdefault(key, _Flow(*key))
        flow.loads.append(load)
        flow.parts += load.parts
    return list(flows.values())
