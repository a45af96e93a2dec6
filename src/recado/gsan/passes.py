"""One pass over GSAN: what is new becomes messages, in the transaction that moves the position.

    new requesters   keys after `settled_to` that are not among the seen. A requester counts as settled `OVERLAP` after
                     it was seen; a slower transaction's rows, which appear below newer keys, are found until then
    closings         the open RAs are looked up by key, a few thousand a pass in rotation: GSAN has no index on the time
                     of closing, and an RA is closed only once
    open RAs         GSAN is walked through by ranges of keys for RAs that are open: once at the beginning, for those
                     that were open before, and then from time to time, for any that the first way has missed

Each step asks first, then writes in one transaction of Recado's database, so nothing is held there while GSAN answers.
A pass that dies is done again: keys of messages name RA, event and mobile, so nothing is told twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.utils import timezone

from recado import parameters
from recado.evaluations import operations as evaluations
from recado.gsan import asking
from recado.gsan.asking import Phone, Requester
from recado.gsan.layout import Layout
from recado.gsan.mobiles import Chosen, choose
from recado.gsan.models import OpenRequest, Position, SeenRequester, WrittenBack
from recado.gsan.source import Connection
from recado.outbox.enqueue import Event, enqueue
from recado.outbox.own_types import OwnType

PREFIX = "gsan:ra:"
ACTOR = "GSAN"
OVERLAP = timedelta(hours=6)
# What a first start looks back on: transactions that were open at that moment had taken their keys already.
LOOK_BACK = 500
CHUNK = 200
PAGE = 5000
OPEN_AT_ONCE = 4000
LOOKED_UP_AT_ONCE = 500
SWEPT_AT_ONCE = 10_000
RANGES_A_PASS = 5
SWEEP_EVERY = timedelta(hours=6)


@dataclass(slots=True)
class Pass:
    """What a pass did: requesters dealt with, messages made by type, RAs found closed; `more`: another is due now."""

    requesters: int = 0
    opened: int = 0
    reiterated: int = 0
    closed: int = 0
    closings: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a pass goes by: the line to GSAN, what it has there, and how old mobiles are taken."""

    connection: Connection
    layout: Layout
    complete: bool = False
    writes_back: bool = False


def one_pass(reading: Reading, now: datetime) -> Pass:
    """Read what is new, tell it, and move the position. Raises GsanUnreachable (whatever was committed stays)."""
    position = begin(reading, now)
    done = Pass()
    _tell_new(reading, position, done, now)
    _tell_closings(reading, position, done, now)
    _sweep(reading, position, now)
    _settle(now)
    Position.objects.filter(pk=1).update(read_at=now, trouble="", trouble_since=None)
    return done


def begin(reading: Reading, now: datetime, since: datetime | None = None) -> Position:
    """The position; the first time, and with `since`, one that begins there: now, or RAs registered from `since` on."""
    held = Position.objects.filter(pk=1).first()
    if held is not None and since is None:
        return held
    if since is None:
        seen = asking.last_requesters(reading.connection, LOOK_BACK)
        settled = min(seen, default=0)
    else:
        local = timezone.make_naive(since)
        first = asking.first_requester_since(reading.connection, local)
        seen = []
        settled = asking.highest_requester(reading.connection) if first is None else first - 1
    with transaction.atomic():
        SeenRequester.objects.all().delete()
        SeenRequester.objects.bulk_create([SeenRequester(raso_id=key, seen_at=now) for key in seen], batch_size=500)
        position, _ = Position.objects.update_or_create(
            pk=1, defaults={"settled_to": settled, "since": since, "begun_at": now, "swept_to": 0, "swept_at": None}
        )
    return position


