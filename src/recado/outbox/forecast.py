"""How long the queue takes: what waits, counted, and played forward by the rules of the phones that could send it.

A batch keeps most of its rows back and passes them on as they can be sent; whoever asks brings them along (`Behind`),
for they wait in front of nobody but are work to be done. What a person paused is none, and is counted apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Case, CharField, Count, Min, When
from django.db.models.functions import Substr
from django.utils import timezone

from recado.gsm import EncodeError
from recado.outbox.claims import parts_of
from recado.outbox.holding import NEVER
from recado.outbox.hours import closed
from recado.outbox.models import Message, Priority, Status
from recado.outbox.real_pace import real_paces
from recado.outbox.types import limited_hours
from recado.phones.fleet import is_held, rules_of, usage_of
from recado.phones.models import Condition, Phone
from recado.phones.outlook import Load, Sender, outlook

# How many queued messages are cut into parts to learn how many parts one has: the rest is taken to be like them.
_SAMPLE = 50


@dataclass(frozen=True, slots=True)
class Behind:
    """SMS to be that will enter the queue when it has room, after all others: how many, and in how many parts.

    `estimated`: that so many have this area code was taken from some of them.
    """

    type_id: int
    ddd: str
    messages: int
    parts: float
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class QueueForecast:
    """How much waits and how long it takes: `wait` is None when nobody can say; `oldest`: its first moment.

    `listed` are the queued messages that there are; `messages` those and what comes `behind`, without what is
    `paused`, of which some is queued and the rest behind. Only `messages` are in what follows.

    `at_work`: some phone could send, were it not for its rules; `rests`: the wait has pauses of quota or hours in it.
    `held` of the messages wait for the hours of their types, the first of which begin at `opens_at`; `stuck` are such
    that no phone at work may send, for their type (`stuck_types`) or their area code (`stuck_ddds`). Neither are in
    `parts` and `wait`. `paces`: the seconds that an SMS really takes, of the phones that tell (`real_pace`).
    `estimated`: some phone prefers area codes, and those of what comes `behind` are not all known.
    """

    messages: int
    parts: int
    wait: timedelta | None
    oldest: datetime | None
    held: int = 0
    opens_at: datetime | None = None
    at_work: bool = True
    rests: bool = False
    stuck: int = 0
    stuck_types: tuple[int, ...] = ()
    stuck_ddds: tuple[str, ...] = ()
    listed: int = 0
    behind: int = 0
    paused: int = 0
    by_priority: Mapping[Priority, int] = field(default_factory=dict)
    paces: Mapping[int, float] = field(default_factory=dict)
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What waits of one type, area code and priority; `parts`: None where they are to be reckoned."""

    type_id: int
    ddd: str
    priority: int
    on_hold: bool
    messages: int
    oldest: datetime | None
    parts: float | None = None

    @property
    def urgent(self) -> bool:
        return self.priority <= Priority.URGENT

    def in_parts(self, each: float) -> float:
        """How many parts they are, where one has `each`."""
        return self.messages * each if self.parts is None else self.parts


def forecast(
    phones: Sequence[Phone], now: datetime, behind: Sequence[Behind] = (), paused_behind: int = 0
) -> QueueForecast:
    """Reckon the queue at `now`, and what comes behind it; `phones` are all that are in use, whatever their state."""
    queued = _waiting()
    waiting = [group for group in queued if not group.on_hold]
    waiting += [_Waiting(b.type_id, b.ddd, Priority.BULK, False, b.messages, None, b.parts) for b in behind]
    local = timezone.localtime(now)
    limited = limited_hours()
    shut = closed(limited, local)
    leaves = [group for group in waiting if group.type_id not in shut]
    each = _parts_each(shut)
    paces = real_paces(phones, now)
    senders = [Sender(p.pk, rules_of(p), usage_of(p), paces.get(p.pk, p.pace_seconds), _works(p, now)) for p in phones]
    found = outlook(senders, [Load(g.type_id, g.ddd, g.urgent, g.in_parts(each)) for g in leaves], local)
    never = {(load.type_id, load.ddd, load.urgent) for load in found.stuck}
    stuck = [g for g in leaves if (g.type_id, g.ddd, g.urgent) in never]
    at_work = any(sender.works for sender in senders)
    held = {group.type_id for group in waiting} & shut
    in_time = sum(g.in_parts(each) for g in leaves) - (sum(g.in_parts(each) for g in stuck) if at_work else 0)
    return QueueForecast(
        messages=sum(group.messages for group in waiting),
        parts=round(in_time),
        wait=found.end - local if found.end is not None and at_work else None,
        oldest=min((group.oldest for group in queued if group.oldest), default=None),
        held=sum(group.messages for group in waiting if group.type_id in shut),
        opens_at=min((row.hours.opens_at(local) for row in limited if row.type_id in held), default=None),
        at_work=at_work,
        rests=found.rests,
        stuck=sum(group.messages for group in stuck) if at_work else 0,
        stuck_types=tuple(sorted({g.type_id for g in stuck if not _is_allowed(g.type_id, senders)})),
        stuck_ddds=tuple(sorted({g.ddd for g in stuck if _is_allowed(g.type_id, senders)})),
        listed=sum(group.messages for group in queued),
        behind=sum(group.messages for group in behind),
        paused=paused_behind + sum(group.messages for group in queued if group.on_hold),
        by_priority=_by_priority(waiting),
        paces=paces,
        estimated=any(b.estimated for b in behind) and any(sender.rules.ddds for sender in senders),
    )


def _by_priority(waiting: Sequence[_Waiting]) -> dict[Priority, int]:
    return {priority: sum(g.messages for g in waiting if g.priority == priority) for priority in Priority}


def _works(phone: Phone, now: datetime) -> bool:
    return not phone.paused and phone.condition == Condition.READY and is_held(phone, now)


def _is_allowed(type_id: int, senders: Sequence[Sender]) -> bool:
    return any(s.works and (not s.rules.types or type_id in s.rules.types) for s in senders)


def _waiting() -> list[_Waiting]:
    """The queue in groups that the rules know; tests of one phone are of another kind, and few."""
    queued = Message.objects.filter(status=Status.QUEUED, only_phone=None)
    ddd = Substr("number", 4, 2, output_field=CharField())
    on_hold = Case(When(ready_at__gte=NEVER, then=True), default=False)
    named = queued.order_by().annotate(ddd=ddd, on_hold=on_hold)
    groups = named.values_list("type_id", "ddd", "priority", "on_hold")
    return [_Waiting(*group) for group in groups.annotate(Count("pk"), Min("moment"))]


def _parts_each(shut: frozenset[int]) -> float:
    """How many parts a message of those at the head of the queue has, on an average."""
    head = Message.objects.filter(status=Status.QUEUED, ready_at__lt=NEVER).order_by("priority", "pk")
    sample = [_parts(message) for message in (head.exclude(type_id__in=shut) if shut else head)[:_SAMPLE]]
    return sum(sample) / len(sample) if sample else 1.0


def _parts(message: Message) -> int:
    try:
        return len(parts_of(message))
    except EncodeError:
        # The sender will give this one up at once: it takes one turn.
        return 1
