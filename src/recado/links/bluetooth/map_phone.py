"""An Android phone by MAP: nothing is installed on it; it takes a whole text, cuts and sends it itself.

What a push can end in: the phone took it (`HandedOver`: the network is not known to have it); it refused, and the
session still lives; nothing had begun (`PhoneDown`); or its end was not seen, and then nobody knows (`Unknown`).
Like an AT line it belongs to a phone that a person paired: an unpaired one is never connected, for obexd would pair.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from select import select
from typing import Any, TypeVar

from recado.gsm.causes import Cause, Verdict
from recado.links.bluetooth import map_refusals
from recado.links.bluetooth.bluez import DEVICE, DIAL_UP, MESSAGE_ACCESS, SERIAL_PORT, SERVICE, Device, look
from recado.links.bluetooth.bmessage import SMS_TYPES, BMessageError, read_bmessage, write_sms
from recado.links.bluetooth.bus import NO_ANSWER, NO_BUS, Bus, BusRefusal, system_bus_address
from recado.links.bluetooth.map_events import Listed, MapEvent, Received
from recado.links.bluetooth.map_session import COMPLETE, CONNECT_TIMEOUT, ERROR, LATE, MapSession
from recado.links.bluetooth.obex import Obex
from recado.links.bluetooth.paired import find_paired
from recado.links.link import MapLink
from recado.links.machine import THIS_MACHINE, Machine
from recado.modem.errors import LinkDown
from recado.modem.outcome import HandedOver, Outcome, PhoneDown, Rejected, SendStep, Unknown

T = TypeVar("T")

SEND_TIMEOUT = 180.0
REFUSAL_TIME = 8.0
"""Seconds. A phone refuses at once. obexd gives up by itself after 10 s, and calls that an error too."""
_PATIENCE = CONNECT_TIMEOUT + 60.0
"""Seconds for anything but a push; every single call has its own, shorter time."""
_PUSH_MARGIN = 60.0

_NOT_SEEN = "A ligação Bluetooth caiu enquanto o SMS era entregue ao aparelho."
_NOT_IN_TIME = "O aparelho não confirmou a tempo que recebeu o SMS."
_REFUSED = "O aparelho recusou o SMS. Confira se ele foi desbloqueado, se tem chip e se permite o acesso a mensagens."
_NOT_WRITABLE = "O texto não pode seguir por este aparelho."


class MapRadio:
    """What the phones of one process share: obexd, BlueZ, and who has which phone."""

    def __init__(self, obex: Obex | None = None, system: Bus | None = None, machine: Machine = THIS_MACHINE) -> None:
        self.obex = obex or Obex()
        self.system = system or Bus(system_bus_address)
        self._machine = machine
        self._lock = threading.Lock()
        self._taken: set[str] = set()

    def open(self, link: MapLink, send_timeout: float = SEND_TIMEOUT) -> MapPhone:
        """Connect to the phone. Raises `LinkDown` with reason and advice in pt-BR."""
        with self._lock:
            if link.address in self._taken:
                raise map_refusals.in_use(link.address)
            self._taken.add(link.address)
        phone = MapPhone(link, self, send_timeout)
        try:
            phone.connect()
        except BaseException:
            phone.close()
            raise
        return phone

    def give_back(self, address: str) -> None:
        """The phone is closed."""
        with self._lock:
            self._taken.discard(address)

    def close(self) -> None:
        """End obexd and the connection to BlueZ. For tests and short commands; a gateway keeps them for life."""
        self.obex.close()
        self.system.close()

    async def device(self, address: str) -> tuple[Device, str]:
        """The paired phone with message access, and its adapter's address. Raises `LinkDown` or `BusRefusal`."""
        snapshot = await look(self.system)
        device = find_paired(snapshot, address, self._machine)
        if MESSAGE_ACCESS not in device.uuids:
            raise map_refusals.no_messages(address, has_line=SERIAL_PORT in device.uuids or DIAL_UP in device.uuids)
        adapter = snapshot.adapter(device.adapter)
        return device, adapter.address if adapter else ""

    async def is_connected(self, device: Device) -> bool:
        """Whether there is a radio link to the phone now, or was a moment ago."""
        try:
            body = [DEVICE, "Connected"]
            (value,) = await self.system.call(
                SERVICE, device.path, "org.freedesktop.DBus.Properties", "Get", "ss", body
            )
        except BusRefusal:
            return False
        return bool(value.value)


