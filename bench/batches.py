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


def batches(scene: Scene, say: Say) -> None:
    """Rows a second, memory, and the wait of an RA beside it."""
    from django.utils import timezone

    from recado.batches import decisions
    from recado.batches.feeding import feed_some
    from recado.batches.models import Batch, State
    from recado.outbox.models import Message, Status
    from recado.phones.models import Phone

    emulator = scene.emulator()
    Phone.objects.create(name="Aparelho 1", link=emulator.link, pace_seconds=PACE)
    batch_id = _draft(scene.home / "rows.csv")
    requests = _Requests(lambda number: any(sms.number.endswith(number) for sms in emulator.on_air))

    def state() -> State:
        return State(Batch.objects.values_list("state", flat=True).get(pk=batch_id))

    with scene.process("gateway"), scene.process("jobs") as jobs:
        requests.open_one()
        before = cpu_seconds(jobs.pid)
        decisions.begin_reading(batch_id, actor="bench", now=timezone.now())
        while state() is State.READING:
            requests.open_one()
        cpu = cpu_seconds(jobs.pid) - before
        found = Batch.objects.get(pk=batch_id)
        times = dict(found.changes.values_list("after", "at"))
        read = (times[State.READ] - times[State.READING]).total_seconds()
        assert (found.state, found.rows_read) == (State.READ, ROWS), found.fault
        rate = f"{ROWS / read:,.0f} rows/s, {cpu:.0f} CPU s"
        say(f"read {ROWS:,} rows in {read:.0f} s, {rate}", "printed")
        say(f"{found.ready:,} ready, {found.invalid:,} with problems, each with its line", "every row accounted for")
        began = time.monotonic()
        decisions.send(batch_id, actor="bench", now=timezone.now(), approval=False)
        until(lambda: Message.objects.filter(batch=batch_id, status=Status.QUEUED).count() >= 100, 60)
        say(f"on its way {time.monotonic() - began:.1f} s after the button", "printed")
        say(f"an RA's SMS while rows are read: {requests.told()}", f"under one interval of {PACE:g} s")
        for _ in range(3):
            requests.open_one()
        say(f"an RA's SMS while the batch goes out: {requests.told()}", f"under one interval of {PACE:g} s")
        say(f"jobs' highest memory {_highest_mib(jobs.pid):.0f} MiB", "does not grow with the rows")
        lifting = threading.Thread(target=lambda: feed_some(timezone.now(), window=2 * ROWS))
        began, used = time.monotonic(), time.process_time()
        lifting.start()
        while lifting.is_alive():
            requests.open_one()
        lifted, used = time.monotonic() - began, time.process_time() - used
        waiting = Message.objects.filter(batch=batch_id, status=Status.QUEUED).count()
        say(
            f"window lifted: {waiting:,} messages in the queue after at most {lifted:.0f} s, {used:.0f} CPU s; "
            f"with the reading {read + lifted:.0f} s",
            "read and queued within 120 s",
        )
        say(f"an RA's SMS meanwhile: {requests.told()}", f"under one interval of {PACE:g} s")
        for _ in range(3):
            requests.open_one()
        say(f"an RA's SMS with all of them queued: {requests.told()}", f"under one interval of {PACE:g} s")


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
