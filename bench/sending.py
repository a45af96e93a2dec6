"""Figures of the gateway: throughput, pace, latency of an idle queue, processor and memory."""

from __future__ import annotations

import itertools
import time

from bench.scene import Say, Scene, cpu_seconds, percentile, resident_mib, until

MESSAGES = 1500
PACED = 15
IDLE_EVENTS = 100
IDLE_SECONDS = 20.0


def throughput(scene: Scene, say: Say) -> None:
    """Messages a second end to end on a phone of zero latency, durable settings, one phone."""
    from django.db import transaction

    from recado.outbox.models import SENT_GROUP, Message

    emulator = scene.emulator()
    _phone(emulator.link, pace=0.0)
    with transaction.atomic():
        for number in range(MESSAGES):
            _open(number)
    with scene.process("gateway") as gateway:
        until(lambda: len(emulator.on_air) >= 1, 60)
        before, started = cpu_seconds(gateway.pid), time.monotonic()
        begun = len(emulator.on_air)
        until(lambda: Message.objects.filter(status__in=SENT_GROUP).count() == MESSAGES, 300)
        seconds, cpu = time.monotonic() - started, cpu_seconds(gateway.pid) - before
        sent = MESSAGES - begun
        say(f"{sent / seconds:.0f} messages/s ({sent} in {seconds:.1f} s)", "at least 100")
        say(f"{1000 * cpu / sent:.2f} CPU s for 1,000 messages", "peers 1.1 to 9")
        say(f"gateway resident memory {resident_mib(gateway.pid):.0f} MiB", "printed")
    assert len(emulator.on_air) == MESSAGES


def pace(scene: Scene, say: Say) -> None:
    """Start-to-start interval at 7 s."""
    emulator = scene.emulator(latency=2.0)
    _phone(emulator.link, pace=7.0)
    for number in range(PACED):
        _open(number)
    with scene.process("gateway"):
        until(lambda: len(emulator.on_air) >= PACED, PACED * 8.0 + 60)
    gaps = [after - before for before, after in itertools.pairwise(scene.command_starts)]
    errors = [abs(gap - 7.0) * 1000 for gap in gaps]
    text = f"{len(gaps)} intervals, off 7 s by {percentile(errors, 0.99):.1f} ms (p99), shortest {min(gaps):.4f} s"
    say(text, "within 50 ms")


def latency(scene: Scene, say: Say) -> None:
    """From the commit of the RA to the first byte of AT+CMGS, with an idle queue; and what idling costs."""
    emulator = scene.emulator()
    _phone(emulator.link, pace=0.0)
    with scene.process("gateway") as gateway:
        _open(0)
        until(lambda: scene.command_starts, 60)
        waits = []
        for number in range(1, IDLE_EVENTS + 1):
            until(lambda number=number: len(emulator.on_air) == number, 10)
            time.sleep(0.05)
            _open(number)
            committed = time.monotonic()
            until(lambda number=number: len(scene.command_starts) > number, 10)
            waits.append((scene.command_starts[number] - committed) * 1000)
        say(
            f"commit to AT+CMGS {percentile(waits, 0.5):.1f} ms (p50), {percentile(waits, 0.95):.1f} ms (p95)",
            "50 ms p95",
        )
        before = cpu_seconds(gateway.pid)
        time.sleep(IDLE_SECONDS)
        share = 100 * (cpu_seconds(gateway.pid) - before) / IDLE_SECONDS
        say(f"idle gateway uses {share:.2f} % of one core", "no polling")


def _phone(link: str, *, pace: float) -> None:
    from recado.phones.models import Phone

    Phone.objects.create(name="Aparelho 1", link=link, pace_seconds=pace)


def _open(number: int) -> None:
    from recado.service_requests.models import Channel, Subtype
    from recado.service_requests.operations import NewRequester, open_service_request

    open_service_request(
        subtype=Subtype.objects.all()[0],
        channel=Channel.objects.all()[0],
        requester=NewRequester(name="Pessoa Fictícia", mobile=f"+55819{number:08d}"),
    )
