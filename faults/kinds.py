"""The faults, one function each: it strikes, waits for the strike to have happened, and returns; repair comes after."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from faults.desk import Desk
from faults.gateway import SEND_DEADLINE
from faults.moments import Moment, Tap
from faults.story import Story, set_clock, until

STRIKE_SECONDS = 12.0


def kill_at(moment: Moment) -> Callable[[Story], None]:
    """kill -9 of the gateway at `moment` of one of its sends, then a new gateway."""

    def play(story: Story) -> None:
        story.set_up()
        gateway = story.start_gateway()
        _strike(story, moment, lambda: os.kill(gateway.pid, signal.SIGKILL))
        story.kill(gateway)

    return play


def kill_between_parts(story: Story) -> None:
    """kill -9 after the first part of a message was written down, in the wait for the pace."""
    story.set_up(pace=0.3)
    gateway = story.start_gateway()
    until(lambda: any(sms.concat_total > 1 for sms in story.emulator.on_air), STRIKE_SECONDS)
    time.sleep(story.chance.uniform(0.05, 0.25))
    story.kill(gateway)


def kill_any_time(story: Story) -> None:
    """kill -9 at three moments that nobody chose."""
    story.set_up()
    for _ in range(3):
        gateway = story.start_gateway()
        time.sleep(story.chance.uniform(0.3, 2.5))
        story.kill(gateway)


def pull_cable_at(moment: Moment) -> Callable[[Story], None]:
    """The cable comes out at `moment`, and goes in again."""

    def play(story: Story) -> None:
        story.set_up()
        story.start_gateway()
        # The tap runs in the phone's own loop: pulling there and then is what a hand does to a cable.
        _strike(story, moment, lambda: story.emulator.phone.faults.set("unplugged", True))
        time.sleep(story.chance.uniform(0.0, 0.5))

    return play


def fault(name: str, value: object = True, *, reports: bool = True, times: int = 1) -> Callable[[Story], None]:
    """The phone's own fault `name`, `times` times from some send on."""

    def play(story: Story) -> None:
        story.set_up(reports=reports)
        story.start_gateway()
        sent_before = story.chance.randint(0, 3)
        until(lambda: len(story.emulator.on_air) >= sent_before, STRIKE_SECONDS)
        options = {"value": value, "times": times} if times else value
        story.emulator.control.set_fault(name, options)
        time.sleep(story.chance.uniform(1.0, 2.0) * SEND_DEADLINE)

    return play


def reboot_at(moment: Moment) -> Callable[[Story], None]:
    """The phone restarts at `moment` and is silent for a second."""

    def play(story: Story) -> None:
        story.set_up()
        story.start_gateway()
        _strike(story, moment, lambda: story.emulator.phone.faults.set("reboot", 1.0))
        time.sleep(1.5)

    return play


def two_gateways(story: Story) -> None:
    """Two gateways on one phone, then one of them killed."""
    story.set_up(pace=0.1)
    first = story.start_gateway()
    second = story.start_gateway()
    time.sleep(story.chance.uniform(1.0, 3.0))
    story.kill(story.chance.choice([first, second]))


def suspended(story: Story) -> None:
    """The gateway is stopped in its tracks for longer than its lease; another takes over; then the first wakes."""
    story.set_up(pace=0.1)
    first = story.start_gateway()
    until(lambda: len(story.emulator.on_air) >= story.chance.randint(1, 3), STRIKE_SECONDS)
    first.send_signal(signal.SIGSTOP)
    story.start_gateway()
    time.sleep(story.chance.uniform(3.5, 5.0))
    first.send_signal(signal.SIGCONT)
    time.sleep(1.0)


def clock_jump(story: Story) -> None:
    """The clock is set hours forward or back in the middle of sending, and later put right."""
    story.set_up(pace=0.1)
    story.start_gateway()
    until(lambda: len(story.emulator.on_air) >= 1, STRIKE_SECONDS)
    set_clock(story.home, story.chance.choice([-86400.0, -3600.0, 3600.0, 86400.0]))
    time.sleep(story.chance.uniform(0.5, 2.0))
    set_clock(story.home, 0.0)


def full_disk(story: Story) -> None:
    """The database can grow no more, for a while: SQLite says "database or disk is full" to every process."""
    story.set_up(pace=0.05)
    story.start_gateway()
    until(lambda: len(story.emulator.on_air) >= story.chance.randint(0, 2), STRIKE_SECONDS)
    ballast = _fill(story.home)
    try:
        time.sleep(story.chance.uniform(1.0, 3.0))
    finally:
        ballast.unlink()


def web_killed(story: Story) -> None:
    """kill -9 of every process of the web in the middle of requests: an RA whose protocol was shown has its message."""
    story.set_up()
    story.start_gateway()
    desk = Desk(story)
    desk.open_until_killed(story.chance.uniform(0.3, 1.5))
    story.account.lost += desk.lost()


def postgresql_killed(story: Story) -> None:
    """The database server goes down without a word, twice, and comes back."""
    story.set_up(pace=0.05)
    story.start_gateway()
    from django.db import connection

    assert story.cluster is not None
    for _ in range(2):
        time.sleep(story.chance.uniform(0.3, 2.0))
        story.cluster.crash()
        time.sleep(story.chance.uniform(0.2, 1.5))
        story.cluster.launch()
    # The story's own connection broke with the server's.
    connection.close()


def _fill(folder: Path) -> Path:
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return ballast


def _strike(story: Story, moment: Moment, act: Callable[[], object]) -> None:
    struck = threading.Event()

    def strike() -> None:
        act()
        struck.set()

    tap = Tap(story.emulator.phone, moment, story.chance.randint(1, 5), strike)
    if not struck.wait(STRIKE_SECONDS):
        tap.disarm()
        story.account.notes.append("the fault did not strike")


KINDS: dict[str, Callable[[Story], None]] = {
    **{f"gateway killed {moment}": kill_at(moment) for moment in Moment},
    "gateway killed between two parts": kill_between_parts,
    "gateway killed at any time, three times": kill_any_time,
    **{f"cable pulled {moment}": pull_cable_at(moment) for moment in Moment},
    "answer lost, with receipts": fault("mute_after_submit"),
    "answer lost, without receipts": fault("mute_after_submit", reports=False),
    "SMS lost in the phone, no answer": fault("lost_before_air"),
    "ERROR although accepted (500), with receipts": fault("error_though_sent", 500),
    "bare OK, on the air, with receipts": fault("bare_ok", "on_air"),
    "bare OK, not on the air": fault("bare_ok", "not_on_air", reports=False),
    "answer later than the deadline": fault("late_answer", SEND_DEADLINE + 0.7, reports=False),
    "line drops after Ctrl-Z, on the air": fault("drop_after_submit", "on_air"),
    "line drops after Ctrl-Z, not on the air": fault("drop_after_submit", "not_on_air", reports=False),
    "phone hangs": fault("hang", times=0),
    "no prompt": fault("no_prompt", times=0),
    "transient errors": fault("reject", 42, times=3),
    **{f"phone restarts {moment}": reboot_at(moment) for moment in Moment},
    "two gateways on one phone": two_gateways,
    "gateway suspended beyond its lease": suspended,
    "clock set forward or back": clock_jump,
    "web killed": web_killed,
}

# Need a file system of their own, or a server of their own.
ON_POSTGRESQL: dict[str, Callable[[Story], None]] = {"PostgreSQL killed": postgresql_killed}
ON_SMALL_DISK: dict[str, Callable[[Story], None]] = {"disk full": full_disk}