class MapPhone:
    """One connected phone. Used from one thread."""

    def __init__(self, link: MapLink, radio: MapRadio, send_timeout: float) -> None:
        self._link = link
        self._radio = radio
        self._send_timeout = send_timeout
        self._session: MapSession | None = None
        self._events: deque[MapEvent] = deque()
        self._told = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._closed = False
        self.model = ""

    @property
    def name(self) -> str:
        """The link as it was written down."""
        return str(self._link)

    def connect(self) -> None:
        """Find the phone and open a session with it. Raises `LinkDown`."""
        try:
            device, adapter = self._radio.system.run(self._radio.device(self._link.address), _PATIENCE)
        except BusRefusal as refusal:
            raise self._explained(refusal) from refusal
        self.model = device.name
        try:
            self._radio.obex.bus.run(self._open(adapter), _PATIENCE)
        except BusRefusal as refusal:
            connected = self._radio.system.run(self._radio.is_connected(device), _PATIENCE)
            raise self._explained(refusal, connected=connected) from refusal

    def push(self, number: str, text: str, on_step: Callable[[SendStep], None]) -> Outcome:
        """Hand `text` over for `number` (E.164) and say what became of it. Never raises for what the phone does.

        What `on_step` raises before `SendStep.SUBMITTED` ends it with nothing on the air.
        """
        on_step(SendStep.COMMAND)
        try:
            written = write_sms(number, text)
        except BMessageError:
            return Rejected(None, "", Verdict.OURS, Cause.OURS, _NOT_WRITABLE)
        try:
            session = self._living()
            file = self._new_file()
        except LinkDown as down:
            return _down(down)
        try:
            on_step(SendStep.PDU)
            try:
                _write_private(file, written)
            except OSError:
                return _down(map_refusals.lost(self._link.address))
            if not self._radio.obex.bus.run(session.look_alive(), _PATIENCE):
                return _down(map_refusals.lost(self._link.address))
            on_step(SendStep.SUBMITTED)
            outcome = self._radio.obex.bus.run(self._push(session, file), self._send_timeout + _PUSH_MARGIN)
        except BusRefusal:
            # Not even our own loop answers.
            session.lost = True
            outcome = Unknown(_NOT_SEEN)
        finally:
            with suppress(OSError):
                file.unlink(missing_ok=True)
        on_step(SendStep.ANSWERED)
        return outcome

    def list_folder(self, folder: str, most: int = 30) -> tuple[Listed, ...]:
        """List the newest messages of a folder. Raises `LinkDown`."""
        return self._ask(lambda session: session.list_folder(folder, most))

    def fetch(self, handle: str) -> Received | None:
        """Fetch one message; None when the phone does not give it, or gives what is none. Raises `LinkDown`."""
        file = self._new_file()
        try:
            if not self._ask(lambda session: session.fetch(handle, file)):
                return None
            message = read_bmessage(file.read_bytes())
        except (BMessageError, OSError):
            return None
        finally:
            with suppress(OSError):
                file.unlink(missing_ok=True)
        number = next((card.number for card in message.originators if card.number), "")
        return Received(handle, number, message.text, message.kind in SMS_TYPES)

    def ping(self) -> None:
        """Ask the phone something. Raises `LinkDown` when it does not answer."""
        self._ask(lambda session: session.ping())

    def wait(self, timeout: float, wake: int | None = None) -> tuple[MapEvent, ...]:
        """Give what the phone tells by itself, waiting at most `timeout` seconds or until `wake` is readable.

        Raises `LinkDown` once the session is gone and all that was told is given.
        """
        if not self._events:
            self._living()
            select([self._told] if wake is None else [self._told, wake], [], [], max(0.0, timeout))
        events = self.take_events()
        if not events:
            self._living()
        return events

    def take_events(self) -> tuple[MapEvent, ...]:
        """Give what was told so far, without waiting."""
        with suppress(BlockingIOError):
            os.eventfd_read(self._told)
        given = []
        while self._events:
            given.append(self._events.popleft())
        return tuple(given)

    def close(self) -> None:
        """Let the phone go. Safe to call twice; never raises."""
        if self._closed:
            return
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            with suppress(BusRefusal):
                self._radio.obex.bus.run(session.close(), _PATIENCE)
        os.close(self._told)
        self._radio.give_back(self._link.address)

    async def _open(self, adapter: str) -> None:
        session = MapSession(self._radio.obex, self._tell)
        await session.open(self._link.address, adapter)
        self._session = session

    async def _push(self, session: MapSession, file: Path) -> Outcome:
        try:
            transfer = await session.push(file)
        except BusRefusal as refusal:
            if _nobody_answered(refusal):
                session.lost = True
                return Unknown(_NOT_SEEN, str(refusal)[:80])
            await self._is_well(session)
            return _down(self._explained(refusal))
        finally:
            with suppress(OSError):
                file.unlink()
        began = time.monotonic()
        end = await session.end_of(transfer, self._send_timeout)
        if end == COMPLETE:
            return HandedOver()
        if end == ERROR and time.monotonic() - began < REFUSAL_TIME and await self._is_well(session):
            # The session lives, so it was the phone that said no: it keeps nothing that it refused.
            return Rejected(None, "obex", Verdict.PHONE, Cause.UNKNOWN, _REFUSED)
        session.lost = True
        return Unknown(_NOT_IN_TIME if end == LATE else _NOT_SEEN, end)

    async def _is_well(self, session: MapSession) -> bool:
        try:
            await session.ping()
        except BusRefusal:
            session.lost = True
        return not session.lost

    def _ask(self, work: Callable[[MapSession], Coroutine[Any, Any, T]]) -> T:
        session = self._living()
        try:
            return self._radio.obex.bus.run(work(session), _PATIENCE)
        except BusRefusal as refusal:
            session.lost = True
            raise self._explained(refusal) from refusal

    def _living(self) -> MapSession:
        if self._session is None or self._session.lost:
            raise map_refusals.lost(self._link.address)
        return self._session

    def _new_file(self) -> Path:
        try:
            return self._radio.obex.folder / secrets.token_hex(8)
        except BusRefusal as refusal:
            raise self._explained(refusal) from refusal

    def _tell(self, event: MapEvent | None) -> None:
        """Called in the bus's loop: something was told, or the session ended."""
        if self._closed:
            return
        if event is not None:
            self._events.append(event)
        with suppress(OSError):
            os.eventfd_write(self._told, 1)

    def _explained(self, refusal: BusRefusal, *, connected: bool = False) -> LinkDown:
        return map_refusals.explain(refusal, self._link.address, connected=connected)


def _write_private(file: Path, data: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as out:
        out.write(data)


def _nobody_answered(refusal: BusRefusal) -> bool:
    """Whether the call ended without obexd's word: it may have begun."""
    names = ("NoReply", "Disconnected", "TimedOut", "Timeout")
    return refusal.name in (NO_ANSWER, NO_BUS) or refusal.name.endswith(names)


def _down(down: LinkDown) -> PhoneDown:
    return PhoneDown(down.condition, down.reason, down.advice)


_radio: MapRadio | None = None
_radio_lock = threading.Lock()


def open_map(link: MapLink, send_timeout: float = SEND_TIMEOUT) -> MapPhone:
    """Open `link` through this process's one `MapRadio`. Raises `LinkDown` with reason and advice in pt-BR."""
    global _radio
    with _radio_lock:
        if _radio is None:
            _radio = MapRadio()
        radio = _radio
    return radio.open(link, send_timeout)
