"""What the triggers of `reports` cost: processor time with them and without, of the program and of the database.

Both ways in turn, and the least of some rounds of each: whatever else the machine does only adds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from bench.scene import Say, Scene, cpu_seconds

KNOWN_DAYS = 365
MANY, AT_ONCE = 6_000, 500
ONE_BY_ONE = 300
ROUNDS = 5
_HOLDER = "bench"


def triggers(_: Scene, say: Say) -> None:
    """Messages queued at once, and queued, sent and ended one by one."""
    from django.utils import timezone

    from recado.outbox.models import Status
    from recado.reports.touching import watch_messages

    now = timezone.now()
    phone = _ready(now)
    work: dict[str, tuple[int, Callable[[int], None]]] = {
        f"a batch's rows queued {AT_ONCE} at a time": (MANY, lambda first: _queue_many(first, now)),
        "one message queued, sent and ended": (ONE_BY_ONE, lambda first: _send(first, phone, now)),
        "one statement that changes many messages": (
            MANY,
            lambda _: _change_all(Status.EXPIRED, Status.CANCELLED),
        ),
    }
    for number, (name, (count, do)) in enumerate(work.items()):
        least = {True: float("inf"), False: float("inf")}
        for turn in range(2 * ROUNDS):
            watched = turn % 2 == 0
            watch_messages() if watched else _unwatch()
            least[watched] = min(least[watched], _cpu(do, (number * 100 + turn) * MANY))
        micro = {way: 1e6 * seconds / count for way, seconds in least.items()}
        share = 100 * (micro[True] / micro[False] - 1)
        say(f"{name}: {micro[True]:.0f} µs of CPU, {micro[False]:.0f} without triggers, {share:+.1f} %", "below 10 %")


def _cpu(do: Callable[[int], None], first: int) -> float:
    """The seconds of processor that this process and its connection's server process take."""
    from django.db import connection

    connection.ensure_connection()
    server = connection.connection.info.backend_pid if connection.vendor == "postgresql" else None
    before = time.process_time() + (cpu_seconds(server) if server else 0)
    do(first)
    return time.process_time() + (cpu_seconds(server) if server else 0) - before


def _ready(now: datetime) -> object:
    """A phone of ours, and a year of days that are known."""
    from django.utils import timezone

    from recado.outbox.queries import day_span
    from recado.phones.models import Phone
    from recado.reports.models import CountedDay

    for number in range(1, KNOWN_DAYS + 1):
        day = timezone.localdate(now) - timedelta(days=number)
        starts, ends = day_span(day, day)
        CountedDay.objects.create(day=day, starts=starts, ends=ends, known_since=now)
    held = now + timedelta(days=1)
    return Phone.objects.create(name="Aparelho 1", link="tcp:127.0.0.1:1", holder=_HOLDER, held_until=held)


def _unwatch() -> None:
    from django.db import connection

    from recado.reports.touching import TABLE

    on_table = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for event in ("insert", "update", "delete"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_touch_{event}{on_table}")


def _queue_many(first: int, now: datetime) -> None:
    from django.db import transaction

    from recado.outbox.enqueue_many import Ready, enqueue_many
    from recado.outbox.models import MessageType

    kind = MessageType.objects.order_by("pk")[0]
    for start in range(first, first + MANY, AT_ONCE):
        lot = [
            Ready(f"+55819{n % 10**8:08d}", "Texto fictício.", f"bench:many:{n}") for n in range(start, start + AT_ONCE)
        ]
        with transaction.atomic():
            enqueue_many(lot, kind, batch=1, actor="bench", note="", now=now)


def _send(first: int, phone: object, now: datetime) -> None:
    from tests.support.outbox import ACCEPTED, queue_message

    from recado.outbox import claims
    from recado.outbox.models import Message, Status

    Message.objects.filter(status=Status.QUEUED).update(status=Status.CANCELLED)
    for number in range(first, first + ONE_BY_ONE):
        queue_message(at=now, key=f"bench:one:{number}")
        claimed = claims.claim_next(phone, _HOLDER, now)
        assert claimed is not None
        claims.finish(claimed, ACCEPTED, now)


def _change_all(*statuses: str) -> None:
    from recado.outbox.models import Message

    first = Message.objects.order_by("pk").values_list("pk", flat=True)[0]
    for status in statuses:
        Message.objects.filter(pk__gte=first, pk__lt=first + MANY // 2).update(status=status)
