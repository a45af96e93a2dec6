"""Runs a phone in software on a real line: one thread, one poll, no waking without a reason.

Each turn goes: bytes in, what reached the air into the journal, the cable in or out, bytes out. The journal is
written before the answer, so that a reader killed at any moment finds in it all that it may have been told, and
an SMS whose answer was lost is there too.
"""

from __future__ import annotations

import json
import math
import os
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from recado.emulator.control import ControlClient
from recado.emulator.desk import Desk, DeskSocket
from recado.emulator.endpoints import Endpoint, PtyEndpoint, TcpEndpoint
from recado.emulator.errors import EmulatorStartError, cause_of
from recado.emulator.faults import Faults
from recado.emulator.network import AirSms
from recado.emulator.phone import EmulatedPhone
from recado.emulator.settings import PhoneSettings

# After the cable fails to come back (a folder vanished), try again at this pace, in seconds.
_REOPEN_EVERY: Final = 1.0


class Journal:
    """A JSON Lines file of what reached the air, one line an SMS, whole even if the process is killed."""

    def __init__(self, path: Path) -> None:
        try:
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise EmulatorStartError(f"Não foi possível abrir {path}: {cause_of(error)}.") from error

    def write(self, sms: AirSms) -> None:
        """Append one SMS in a single write."""
        os.write(self._descriptor, json.dumps(sms.as_dict(), ensure_ascii=False).encode() + b"\n")

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


class Server:
    """The loop of one phone. `run` in one thread; `stop` from any thread or from a signal handler."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        settings: PhoneSettings | None = None,
        faults: Faults | None = None,
        control: Path | None = None,
        journal: Path | None = None,
        on_sms: Callable[[AirSms], None] | None = None,
    ) -> None:
        started = datetime.now(UTC) - timedelta(seconds=time.monotonic())
        self.phone: Final = EmulatedPhone(settings, faults, epoch=started)
        self.endpoint: Final = endpoint
        self._on_sms = on_sms
        self._told = 0
        self._reopen_at = float("-inf")
        self._stopping = False
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_write.setblocking(False)
        self._journal: Journal | None = None
        self._desk: DeskSocket | None = None
        try:
            self._journal = Journal(journal) if journal else None
            desk = Desk(self.phone, time.monotonic, link=lambda: endpoint.link, settle=self._turn)
            self._desk = DeskSocket(control, desk) if control else None
            if self.phone.plugged:
                endpoint.open()
        except EmulatorStartError:
            self.close()
            raise

    def run(self) -> None:
        """Serve until `stop`; then let go of link, socket and journal."""
        try:
            while not self._stopping:
                self._turn()
                self._wait()
        finally:
            self.close()

    def stop(self) -> None:
        """Ask the loop to end; safe to repeat, also after the end."""
        self._stopping = True
        with suppress(OSError):
            self._wake_write.send(b"x")

    def close(self) -> None:
        """Let go of everything; safe to repeat."""
        self.endpoint.close()
        if self._desk is not None:
            self._desk.close()
            self._desk = None
        if self._journal is not None:
            self._journal.close()
            self._journal = None
        self._wake_read.close()
        self._wake_write.close()

    def _wait(self) -> None:
        wake = self._wake_read.fileno()
        masks = {wake: select.POLLIN, **self.endpoint.interests()}
        if self._desk is not None:
            masks |= self._desk.interests()
        poll = select.poll()
        for descriptor, mask in masks.items():
            poll.register(descriptor, mask)
        for descriptor, events in poll.poll(self._timeout()):
            if descriptor in self.endpoint.interests():
                self._read(descriptor, events)
            elif self._desk is not None and descriptor != wake:
                self._desk.serve(descriptor, events)

    def _timeout(self) -> int | None:
        """Give poll's timeout in milliseconds, rounded up: waking early would only spin."""
        now = time.monotonic()
        moments = [] if (due := self.phone.next_due()) is None else [due]
        if self._reopen_at > now:
            moments.append(self._reopen_at)
        if not moments:
            return None
        return math.ceil(min(max(0.0, min(moments) - now), 3600.0) * 1000)

    def _read(self, descriptor: int, events: int) -> None:
        data = self.endpoint.take(descriptor, events)
        if data:
            self.phone.feed(data, time.monotonic())
            self._tell()

    def _turn(self) -> None:
        now = time.monotonic()
        data = self.phone.due(now)
        self._tell()
        self._follow_cable(now)
        if data:
            self.endpoint.write(data)

    def _follow_cable(self, now: float) -> None:
        if not self.phone.plugged:
            self.endpoint.close()
        elif now >= self._reopen_at:
            try:
                self.endpoint.open()
            except EmulatorStartError:
                self._reopen_at = now + _REOPEN_EVERY

    def _tell(self) -> None:
        """Journal, then announce, every SMS that reached the air since the last call."""
        for sms in self.phone.on_air_since(self._told):
            self._told = sms.sequence
            if self._journal is not None:
                self._journal.write(sms)
            if self._on_sms is not None:
                self._on_sms(sms)