def _tell_new(reading: Reading, position: Position, done: Pass, now: datetime) -> None:
    seen = set(SeenRequester.objects.values_list("raso_id", flat=True))
    keys = list(islice(_unseen(reading.connection, position.settled_to, seen), CHUNK + 1))
    done.more = len(keys) > CHUNK
    keys = keys[:CHUNK]
    if not keys:
        return
    people = asking.requesters(reading.connection, reading.layout, keys)
    chosen = _mobiles(reading, people)
    with transaction.atomic():
        known = {person.rgat_id for person in people}
        open_before = set(OpenRequest.objects.filter(pk__in=known).values_list("pk", flat=True))
        for person in people:
            if not _is_old(person, position):
                _tell_requester(reading, person, chosen.get(person.raso_id), done, now, known=open_before)
        SeenRequester.objects.bulk_create(
            [SeenRequester(raso_id=person.raso_id, seen_at=now) for person in people], ignore_conflicts=True
        )
        _remember_open(known, now)
    done.requesters += len(people)


def _tell_requester(
    reading: Reading, person: Requester, mobile: Chosen | None, done: Pass, now: datetime, *, known: set[int]
) -> None:
    if mobile is None:
        return
    if _is_reiteration(reading.layout, person, known):
        key = f"{PREFIX}{person.rgat_id}:reiterated:{person.raso_id}"
        done.reiterated += _tell(reading, OwnType.REITERATED, person, mobile, key, now)
    else:
        key = f"{PREFIX}{person.rgat_id}:opened:{mobile.number}"
        done.opened += _tell(reading, OwnType.OPENED, person, mobile, key, now)


def _is_reiteration(layout: Layout, person: Requester, known: set[int]) -> bool:
    """A requester beside the main one came with the opening, unless the RA has been reiterated."""
    if person.is_main:
        return False
    if layout.has("atendimentopublico.registro_atendimento", "rgat_qtreiteracoes"):
        return person.reiterations > 0
    return person.rgat_id in known


def _is_old(person: Requester, position: Position) -> bool:
    if position.since is None or person.registered_at is None:
        return False
    return person.registered_at < timezone.make_naive(position.since)


def _tell_closings(reading: Reading, position: Position, done: Pass, now: datetime) -> None:
    waiting = OpenRequest.objects.order_by("rgat_id").values_list("rgat_id", flat=True)
    ids = list(waiting.filter(rgat_id__gt=position.checked_to)[:OPEN_AT_ONCE])
    for chunk in _chunks(ids, LOOKED_UP_AT_ONCE):
        closed = asking.closed_among(reading.connection, chunk)
        if closed:
            _tell_closed(reading, closed, done, now)
    # Past the last one the rotation begins again.
    Position.objects.filter(pk=1).update(checked_to=ids[-1] if len(ids) == OPEN_AT_ONCE else 0)


def _tell_closed(reading: Reading, closed: dict[int, int | None], done: Pass, now: datetime) -> None:
    success = set(parameters.get().success_reasons)
    met = sorted(rgat_id for rgat_id, reason in closed.items() if reason in success)
    people = asking.requesters_of(reading.connection, reading.layout, met) if met else []
    chosen = _mobiles(reading, people)
    told: set[tuple[int, str]] = set()
    with transaction.atomic():
        asked = _ask_for_evaluations(people, chosen, now)
        for person in people:
            mobile = chosen.get(person.raso_id)
            # One SMS a mobile, with the protocol of the first who gave it.
            if mobile is None or (person.rgat_id, mobile.number) in told:
                continue
            told.add((person.rgat_id, mobile.number))
            key = f"{PREFIX}{person.rgat_id}:closed:{mobile.number}"
            says_so = (person.rgat_id, mobile.number) in asked
            done.closed += _tell(reading, OwnType.CLOSED, person, mobile, key, now, asked=says_so)
        OpenRequest.objects.filter(pk__in=list(closed)).delete()
    done.closings += len(closed)


def _ask_for_evaluations(people: list[Requester], chosen: dict[int, Chosen], now: datetime) -> set[tuple[int, str]]:
    """Ask each e-mail address of the RAs; give RA and mobile of those who were asked."""
    asked = set()
    for person in people:
        if person.email and evaluations.invite(
            ra_number=person.rgat_id, protocol=person.protocol, address=person.email, now=now, prefix=PREFIX
        ):
            mobile = chosen.get(person.raso_id)
            asked.add((person.rgat_id, mobile.number if mobile else ""))
    return asked


