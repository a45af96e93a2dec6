"""Passing rows on to the outbox, only as many as the phones can send in the next minutes.

A batch's messages in the queue are its window. Whatever the size of the batch, the queue stays short: to claim a
message stays quick, to pause or cancel touches few, and what a customer's wish or a time limit takes out is taken out
while it is still a row. The rows pass in the order of their lines, each lot in one transaction together with
`Batch.fed_line`, and each under a key of its own: no crash makes a row pass twice, and none is forgotten.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from recado.batches import states
from recado.batches.models import Batch, BatchRow, RowState, State
from recado.outbox import holding, transitions
from recado.outbox.enqueue import earlier
from recado.outbox.enqueue_many import Ready, enqueue_many, unwilling
from recado.outbox.listed import listed
from recado.outbox.models import Message, Status, StatusChange
from recado.people.actors import PROGRAM
from recado.phones.models import Phone
from recado.service_requests.models import Requester

WINDOW = timedelta(minutes=15)
LEAST_WINDOW, MOST_WINDOW = 50, 2000
AT_ONCE = 2000
_CANCELLED_AT_ONCE = 200
# SQLite has one writer and no line for it: who waits looks again after 25 to 100 ms. Lots on each other's heels would
# keep the gateway from its turn for seconds.
_ASIDE_SECONDS = 0.05


class _Row(NamedTuple):
    """What the queue needs of a `BatchRow`: a million objects of the ORM would take ten seconds to make."""

    pk: int
    line: int
    number: str
    text: str
    expires_at: datetime | None
    protocol: str
    ra_number: int | None


def feed_some(now: datetime, *, window: int | None = None) -> bool:
    """Give each batch under way what it may have in the queue; always False: nothing more is due at once.

    `window` says how many messages, instead of what the phones can send.
    """
    room = window_size() if window is None else window
    for batch in Batch.objects.filter(state=State.RUNNING).select_related("type").order_by("started_at", "pk"):
        _feed(batch, room, now)
    return False


def look_after_some(now: datetime) -> bool:
    """Hold what came back to the queue of a paused batch, end one of which nothing is left to resume, and discard what
    waits of a cancelled one."""
    for batch_id in _with_queued(State.PAUSED):
        holding.hold(batch_id)
    more = False
    for batch in Batch.objects.filter(state=State.PAUSED).select_related("type").order_by("pk"):
        more = _end_paused(batch, now) or more
    for batch_id in _with_queued(State.CANCELLED):
        waiting = Message.objects.filter(batch=batch_id, status=Status.QUEUED).exclude(_sent_anew(batch_id))
        ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:_CANCELLED_AT_ONCE])
        note = f"Lote {batch_id} cancelado."
        transitions.change_many(ids, Status.QUEUED, Status.CANCELLED, at=now, note=note)
        more = more or len(ids) == _CANCELLED_AT_ONCE
    return more


def window_size() -> int:
    """How many messages of one batch may wait in the queue: what all phones in use send within `WINDOW`."""
    paces = Phone.objects.filter(enabled=True).values_list("pace_seconds", flat=True)
    per_second = sum(1 / max(pace, 1.0) for pace in paces)
    return max(LEAST_WINDOW, min(MOST_WINDOW, round(per_second * WINDOW.total_seconds())))


KEY = re.compile(r"batch:([0-9]+):([0-9]+)")


def key_of(batch_id: int, line: int) -> str:
    """The idempotency key of the message of a row; `KEY` reads it."""
    return f"batch:{batch_id}:{line}"


def _sent_anew(batch_id: int) -> Exists:
    """What a person put in the queue after the batch was cancelled: that decision is the later one.

    A creation by the batch itself is none, even where its clock says so; the program's tries again are none either.
    """
    ended = Batch.objects.values_list("finished_at", flat=True).get(pk=batch_id)
    back = StatusChange.objects.filter(message=OuterRef("pk"), after=Status.QUEUED, at__gt=ended)
    return Exists(back.exclude(actor=PROGRAM).exclude(before="", message__replaces=None))


def _with_queued(state: State) -> list[int]:
    waiting = Message.objects.filter(batch__isnull=False, status=Status.QUEUED).order_by()
    numbers = Batch.objects.filter(state=state).values("pk")
    found = waiting.filter(batch__in=numbers).values_list("batch", flat=True).distinct()
    return sorted(number for number in found if number is not None)


def _feed(batch: Batch, window: int, now: datetime) -> None:
    if not batch.type.active:
        note = f"O tipo “{batch.type.name}” foi desativado: nada sai com ele."
        with transaction.atomic():
            if states.change(batch.pk, State.RUNNING, State.PAUSED, at=now, note=note, fault=note):
                holding.hold(batch.pk)
        return
    queued = Message.objects.filter(batch=batch.pk, status=Status.QUEUED).count()
    # Not a few at each look: a window that is half empty is filled.
    if queued > window // 2:
        return
    room, line = window - queued, batch.fed_line
    while room > 0:
        passed = _pass_on(batch, line, min(room, AT_ONCE), now)
        if passed is None:
            return
        line, count = passed
        room -= count
        if count == AT_ONCE and room > 0 and connection.vendor == "sqlite":
            time.sleep(_ASIDE_SECONDS)
        if not count:
            _end(batch, now)
            return


def _end_paused(batch: Batch, now: datetime) -> bool:
    """End the batch when resuming it would send nothing; True when rows past its limit are left to be counted so."""
    if batch.expires_at is not None and batch.expires_at <= now:
        passed = _pass_on(batch, batch.fed_line, AT_ONCE, now, state=State.PAUSED)
        if passed is None or passed[1]:
            return passed is not None
    if not BatchRow.objects.filter(batch=batch, line__gt=batch.fed_line, state=RowState.READY).exists():
        _end(batch, now, state=State.PAUSED)
    return False


def _pass_on(
    batch: Batch, after: int, count: int, now: datetime, *, state: State = State.RUNNING
) -> tuple[int, int] | None:
    """Pass on up to `count` rows after line `after`; give the line they reach to, and how many they were.

    None when somebody else decided or passed on meanwhile.
    """
    with transaction.atomic():
        here = Batch.objects.filter(pk=batch.pk, state=state, fed_line=after)
        # Who decides on the batch or withdraws a row of it moves the batch's own row: nobody does from here on.
        if not here.select_for_update().values_list("pk"):
            return None
        waiting = BatchRow.objects.filter(batch=batch, line__gt=after, state=RowState.READY).order_by("line")
        rows = [_Row._make(row) for row in waiting.values_list(*_Row._fields)[:count]]
        if not rows:
            return after, 0
        _queue(_corrected(rows), batch, now)
        return rows[-1].line, len(rows)


def _queue(rows: Sequence[_Row], batch: Batch, now: datetime) -> None:
    """Make messages of `rows`, but of those that are late or whose owner is against it, and count each."""
    late: list[_Row] = []
    in_time: list[_Row] = []
    for row in rows:
        (late if _is_late(row, batch, now) else in_time).append(row)
    against = unwilling([row.number for row in in_time])
    refused = [row for row in in_time if row.number in against]
    made = enqueue_many(
        [_ready(row, batch) for row in in_time if row.number not in against],
        batch.type,
        batch=batch.pk,
        actor=batch.author,
        note=f"Lote {batch.pk}.",
        now=now,
    )
    _mark(late, RowState.EXPIRED)
    _mark(refused, RowState.OPTED_OUT)
    Batch.objects.filter(pk=batch.pk).update(
        fed_line=rows[-1].line,
        fed=F("fed") + len(made),
        ready=F("ready") - len(late) - len(refused),
        expired=F("expired") + len(late),
        opted_out=F("opted_out") + len(refused),
    )


def _ready(row: _Row, batch: Batch) -> Ready:
    limit = earlier(row.expires_at, batch.expires_at)
    return Ready(row.number, row.text, key_of(batch.pk, row.line), limit, row.protocol, row.ra_number)


def _corrected(rows: Sequence[_Row]) -> Sequence[_Row]:
    """`rows`, those of RAs with the mobile that their requester has by now: somebody may have mended it meanwhile."""
    protocols = [row.protocol for row in rows if row.protocol]
    if not protocols:
        return rows
    mobiles = dict(Requester.objects.filter(protocol__in=listed(protocols)).values_list("protocol", "mobile"))
    return [row._replace(number=mobiles.get(row.protocol) or row.number) for row in rows]


def _end(batch: Batch, now: datetime, *, state: State = State.RUNNING) -> None:
    """All rows have passed on: the batch is done once none of its messages waits or is on its way."""
    moving = Message.objects.filter(Q(status=Status.QUEUED) | Q(status=Status.SENDING), batch=batch.pk)
    if not moving.exists():
        states.change(batch.pk, state, State.DONE, at=now, finished_at=now, fault="")


def _mark(rows: Iterable[_Row], state: RowState) -> None:
    ids = [row.pk for row in rows]
    if ids:
        BatchRow.objects.filter(pk__in=ids).update(state=state)


def _is_late(row: _Row, batch: Batch, now: datetime) -> bool:
    limit = earlier(row.expires_at, batch.expires_at)
    return limit is not None and limit <= now
