"""How long the queue takes: what waits, counted, and played forward by the rules of the phones that could send it.

A batch keeps most of its rows back and passes them on as they can be sent; whoever asks brings them along (`Behind`),
for they wait in front of nobody but are work to be done. What a person paused is none, and is counted apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Case, CharField, Count, Max, Min, Value, When
from django.db.models.functions import Coalesce, Substr
from django.utils import timezone

from recado.gsm import EncodeError
from recado.outbox.claims import parts_of
from recado.outbox.holding import NEVER
from recado.outbox.hours import ALWAYS, Hours
from recado.outbox.models import Message, Priority, Status
from recado.outbox.outlook import NOTHING_FORESEEN, Load, Outlook, Sender, outlook
from recado.outbox.real_pace import real_paces
from recado.outbox.types import limited_hours
from recado.phones.fleet import is_held, rules_of, usage_of
from recado.phones.models import Condition, Phone

# How many queued messages are cut into parts to learn how many parts one has: the rest is taken to be like them.
_SAMPLE = 50


@dataclass(frozen=True, slots=True)
class Behind:
    """SMS to be of a batch that will enter the queue when it has room, after all others: how many, in how many parts.

    `batch`: its number. What has not left `until` then expires.
    `estimated`: that so many have this area code was taken from some of them.
    """

    type_id: int
    ddd: str
    messages: int
    parts: float
    estimated: bool = False
    batch: int = 0
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class QueueForecast:
    """How much waits and how long it takes: `wait` is None when nobody can say; `oldest`: its first moment.

    `listed` are the queued messages that there are; `messages` those and what comes `behind`, without what is
    `paused`, of which some is queued and the rest behind. Only `messages` are in what follows.

    `at_work`: some phone could send, were it not for its rules; `rests`: the wait has pauses of quota or hours in it.
    `held` of the messages wait for the hours of their types, the first of which begin at `opens_at`; `stuck` are such
    that no phone at work may send, for their type (`stuck_types`) or their area code (`stuck_ddds`), and are not in
    `parts` and `wait`. `paces`: the seconds that an SMS really takes, of the phones that tell (`real_pace`).
    `estimated`: some phone prefers area codes, and those of what comes `behind` are not all known.
    `outlook`: the same of each batch by itself.
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
    outlook: Outlook = NOTHING_FORESEEN


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What waits of one type, area code, priority and batch; `latest`: the last of their times to expire."""

    type_id: int
    ddd: str
    priority: int
    on_hold: bool
    batch: int | None
    messages: int
    oldest: datetime
    latest: datetime


def forecast(
    phones: Sequence[Phone], now: datetime, behind: Sequence[Behind] = (), paused_behind: int = 0
) -> QueueForecast:
    """Reckon the queue at `now`, and what comes behind it; `phones` are all that are in use, whatever their state."""
    queued = _waiting()
    local = timezone.localtime(now)
    hours = {row.type_id: row.hours for row in limited_hours()}
    work = _work([group for group in queued if not group.on_hold], behind, hours)
    shut = {type_id for type_id, of_type in hours.items() if not of_type.is_open(local)}
    held = {load.type_id for load, _ in work} & shut
    paces = real_paces(phones, now)
    senders = [Sender(p.pk, rules_of(p), usage_of(p), paces.get(p.pk, p.pace_seconds), _works(p, now)) for p in phones]
    found = outlook(senders, [load for load, _ in work], local)
    at_work = any(sender.works for sender in senders)
    never = set(found.stuck) if at_work else set()
    return QueueForecast(
        messages=sum(count for _, count in work),
        parts=round(sum(load.parts for load, _ in work if load not in never)),
        wait=found.end - local if found.end is not None and at_work else None,
        oldest=min((group.oldest for group in queued), default=None),
        held=sum(count for load, count in work if load.type_id in shut),
        opens_at=min((hours[type_id].opens_at(local) for type_id in held), default=None),
        at_work=at_work,
        rests=found.rests,
        stuck=sum(count for load, count in work if load in never),
        stuck_types=tuple(sorted({load.type_id for load in never if not _is_allowed(load.type_id, senders)})),
        stuck_ddds=tuple(sorted({load.ddd for load in never if _is_allowed(load.type_id, senders)})),
        listed=sum(group.messages for group in queued),
        behind=sum(group.messages for group in behind),
        paused=paused_behind + sum(group.messages for group in queued if group.on_hold),
        by_priority={priority: sum(n for load, n in work if load.priority == priority) for priority in Priority},
        paces=paces,
        estimated=any(b.estimated for b in behind) and any(sender.rules.ddds for sender in senders),
        outlook=found,
    )


def _work(waiting: Sequence[_Waiting], behind: Sequence[Behind], hours: Mapping[int, Hours]) -> list[tuple[Load, int]]:
    """What is to be sent, each load with its messages; those of a batch that is known are as long as its rows."""
    each = _parts_each() if waiting else 1.0
    of_batch = {b.batch: b.parts / b.messages for b in behind}
    work = []
    for g in waiting:
        parts = g.messages * (of_batch.get(g.batch, each) if g.batch else each)
        # The messages of a batch have one limit; single ones have each its own, and would be as many loads.
        until = timezone.localtime(g.latest) if g.batch and g.latest < NEVER else None
        load = Load(g.type_id, g.ddd, g.priority, parts, hours.get(g.type_id, ALWAYS), g.batch or 0, until=until)
        work.append((load, g.messages))
    for b in behind:
        until = timezone.localtime(b.until) if b.until else None
        open_at = hours.get(b.type_id, ALWAYS)
        work.append(
            (Load(b.type_id, b.ddd, Priority.BULK, b.parts, open_at, b.batch, behind=True, until=until), b.messages)
        )
    return work


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
    groups = named.values_list("type_id", "ddd", "priority", "on_hold", "batch")
    latest = Max(Coalesce("expires_at", Value(NEVER)))
    return [_Waiting(*group) for group in groups.annotate(Count("pk"), Min("moment"), latest=latest)]


def _parts_each() -> float:
    """How many parts a message of those at the head of the queue has, on an average."""
    head = Message.objects.filter(status=Status.QUEUED, ready_at__lt=NEVER).order_by("priority", "pk")
    sample = [_parts(message) for message in head[:_SAMPLE]]
    return sum(sample) / len(sample) if sample else 1.0


def _parts(message: Message) -> int:
    try:
        return len(parts_of(message))
    except EncodeError:
        # The sender will give this one up at once: it takes one turn.
        return 1