def _tell(
    reading: Reading, type_id: int, person: Requester, mobile: Chosen, key: str, now: datetime, *, asked: bool = False
) -> int:
    """Queue one message; 1 when it is there, 0 when its type is switched off. `asked`: by e-mail for an evaluation."""
    values = {"RA": str(person.rgat_id), "AVALIACAO": evaluations.notice(asked=asked)}
    if person.protocol:
        values["PROTOCOLO"] = person.protocol
    message = enqueue(
        Event(
            type_id=type_id,
            number=mobile.number,
            idempotency_key=key,
            values=values,
            protocol=person.protocol[:14],
            ra_number=person.rgat_id,
            actor=ACTOR,
            note=mobile.note,
        ),
        now=now,
    )
    if message is None:
        return 0
    if reading.writes_back:
        WrittenBack.objects.get_or_create(message=message)
    return 1


def _mobiles(reading: Reading, people: list[Requester]) -> dict[int, Chosen]:
    """The mobile of each requester who has one, by the requester's key."""
    own = _by_owner(
        asking.phones_of_requesters(reading.connection, reading.layout, [person.raso_id for person in people])
    )
    without = [
        person.client_id
        for person in people
        if person.client_id is not None and not choose(own.get(person.raso_id, []), [], complete=reading.complete)
    ]
    clients = _by_owner(asking.phones_of_clients(reading.connection, reading.layout, sorted(set(without))))
    found = {}
    for person in people:
        of_client = clients.get(person.client_id, []) if person.client_id is not None else []
        chosen = choose(own.get(person.raso_id, []), of_client, complete=reading.complete)
        if chosen is not None:
            found[person.raso_id] = chosen
    return found


def _by_owner(phones: Iterable[Phone]) -> dict[int, list[Phone]]:
    owned: dict[int, list[Phone]] = {}
    for phone in phones:
        owned.setdefault(phone.owner_id, []).append(phone)
    return owned


def _unseen(connection: Connection, after: int, seen: set[int]) -> Iterator[int]:
    """The keys after `after` that were not dealt with, ascending."""
    while keys := asking.requesters_after(connection, after, PAGE):
        yield from (key for key in keys if key not in seen)
        if len(keys) < PAGE:
            return
        after = keys[-1]


def _sweep(reading: Reading, position: Position, now: datetime) -> None:
    rested = position.swept_at is None or not timedelta(0) <= now - position.swept_at < SWEEP_EVERY
    if not (position.swept_to or rested):
        return
    after = position.swept_to
    for _ in range(RANGES_A_PASS):
        first = asking.next_request(reading.connection, after)
        if first is None:
            Position.objects.filter(pk=1).update(swept_to=0, swept_at=now)
            return
        # From the next one that there is: numbers given by hand leave wide gaps.
        after = first - 1 + SWEPT_AT_ONCE
        found = asking.open_between(reading.connection, first - 1, after)
        with transaction.atomic():
            _remember_open(found, now)
            Position.objects.filter(pk=1).update(swept_to=after)


def _remember_open(rgat_ids: Iterable[int], now: datetime) -> None:
    rows = [OpenRequest(rgat_id=rgat_id, found_at=now) for rgat_id in rgat_ids]
    OpenRequest.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def _settle(now: datetime) -> None:
    """What was seen long enough ago need not be looked at again."""
    old = SeenRequester.objects.filter(seen_at__lt=now - OVERLAP)
    highest = old.order_by("-raso_id").values_list("raso_id", flat=True).first()
    if highest is None:
        return
    with transaction.atomic():
        Position.objects.filter(pk=1, settled_to__lt=highest).update(settled_to=highest)
        SeenRequester.objects.filter(raso_id__lte=highest).delete()


def _chunks(ids: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
