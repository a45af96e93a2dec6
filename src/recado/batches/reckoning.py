"""When a batch will end, and how much of it will be too late: the phones' real pace, quotas and hours played forward.

    play      pure: parts, senders, the hours of the type, a time limit -> Reckoning
    reckon    the same for a batch as it stands, with what waits before it

Time passes by quarters of an hour in which a phone may send and the type may leave; the rest is jumped over, so a
million SMS are a few thousand steps. Batches that go out together share the queue evenly. What is not known is not
reckoned: RAs yet to come, failures, people's pauses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from recado.batches.behind import parts_each
from recado.batches.models import Batch, State
from recado.outbox.hours import Hours
from recado.outbox.models import Message, Status
from recado.outbox.real_pace import real_paces
from recado.phones.fleet import rules_of, usage_of
from recado.phones.models import Phone
from recado.phones.rules import Period, Rules, Usage, next_for_others, resting

HORIZON = timedelta(days=3 * 365)
_STEP = timedelta(minutes=15)
_MOST_STEPS = 60_000
# A pace of nothing still takes the seconds of the talk itself.
_LEAST_PACE = 1.0


@dataclass(frozen=True, slots=True)
class Sender:
    """A phone that may send: its rules, what it has sent, the seconds between two sends."""

    rules: Rules
    usage: Usage
    pace: float


@dataclass(frozen=True, slots=True)
class Reckoning:
    """`end`: local time, None when nobody can say (`why`, pt-BR). `late`: how many parts the limit leaves unsent."""

    end: datetime | None
    late: int = 0
    why: str = ""


def play(
    parts: int, senders: Sequence[Sender], hours: Hours, local: datetime, limit: datetime | None = None
) -> Reckoning:
    """Send `parts` from `local` on. All times are local and aware."""
    at, left = local, float(parts)
    # A quota of nothing never comes back.
    used = [_Used(sender) for sender in senders if all(limit > 0 for _, limit in sender.rules.quotas)]
    for _ in range(_MOST_STEPS):
        if limit is not None and at >= limit:
            return Reckoning(limit, round(left))
        if left < 0.5:
            return Reckoning(at)
        if at - local > HORIZON:
            break
        if not hours.is_open(at):
            at = hours.opens_at(at)
            continue
        step = min(_quarter_end(at), limit or _quarter_end(at)) - at
        room, back = _room(used, at, step)
        if room <= 0:
            if back is None:
                break
            at = max(back, at + timedelta(seconds=1))
            continue
        if room > left:
            step, room = step * (left / room), left
        left -= _send(used, at, step, room)
        at += step
    return Reckoning(None, round(left), "Pelas regras dos aparelhos, o lote não termina em três anos.")


def reckon(batch: Batch, now: datetime) -> Reckoning:
    """How the batch will go, as far as it is not sent."""
    parts = waiting_parts(batch)
    phones = [
        phone
        for phone in Phone.objects.filter(enabled=True, paused=False)
        if not phone.type_ids or batch.type_id in phone.type_ids
    ]
    if not phones:
        return Reckoning(None, 0, "Nenhum aparelho em uso envia este tipo: sem ele não há como dizer quando termina.")
    paces = real_paces(phones, now)
    senders = [Sender(rules_of(phone), usage_of(phone), paces.get(phone.pk, phone.pace_seconds)) for phone in phones]
    limit = timezone.localtime(batch.expires_at) if batch.expires_at else None
    return play(parts + _ahead_of(batch, parts), senders, batch.type.hours, timezone.localtime(now), limit)


def waiting_parts(batch: Batch) -> int:
    """SMS of the batch that have not gone out: rows, and messages in the queue, taken to be like its others."""
    if batch.state in (State.DONE, State.CANCELLED):
        return 0
    queued = Message.objects.filter(batch=batch.pk, status__in=(Status.QUEUED, Status.SENDING)).count()
    if not batch.fed:
        return batch.parts
    return round((batch.ready - batch.fed + queued) * parts_each(batch))


def _ahead_of(batch: Batch, parts: int) -> int:
    others = Batch.objects.filter(state=State.RUNNING).exclude(pk=batch.pk)
    # One SMS of each in turn: of a larger batch no more goes out meanwhile than of this one.
    shared = sum(min(waiting_parts(other), parts) for other in others)
    return shared + Message.objects.filter(status=Status.QUEUED, batch=None).count()


class _Used:
    """What a phone will have sent by then."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.usage = sender.usage
        pace = max(sender.pace, _LEAST_PACE)
        self.rate = 1 / next_for_others(pace, sender.rules.urgent_share)

    def room(self, at: datetime, seconds: float) -> float:
        """How many parts it may send within `seconds`."""
        left = [limit - self.usage.used(period, at) for period, limit in self.sender.rules.quotas]
        return max(0.0, min([seconds * self.rate, *left]))

    def send(self, at: datetime, parts: float) -> None:
        in_hour, in_day, in_month = (self.usage.used(period, at) for period in Period)
        more = max(1, round(parts))
        self.usage = Usage(Period.HOUR.start(at), at.date(), in_hour + more, in_day + more, in_month + more)


def _room(used: Sequence[_Used], at: datetime, step: timedelta) -> tuple[float, datetime | None]:
    """What all of them may send within `step`; and when the first that rests is back."""
    room, back = 0.0, None
    for phone in used:
        rest = resting(phone.sender.rules, phone.usage, at)
        if rest is None:
            room += phone.room(at, step.total_seconds())
        elif back is None or rest.until < back:
            back = rest.until
    return room, back


def _send(used: Sequence[_Used], at: datetime, step: timedelta, parts: float) -> float:
    sent = 0.0
    for phone in used:
        if resting(phone.sender.rules, phone.usage, at) is None:
            more = min(phone.room(at, step.total_seconds()), parts - sent)
            if phone.sender.rules.quotas and more > 0:
                phone.send(at, more)
            sent += more
    return sent


def _quarter_end(at: datetime) -> datetime:
    start = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    return start + _STEP