def serve_pty(
    link: Path,
    *,
    control: Path | None = None,
    journal: Path | None = None,
    settings: PhoneSettings | None = None,
    faults: Faults | None = None,
) -> Server:
    """Make the server of a phone on a pseudo-terminal behind the symbolic link `link`; call `run` on it.

    Raises `EmulatorStartError` (pt-BR) when a path is in use or cannot be written.
    """
    return Server(PtyEndpoint(link), settings=settings, faults=faults, control=control, journal=journal)


def serve_tcp(
    host: str,
    port: int,
    *,
    control: Path | None = None,
    journal: Path | None = None,
    settings: PhoneSettings | None = None,
    faults: Faults | None = None,
) -> Server:
    """Make the server of a phone on a TCP port (0 takes a free one); call `run` on it.

    Raises `EmulatorStartError` (pt-BR).
    """
    return Server(TcpEndpoint(host, port), settings=settings, faults=faults, control=control, journal=journal)


@dataclass(slots=True)
class RunningEmulator:
    """An emulator in a thread of this process: for tests. `link` is what `links.parse_link` reads."""

    server: Server
    control: ControlClient
    control_path: Path
    journal: Path
    _arrived: threading.Condition = field(repr=False)

    @property
    def link(self) -> str:
        """Give the link as Recado writes it: `serial:…` or `tcp:…`."""
        return self.server.endpoint.link

    @property
    def phone(self) -> EmulatedPhone:
        """Give the phone, to read from; command it through `control`, which wakes the loop."""
        return self.server.phone

    @property
    def on_air(self) -> list[AirSms]:
        """Give what reached the air so far, the last 10,000 at least."""
        return list(self.server.phone.on_air)

    def wait_on_air(self, count: int, timeout: float = 60.0) -> list[AirSms]:
        """Wait until `count` SMS reached the air or `timeout` seconds went by; gives what there is."""
        with self._arrived:
            self._arrived.wait_for(lambda: self.server.phone.on_air_total >= count, timeout)
        return self.on_air


@contextmanager
def running(
    folder: Path,
    *,
    settings: PhoneSettings | None = None,
    faults: Faults | None = None,
    tcp: bool = False,
) -> Iterator[RunningEmulator]:
    """Run an emulator in a thread while the block lasts.

    Its files live in `folder`: `phone` (the link), `control`, `journal.jsonl`. With `tcp` it listens on a free
    port of the loopback instead of a pseudo-terminal.
    """
    arrived = threading.Condition()

    def announce(sms: AirSms) -> None:
        with arrived:
            arrived.notify_all()

    control, journal = folder / "control", folder / "journal.jsonl"
    endpoint: Endpoint = TcpEndpoint("127.0.0.1", 0) if tcp else PtyEndpoint(folder / "phone")
    server = Server(endpoint, settings=settings, faults=faults, control=control, journal=journal, on_sms=announce)
    thread = threading.Thread(target=server.run, name="recado-emulator", daemon=True)
    thread.start()
    try:
        yield RunningEmulator(server, ControlClient(control), control, journal, arrived)
    finally:
        server.stop()
        thread.join(timeout=10)
