"""One MAP session of obexd with one phone: push a message, list a folder, fetch a message, hear of messages.

D-Bus interfaces org.bluez.obex Client1, Session1, MessageAccess1, Message1 and Transfer1, as of BlueZ 5.66. obexd
registers by itself for the phone's notifications. It passes on only those about messages that it knows: of one that was
pushed it knows nothing until the folder where it lies has been listed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dbus_fast import Message, Variant

from recado.links.bluetooth.bus import BusRefusal, plain
from recado.links.bluetooth.map_events import Listed, MapEvent, MessageCame, MessageTold, Word
from recado.links.bluetooth.obex import SERVICE, Obex

ROOT = "/telecom/msg"
OUTBOX, SENT, INBOX = "outbox", "sent", "inbox"
CONNECT_TIMEOUT = 60.0
"""Seconds. At the first time the phone asks its owner, who must take it up and read."""
_REQUEST_TIMEOUT = 30.0
_ALIVE_TIMEOUT = 3.0
_LOOK_EVERY = 1.0
"""Seconds between two looks whether obexd still lives: what it was about to say dies with it."""

_CLIENT, _SESSION = "org.bluez.obex.Client1", "org.bluez.obex.Session1"
_ACCESS, _MESSAGE, _TRANSFER = "org.bluez.obex.MessageAccess1", "org.bluez.obex.Message1", "org.bluez.obex.Transfer1"
_NEW = "notification"

COMPLETE, ERROR, GONE, LATE = "complete", "error", "gone", "late"
"""How a transfer ended: the phone took it, it failed, nobody saw, nobody saw in time."""


class MapSession:
    """Everything runs in obexd's bus's loop. `tell` gets what the phone says, and None once the session is `lost`."""

    def __init__(self, obex: Obex, tell: Callable[[MapEvent | None], None]) -> None:
        self._obex = obex
        self._tell = tell
        self._owner = ""
        self._path = ""
        self._statuses: dict[str, str] = {}
        self._changed = asyncio.Event()
        self.lost = False

    async def open(self, address: str, adapter_address: str) -> None:
        """Connect to the phone. Raises `BusRefusal`."""
        self._owner = await self._obex.ready()
        wanted = {"Target": Variant("s", "map"), "Source": Variant("s", adapter_address)}
        (path,) = await self._call(
            "/org/bluez/obex", _CLIENT, "CreateSession", "sa{sv}", [address, wanted], timeout=CONNECT_TIMEOUT
        )
        self._path = path
        self._obex.watch(path, self._heed)
        try:
            await self.ping()
        except BusRefusal:
            await self.close()
            raise

    async def close(self) -> None:
        """End the session; an error on the way means that it is ended."""
        self.lost = True
        if not self._path:
            return
        self._obex.unwatch(self._path)
        try:
            await self._call("/org/bluez/obex", _CLIENT, "RemoveSession", "o", [self._path], timeout=_ALIVE_TIMEOUT)
        except BusRefusal:
            return

    async def ping(self) -> None:
        """Go to the folder of messages, which asks the phone something. Raises `BusRefusal`."""
        await self._call(self._path, _ACCESS, "SetFolder", "s", [ROOT])

    async def push(self, file: Path) -> str:
        """Begin to hand over the bMessage in `file`; give the transfer's name. obexd has the file open by then.

        Raises `BusRefusal`: by an error of obexd nothing began; without any answer nobody knows.
        """
        self._statuses.clear()
        body = [str(file), OUTBOX, {"Charset": Variant("s", "utf8")}]
        transfer, _ = await self._call(self._path, _ACCESS, "PushMessage", "ssa{sv}", body)
        return str(transfer)

    async def end_of(self, transfer: str, timeout: float) -> str:
        """Wait for the end of `transfer`, at most `timeout` seconds; give COMPLETE, ERROR, GONE or LATE."""
        limit = time.monotonic() + timeout
        while True:
            self._changed.clear()
            if (status := self._statuses.get(transfer)) in (COMPLETE, ERROR, GONE):
                return str(status)
            if self.lost:
                return GONE
            left = limit - time.monotonic()
            if left <= 0:
                return LATE
            try:
                await asyncio.wait_for(self._changed.wait(), min(left, _LOOK_EVERY))
            except TimeoutError:
                await self.look_alive()

    async def list_folder(self, folder: str, most: int) -> tuple[Listed, ...]:
        """List the newest messages of OUTBOX, SENT or INBOX. Raises `BusRefusal`."""
        (found,) = await self._call(
            self._path, _ACCESS, "ListMessages", "sa{sv}", [folder, {"MaxCount": Variant("q", most)}]
        )
        return tuple(_listed(path, properties, folder) for path, properties in plain(found).items())

    async def fetch(self, handle: str, file: Path) -> bool:
        """Have the message put into `file`; whether it came. Raises `BusRefusal`."""
        self._statuses.clear()
        path = f"{self._path}/message{handle}"
        transfer, _ = await self._call(path, _MESSAGE, "Get", "sb", [str(file), False])
        return await self.end_of(str(transfer), _REQUEST_TIMEOUT) == COMPLETE

    async def look_alive(self) -> bool:
        """Whether obexd still is the one that the session was made with."""
        try:
            self.lost = self.lost or await asyncio.wait_for(self._obex.ready(), _ALIVE_TIMEOUT) != self._owner
        except (BusRefusal, TimeoutError):
            self.lost = True
        return not self.lost

    async def _call(
        self,
        path: str,
        interface: str,
        member: str,
        signature: str,
        body: Sequence[Any],
        *,
        timeout: float = _REQUEST_TIMEOUT,
    ) -> list[Any]:
        return await self._obex.bus.call(SERVICE, path, interface, member, signature, body, timeout=timeout)

    def _heed(self, message: Message) -> None:
        """A signal about the session or an object under it; what does not fit the interface is passed over."""
        match message.member, plain(message.body):
            case "PropertiesChanged", [str(interface), dict(changed), *_]:
                self._changed_to(message.path or "", interface, changed)
            case "InterfacesAdded", [str(path), dict(interfaces)] if _MESSAGE in interfaces:
                self._changed_to(path, _MESSAGE, interfaces[_MESSAGE])
            case "InterfacesRemoved", [str(path), list(interfaces)]:
                if path == self._path and _SESSION in interfaces:
                    self.lost = True
                    self._tell(None)
                elif _TRANSFER in interfaces and self._statuses.get(path) not in (COMPLETE, ERROR):
                    self._statuses[path] = GONE
        self._changed.set()

    def _changed_to(self, path: str, interface: str, properties: dict[str, Any]) -> None:
        status = str(properties.get("Status", ""))
        if interface == _TRANSFER and status:
            self._statuses[path] = status
        elif interface == _MESSAGE and (handle := _handle(path)):
            folder = str(properties.get("Folder", INBOX)).lower().rpartition("/")[2]
            if status == _NEW and folder == INBOX:
                self._tell(MessageCame(handle))
            elif status in tuple(Word):
                self._tell(MessageTold(handle, Word(status)))


def _listed(path: str, properties: dict[str, Any], folder: str) -> Listed:
    other = "SenderAddress" if folder == INBOX else "RecipientAddress"
    return Listed(
        handle=_handle(path),
        number=str(properties.get(other, "")),
        subject=str(properties.get("Subject", "")),
        at=str(properties.get("Timestamp", "")),
        sent=folder == SENT and bool(properties.get("Sent", True)),
    )


def _handle(path: str) -> str:
    """The digits at the end of a message's object path."""
    name = path.rpartition("/")[2]
    handle = name.removeprefix("message")
    return handle if name != handle and handle.isascii() and handle.isdigit() else ""
