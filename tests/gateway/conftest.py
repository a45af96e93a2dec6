"""A gateway in a thread, phones in software on real pseudo-terminals, and a queue to fill."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.utils import timezone

from recado.emulator import serve
from recado.emulator.faults import Faults
from recado.emulator.serve import RunningEmulator
from recado.emulator.settings import PhoneSettings
from recado.gateway.supervisor import Supervisor
from recado.outbox.enqueue import Event, enqueue
from recado.outbox.models import Message
from recado.phones.models import Phone
from tests.links.conftest import bluez, bus  # noqa: F401 - the fixtures

PATIENCE = 60.0
# Without delivery reports a message that went out stays "sent".
QUIET = PhoneSettings(report_delay=3600.0)


def until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until `true()` holds; fails with its last value after `seconds`."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not (value := true()):
        assert time.monotonic() < deadline, f"still {value!r} after {seconds} s"
        pause.wait(0.01)


@dataclass
class Scene:
    """Phones, and the gateway that serves them once `start` was called."""

    folder: Path
    stack: ExitStack
    emulators: dict[str, RunningEmulator] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def add_phone(
        self,
        name: str = "Aparelho 1",
        *,
        pace: float = 0.0,
        settings: PhoneSettings | None = None,
        faults: dict[str, object] | None = None,
    ) -> tuple[Phone, RunningEmulator]:
        folder = self.folder / name.replace(" ", "-")
        folder.mkdir()
        switched = Faults()
        for fault, value in (faults or {}).items():
            switched.set(fault, value)
        emulator = self.stack.enter_context(serve.running(folder, settings=settings or QUIET, faults=switched))
        self.emulators[name] = emulator
        return Phone.objects.create(name=name, link=emulator.link, pace_seconds=pace), emulator

    def start(self) -> None:
        self.stop.clear()
        self.thread = threading.Thread(target=Supervisor().run, args=(self.stop,), daemon=True)
        self.thread.start()

    def end(self) -> None:
        self.stop.set()
        if self.thread is not None:
            self.thread.join(PATIENCE)
            assert not self.thread.is_alive()
            self.thread = None


@pytest.fixture
def scene(tmp_path: Path, transactional_db: None, empty_run_folder: None) -> Iterator[Scene]:
    with ExitStack() as stack:
        here = Scene(tmp_path, stack)
        yield here
        here.end()


def queue(
    number: str = "+5581900000012", text: str = "Protocolo 20261000000012.", *, key: str | None = None
) -> Message:
    """One free text in the queue."""
    made = enqueue(
        Event(6, number, key or f"test:{timezone.now().timestamp()}:{number}", values={"TEXTO": text}),
        now=timezone.now(),
    )
    assert made is not None
    return made


def fresh(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)
