"""Figures of batches: a million rows read and queued, the memory that takes, and how long an RA's SMS waits meanwhile.

The jobs, the gateway and a phone at the real pace of 7 s run as they do in production. An RA is opened again and again,
first while the rows are read, then while the batch is on its way, and last with the whole million in the queue at once,
which Recado itself never does: there the window is lifted, to show that even so no RA waits longer.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.scene import Say, Scene, cpu_seconds, until

ROWS = int(os.environ.get("BENCH_BATCH_ROWS", "1000000"))
PACE = 7.0
_BAD_EVERY = 1000
_APART = 1.3
_IN_TIME = f"under one interval of {PACE:g} s"


def batches(scene: Scene, say: Say) -> None:
    """Rows a second, memory, and the wait of an RA beside it."""
    from recado.phones.models import Phone

    emulator = scene.emulator()
    Phone.objects.create(name="Aparelho 1", link=emulator.link, pace_seconds=PACE)
    batch_id = _draft(scene.home / "rows.csv")
    requests = _Requests(lambda number: any(sms.number.endswith(number) for sms in emulator.on_air))
    with scene.process("gateway"), scene.process("jobs") as jobs:
        requests.open_one()
        read = _read(batch_id, requests, jobs.pid, say)
        _send(batch_id, requests, say)
        say(f"jobs' highest memory {_highest_mib(jobs.pid):.0f} MiB", "does not grow with the rows")
        _queue_all(batch_id, requests, read, say)


def _read(batch_id: int, requests: _Requests, jobs: int, say: Say) -> float:
    """Have the jobs read the table, with RAs beside; give the seconds that it took."""
    from django.utils import timezone

    from recado.batches import decisions
    from recado.batches.models import Batch, State

    before = cpu_seconds(jobs)
    decisions.begin_reading(batch_id, actor="bench", now=timezone.now())
    while Batch.objects.filter(pk=batch_id, state=State.READING).exists():
        requests.open_one()
    cpu = cpu_seconds(jobs) - before
    found = Batch.objects.get(pk=batch_id)
    times = dict(found.changes.values_list("after", "at"))
    seconds = (times[State.READ] - times[State.READING]).total_seconds()
    assert (found.state, found.rows_read) == (State.READ, ROWS), found.fault
    say(f"read {ROWS:,} rows in {seconds:.0f} s, {ROWS / seconds:,.0f} rows/s, {cpu:.0f} CPU s", "printed")
    say(f"{found.ready:,} ready, {found.invalid:,} with problems, each with its line", "every row accounted for")
    say(f"an RA's SMS while rows are read: {requests.told()}", _IN_TIME)
    return seconds


def _send(batch_id: int, requests: _Requests, say: Say) -> None:
    """Let it go out as Recado does, a window at a time."""
    from django.utils import timezone

    from recado.batches import decisions

    began = time.monotonic()
    decisions.send(batch_id, actor="bench", now=timezone.now(), approval=False)
    until(lambda: _queued(batch_id) >= 100, 60)
    say(f"on its way {time.monotonic() - began:.1f} s after the button", "printed")
    for _ in range(3):
        requests.open_one()
    say(f"an RA's SMS while the batch goes out: {requests.told()}", _IN_TIME)


def _queue_all(batch_id: int, requests: _Requests, read: float, say: Say) -> None:
    """Lift the window: all rows at once."""
    from django.utils import timezone

    from recado.batches.feeding import feed_some

    took: list[float] = []

    def lift() -> None:
        began = time.monotonic()
        feed_some(timezone.now(), window=2 * ROWS)
        took.append(time.monotonic() - began)

    lifting = threading.Thread(target=lift)
    used = time.process_time()
    lifting.start()
    while lifting.is_alive():
        requests.open_one()
    used = time.process_time() - used
    told = f"{_queued(batch_id):,} messages in the queue after {took[0]:.0f} s, {used:.0f} CPU s"
    say(f"window lifted: {told}; with the reading {read + took[0]:.0f} s", "read and queued within 120 s")
    say(f"an RA's SMS meanwhile: {requests.told()}", _IN_TIME)
    for _ in range(3):
        requests.open_one()
    say(f"an RA's SMS with all of them queued: {requests.told()}", _IN_TIME)


def _queued(batch_id: int) -> int:
    from recado.outbox.models import Message, Status

    return Message.objects.filter(batch=batch_id, status=Status.QUEUED).count()


class _Requests:
    """Opens RAs one after the other, and notes how long each commit and each SMS took."""

    def __init__(self, is_on_air: Callable[[str], bool]) -> None:
        self._is_on_air = is_on_air
        self._count = 0
        self._commits: list[float] = []
        self._waits: list[float] = []

    def open_one(self) -> None:
        """Open an RA, and wait for its SMS."""
        from recado.service_requests.models import Channel, Subtype
        from recado.service_requests.operations import NewRequester, open_service_request

        # Not on the heels of the last one, whose interval it would have to wait out.
        time.sleep(_APART)
        self._count += 1
        number = f"98{self._count:07d}"
        began = time.monotonic()
        open_service_request(
            subtype=Subtype.objects.all()[0],
            channel=Channel.objects.all()[0],
            requester=NewRequester(name="Pessoa Fictícia", mobile=f"+5511{number}"),
        )
        committed = time.monotonic()
        until(lambda: self._is_on_air(number), 120)
        self._commits.append(committed - began)
        self._waits.append(time.monotonic() - committed)

    def told(self) -> str:
        """The longest of those since the last time it was told."""
        count, wait, commit = len(self._waits), max(self._waits, default=0.0), max(self._commits, default=0.0)
        self._waits, self._commits = [], []
        return f"{wait:.2f} s at most, its commit {1000 * commit:.0f} ms at most ({count} RAs)"


def _draft(path: Path) -> int:
    from django.utils import timezone

    from recado.batches import drafting
    from recado.batches.models import Batch

    with path.open("w", encoding="utf-8") as file:
        file.write("celular;nome;valor\n")
        for row in range(ROWS):
            number = "8133334444" if row % _BAD_EVERY == 7 else f"(81) 9{row // 10_000:04d}-{row % 10_000:04d}"
            file.write(f"{number};Pessoa {row};{row % 900},00\n")
    made = drafting.from_file(path, path.name, author="bench", key="bench", now=timezone.now())
    text = "{EMPRESA}: {NOME}, sua conta de R$ {VALOR} vence amanhã. Dúvidas: {TELEFONE}."
    Batch.objects.filter(pk=made.pk).update(template=text)
    return made.pk


def _highest_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024
