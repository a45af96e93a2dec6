"""How long the queue takes, and each batch in it: the phones' pace played forward through quotas, hours, preferences.

The one engine behind the screens of the queue and of a batch, so that both tell the same end for the same work. Parts
flow instead of jumping, so a million take no longer than ten: each step lasts until a load is empty, a quota is used
up, or a phone or a type begins or ends to rest. Beyond two days it goes by whole stretches of sending: a quota of an
hour is a pace, and one of a day or a month is spread over the stretch. That shifts the end within its day, and more
only where phones take over each other's area codes within a day.

A phone sends the highest priority first, and what is not urgent within what its share for urgent ones leaves. Of one
priority the queue goes before rows that batches still keep; the queue's loads are taken in proportion, as they lie in
it, while batches pass their rows on in turns and so share evenly. What is not known is not reckoned: messages yet to
come, failures, people's pauses, and the validity of single messages. All times are local and aware.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from recado.outbox.hours import ALWAYS, Hours
from recado.outbox.models.statuses import Priority
from recado.phones.rules import Period, Rest, Rules, Usage, next_for_others, resting

HORIZON = timedelta(days=3 * 365)
MOST_STEPS = 10_000
_NEAR = timedelta(days=2)
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
    """So many parts (SMS) that wait: their type with its hours, their area code, their `Priority`.

    `batch`: its number, 0 for none; `behind`: they are still its rows. What is left at `until` expires.
    """

    type_id: int
    ddd: str
    priority: int
    parts: float
    hours: Hours = ALWAYS
    batch: int = 0
    behind: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """`end`: when all has left that can, None beyond `HORIZON` or with no phone at work.

    `stuck`: what no phone may send.
    `rests`: the wait has times in it at which a phone's quota or hours let it send nothing.
    `ends`: when each batch has left, by its number, None where nobody can tell; `late`: its parts that expire.
    """

    end: datetime | None
    stuck: tuple[Load, ...] = ()
    rests: bool = False
    ends: Mapping[int, datetime | None] = field(default_factory=dict)
    late: Mapping[int, float] = field(default_factory=dict)


NOTHING_FORESEEN = Outlook(None)


def outlook(senders: Sequence[Sender], loads: Iterable[Load], local: datetime) -> Outlook:
    """Play the queue forward from `local`."""
    return _Play(senders, loads, local).run()


class _Phone:
    """One phone on its way through the time to come: what it will have sent by then."""

    def __init__(self, sender: Sender, at: datetime) -> None:
        self.id = sender.phone_id
        self.rules = sender.rules
        self._pace = max(sender.pace, LEAST_PACE)
        self._used = {
            period: (period.start(at), float(sender.usage.used(period, at))) for period, _ in sender.rules.quotas
        }
        self._rest: Rest | None = None

    def rate(self, urgent: bool) -> float:
        """Parts a second."""
        return 1 / (self._pace if urgent else next_for_others(self._pace, self.rules.urgent_share))

    def smooth(self) -> None:
        """Let a quota of an hour be a pace from now on."""
        limits = dict(self.rules.quotas)
        if Period.HOUR in limits:
            self._pace = max(self._pace, 3600 / limits.pop(Period.HOUR))
            self.rules = replace(self.rules, quotas=tuple(limits.items()))
            self._used.pop(Period.HOUR)
            self._rest = None

    def rest(self, at: datetime) -> Rest | None:
        if self._rest is None or self._rest.until <= at:
            used = {period: math.floor(self._in(period, at) + _NOTHING) for period in self._used}
            counts = (used.get(period, 0) for period in Period)
            self._rest = resting(self.rules, Usage(Period.HOUR.start(at), at.date(), *counts), at)
        return self._rest

    def edge(self, at: datetime) -> datetime:
        """When a quota of it begins anew or its hours end next."""
        ends = [period.end(at) for period in self._used]
        if self.rules.hours is not None:
            until = datetime.combine(at.date(), self.rules.hours[1], tzinfo=at.tzinfo)
            ends.append(until if until > at else until + timedelta(days=1))
        return min(ends, default=at + HORIZON)

    def room(self, at: datetime) -> float:
        """How many parts its quotas leave."""
        return min((max(limit - self._in(period, at), 0.0) for period, limit in self.rules.quotas), default=math.inf)

    def send(self, at: datetime, parts: float) -> None:
        self._used = {period: (period.start(at), self._in(period, at) + parts) for period in self._used}

    def _in(self, period: Period, at: datetime) -> float:
        start, used = self._used[period]
        return used if start == period.start(at) else 0.0


class _Flow:
    """Loads that go as one: `of_type` and `of_ddd` are the phones that allow and prefer them."""

    def __init__(self, first: Load, of_type: frozenset[int], of_ddd: frozenset[int]) -> None:
        self.rank = (first.priority, first.behind)
        self.urgent = first.priority <= Priority.URGENT
        self.batch = first.batch
        self.turn = first.batch if first.behind else 0
        self.hours = first.hours
        self.until = first.until
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
        # A quota of nothing never comes back.
        working = [s for s in senders if s.works and all(limit > 0 for _, limit in s.rules.quotas)]
        self._phones = [_Phone(sender, local) for sender in working]
        everyone = {phone.id for phone in self._phones}
        flows = _joined(senders, loads)
        self._waiting = [flow for flow in flows if any(flow.may(phone, everyone) for phone in self._phones)]
        self._stuck = [flow for flow in flows if flow not in self._waiting]
        self._is_far = False
        self._rests = False
        self._ends: dict[int, datetime] = {}
        self._late: dict[int, float] = {}

    def run(self) -> Outlook:
        for _ in range(MOST_STEPS):
            self._take_off()
            if not self._waiting or self._at - self._start > HORIZON:
                break
            if not self._is_far and self._at - self._start > _NEAR:
                self._is_far = True
                for phone in self._phones:
                    phone.smooth()
            if not self._step():
                break
        told = self._phones or not self._stuck
        unended = dict.fromkeys(flow.batch for flow in (*self._waiting, *self._stuck))
        ends = {**self._ends, **unended}
        return Outlook(
            self._at if told and not self._waiting else None,
            tuple(load for flow in self._stuck for load in flow.loads),
            self._rests,
            {batch: end for batch, end in ends.items() if batch},
            self._late,
        )

    def _take_off(self) -> None:
        """Take off what has left by now, and what expires."""
        for flow in self._waiting:
            if flow.until is not None and flow.until <= self._at and flow.parts > _NOTHING:
                self._late[flow.batch] = self._late.get(flow.batch, 0.0) + flow.parts
                flow.parts = 0.0
            if flow.parts <= _NOTHING:
                self._ends[flow.batch] = self._at
        self._waiting = [flow for flow in self._waiting if flow.parts > _NOTHING]

    def _step(self) -> bool:
        """Go on to the next change; False when none will ever come."""
        rests = {phone.id: phone.rest(self._at) for phone in self._phones}
        able = {phone_id for phone_id, rest in rests.items() if rest is None}
        leaving, changes = self._leaving()
        changes += [rest.until for rest in rests.values() if rest is not None]
        self._rests = self._rests or len(able) < len(self._phones)
        sending = [phone for phone in self._phones if phone.id in able]
        edge = min([*changes, *(phone.edge(self._at) for phone in sending)], default=self._at + HORIZON)
        seconds = (edge - self._at).total_seconds()
        rates = dict.fromkeys(leaving, 0.0)
        by_phone = {
            phone: _share(
                phone,
                [flow for flow in leaving if flow.may(phone, able)],
                rates,
                phone.room(self._at) / seconds if self._is_far else math.inf,
            )
            for phone in sending
        }
        moving = [flow for flow in leaving if rates[flow] > 0]
        if not moving:
            self._at = edge
            return bool(changes)
        seconds = min(seconds, *(flow.parts / rates[flow] for flow in moving))
        if not self._is_far:
            seconds = min([seconds, *(phone.room(self._at) / rate for phone, rate in by_phone.items() if rate > 0)])
        # At least a little, or a rounded quota would hold the time still.
        seconds = max(seconds, 0.001)
        for flow in moving:
            flow.parts = max(0.0, flow.parts - rates[flow] * seconds)
        for phone, rate in by_phone.items():
            phone.send(self._at, rate * seconds)
        self._at += timedelta(seconds=seconds)
        return True

    def _leaving(self) -> tuple[list[_Flow], list[datetime]]:
        """What may leave at this hour, and when that or a limit changes next."""
        kinds = {flow.hours for flow in self._waiting}
        shut = {hours for hours in kinds if not hours.is_open(self._at)}
        changes = [hours.changes_at(self._at) for hours in kinds if hours.is_limited]
        changes += [flow.until for flow in self._waiting if flow.until is not None]
        leaving = [flow for flow in self._waiting if flow.hours not in shut] if shut else self._waiting
        return leaving, [at for at in changes if at > self._at]


def _share(phone: _Phone, flows: Sequence[_Flow], rates: dict[_Flow, float], most: float) -> float:
    """Add to `rates` what the phone sends of `flows`, `most` parts a second at most; gives its own rate."""
    if not flows:
        return 0.0
    first = min(flow.rank for flow in flows)
    taken = [flow for flow in flows if flow.rank == first]
    rate = min(phone.rate(taken[0].urgent), most)
    turns: dict[int, float] = {}
    for flow in taken:
        turns[flow.turn] = turns.get(flow.turn, 0.0) + flow.parts
    for flow in taken:
        rates[flow] += rate / len(turns) * flow.parts / turns[flow.turn]
    return rate


def _joined(senders: Sequence[Sender], loads: Iterable[Load]) -> list[_Flow]:
    flows: dict[tuple[object, ...], _Flow] = {}
    for load in loads:
        of_type = frozenset(s.phone_id for s in senders if not s.rules.types or load.type_id in s.rules.types)
        of_ddd = frozenset(s.phone_id for s in senders if load.ddd in s.rules.ddds)
        key = (load.priority, load.behind, load.batch, load.hours, load.until, of_type, of_ddd)
        flow = flows.setdefault(key, _Flow(load, of_type, of_ddd))
        flow.loads.append(load)
        flow.parts += load.parts
    return list(flows.values())
