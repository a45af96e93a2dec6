"""Figures of many phones on one host, and of what the gateway adds to a phone's own time."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from bench.scene import Say, Scene, cpu_seconds, resident_mib, until

PHONES = 32
LATENCY = 0.5
FLEET_SECONDS = 20
IDEAL = PHONES / LATENCY
OVERHEAD = ((0.0, 3000), (0.5, 60), (7.0, 6))
"""Latency of the phone in seconds, and how many messages are measured at it."""

_numbers = count()


def fleet(scene: Scene, say: Say) -> None:
    """32 phones of 0.5 s on one queue; then the same with one that floods chatter and one that hangs."""
    from recado.phones.models import Phone

    with emulators(scene.home, PHONES, LATENCY) as links:
        Phone.objects.create(name="Aparelho 0", link=links[0], pace_seconds=0.0)
        with scene.process("gateway") as gateway:
            _ready(1)
            alone = resident_mib(gateway.pid)
            Phone.objects.bulk_create(
                Phone(name=f"Aparelho {number}", link=link, pace_seconds=0.0)
                for number, link in enumerate(links[1:], start=1)
            )
            _ready(PHONES)
            rate, cpu = _rate(gateway.pid, round(IDEAL * FLEET_SECONDS))
            each = (resident_mib(gateway.pid) - alone) / (PHONES - 1)
            say(f"{rate:.1f} messages/s of {IDEAL:.0f}: {100 * rate / IDEAL:.1f} %", "at least 95 %")
            say(f"{1000 * cpu:.2f} CPU s for 1,000 messages", "peers 1.1 to 9")
            say(f"{each:.2f} MiB for each further phone, {alone:.0f} MiB with one", "printed")
            say(f"per phone: {_shares()}", "even")
            ill = _make_ill(scene.home)
            ideal = (PHONES - ill) / LATENCY
            rate, _ = _rate(gateway.pid, round(ideal * FLEET_SECONDS))
            say(f"with {ill} phones ill: {rate:.1f} messages/s of {ideal:.0f}: {100 * rate / ideal:.1f} %", "95 %")


def overhead(scene: Scene, say: Say) -> None:
    """Time between two sends beyond the phone's own, one phone, zero pace."""
    from recado.phones.models import Phone

    for turn, (latency, messages) in enumerate(OVERHEAD):
        folder = scene.home / f"latency-{turn}"
        folder.mkdir()
        with emulators(folder, 1, latency) as (link,):
            phone = Phone.objects.create(name="Aparelho 1", link=link, pace_seconds=0.0)
            with scene.process("gateway") as gateway:
                _ready(1)
                begun = _accepted()
                _fill(messages + 1)
                rate, cpu = _drain(gateway.pid, messages, begun)
                say(
                    f"{latency:g} s: {1000 * (1 / rate - latency):.1f} ms beyond the phone's own time,"
                    f" {1000 * cpu:.2f} CPU s for 1,000, {resident_mib(gateway.pid):.0f} MiB",
                    "at most 10 ms",
                )
            phone.delete()


@contextmanager
def emulators(folder: Path, number: int, latency: float) -> Iterator[list[str]]:
    """Phones in software in another process; gives their links."""
    command = [sys.executable, "-m", "bench.emulators", str(folder), str(number), str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.readline()
        yield [f"serial:{folder / f'phone-{place}'}" for place in range(number)]
        running.communicate()


def _rate(gateway: int, messages: int) -> tuple[float, float]:
    """Messages a second and CPU seconds a message, start and end of the queue left out."""
    begun = _accepted()
    _fill(messages + 4 * PHONES)
    return _drain(gateway, messages, begun)


def _drain(gateway: int, messages: int, begun: int) -> tuple[float, float]:
    """Measure while `messages` beyond the `begun` go out; the first warm up, and the last phones are never idle."""
    warm = begun + (2 * PHONES if messages > 2 * PHONES else 0)
    until(lambda: _accepted() > warm, 120)
    first, before, started = _accepted(), cpu_seconds(gateway), time.monotonic()
    goal = begun + messages
    while (last := _accepted()) < goal:
        time.sleep(0.25 if goal - last > 500 else 0.005)
    seconds, cpu = time.monotonic() - started, cpu_seconds(gateway) - before
    until(lambda: not _waiting(), 60)
    return (last - first) / seconds, cpu / (last - first)


def _accepted() -> int:
    """Tries that the network took, since the beginning."""
    from recado.outbox.models import Attempt, AttemptResult

    return Attempt.objects.filter(result=AttemptResult.ACCEPTED).count()


def _fill(messages: int) -> None:
    from django.db import transaction
    from django.utils import timezone

    from recado.outbox.enqueue import Event, enqueue

    with transaction.atomic():
        for _ in range(messages):
            number = next(_numbers)
            values = {"TEXTO": f"Protocolo 2026{number:010d}."}
            enqueue(Event(6, f"+55819{10_000_000 + number}", f"bench:{number}", values=values), now=timezone.now())


def _waiting() -> bool:
    from recado.outbox.models import Message, Status

    return Message.objects.filter(status__in=(Status.QUEUED, Status.SENDING)).exists()


def _ready(number: int) -> None:
    from recado.phones.models import Condition, Phone

    until(lambda: Phone.objects.filter(condition=Condition.READY).count() >= number, 120)


def _shares() -> str:
    from django.db.models import Count

    from recado.outbox.models import Attempt

    counts = sorted(Attempt.objects.order_by().values("phone").annotate(n=Count("pk")).values_list("n", flat=True))
    return f"{counts[0]} to {counts[-1]} sends"


def _make_ill(folder: Path) -> int:
    """One phone floods chatter, another answers nothing any more; gives how many no longer count."""
    from recado.emulator.control import ControlClient

    ControlClient(folder / "phone-0.control").set_fault("chatter", 0.02)
    ControlClient(folder / "phone-1.control").set_fault("hang", True)
    time.sleep(2)
    return 2
