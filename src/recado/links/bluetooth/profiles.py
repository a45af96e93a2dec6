"""Recado's side of the serial profiles: BlueZ connects, and hands the RFCOMM line over as a descriptor.

org.bluez.ProfileManager1 and org.bluez.Profile1. One registration serves all phones of the process; BlueZ forgets it
with the connection to the bus, and with its own restart, so the owner of its name is compared before each use.
"""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress

from dbus_fast import Variant

from recado.links.bluetooth.bluez import DEVICE, SERVICE
from recado.links.bluetooth.bus import NO_LINE, Answer, Bus, BusRefusal, Request
from recado.links.bluetooth.refusals import is_left_over

PROFILE = "org.bluez.Profile1"
CONNECT_TIMEOUT = 40.0
"""Seconds. Without a fast page time-out some controllers search for a phone for 25 s or more."""
HAND_OVER = 3.0
"""Seconds between BlueZ's OK and the descriptor: a second connection to a phone is answered OK and brings none."""
_REPLIES = 2

_OBJECT = "/recado/profile/"
_REJECTED = "org.bluez.Error.Rejected"


class Profiles:
    """The lines of one process. Everything runs in the bus's loop."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._registered: dict[str, str] = {}
        self._expected: dict[str, asyncio.Future[socket.socket]] = {}
        self._open: dict[str, socket.socket] = {}

    async def connect(self, device: str, uuid: str) -> socket.socket:
        """Connect the service `uuid` of the device object `device` and give its line. Raises `BusRefusal`."""
        await self._register(uuid)
        for attempt in range(_REPLIES):
            try:
                return await self._connect_once(device, uuid)
            except BusRefusal as refusal:
                if attempt + 1 == _REPLIES or not (is_left_over(refusal) or refusal.name == NO_LINE):
                    raise
                # What an earlier connection left behind, ours or of a process that was killed.
                await self._disconnect(device, uuid)
        raise AssertionError

    def forget(self, device: str, line: socket.socket) -> None:
        """The line is closed."""
        if self._open.get(device) is line:
            del self._open[device]

    async def _connect_once(self, device: str, uuid: str) -> socket.socket:
        expected: asyncio.Future[socket.socket] = asyncio.get_running_loop().create_future()
        self._expected[device] = expected
        try:
            await self._bus.call(SERVICE, device, DEVICE, "ConnectProfile", "s", [uuid], timeout=CONNECT_TIMEOUT)
            line = await asyncio.wait_for(expected, HAND_OVER)
        except TimeoutError:
            raise BusRefusal(NO_LINE) from None
        except BaseException:
            _drop(expected)
            raise
        finally:
            del self._expected[device]
        self._open[device] = line
        return line

    async def _disconnect(self, device: str, uuid: str) -> None:
        with suppress(BusRefusal):
            await self._bus.call(SERVICE, device, DEVICE, "DisconnectProfile", "s", [uuid], timeout=5.0)

    async def _register(self, uuid: str) -> None:
        owner = await self._bus.owner(SERVICE)
        if self._registered.get(uuid) == owner:
            return
        path = _OBJECT + uuid[4:8]
        self._bus.export(path, PROFILE, self._answer)
        options = {
            "Name": Variant("s", "Recado"),
            "Role": Variant("s", "client"),
            "AutoConnect": Variant("b", False),
            "RequireAuthentication": Variant("b", True),
        }
        body = [path, uuid, options]
        try:
            await self._bus.call(SERVICE, "/org/bluez", "org.bluez.ProfileManager1", "RegisterProfile", "osa{sv}", body)
        except BusRefusal as refusal:
            if refusal.name != "org.bluez.Error.AlreadyExists":
                raise
        self._registered[uuid] = owner

    async def _answer(self, request: Request) -> Answer:
        if request.member == "NewConnection":
            device, descriptor = str(request.body[0]), int(request.body[1])
            self._hand_over(device, descriptor)
        elif request.member == "RequestDisconnection":
            # Whoever reads the line sees its end, and closes it.
            self._shut(str(request.body[0]))
        elif request.member == "Release":
            self._registered.clear()
        return Answer()

    def _hand_over(self, device: str, descriptor: int) -> None:
        expected = self._expected.get(device)
        if expected is None or expected.done():
            os.close(descriptor)
            raise BusRefusal(_REJECTED, "not asked for")
        try:
            line = socket.socket(fileno=descriptor)
        except OSError as error:
            os.close(descriptor)
            raise BusRefusal(_REJECTED, str(error)) from error
        expected.set_result(line)

    def _shut(self, device: str) -> None:
        line = self._open.get(device)
        if line is not None:
            shut(line)


def shut(line: socket.socket) -> None:
    """Hang up. Closing alone does not: BlueZ keeps a copy of the descriptor."""
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _drop(expected: asyncio.Future[socket.socket]) -> None:
    """Nobody waits for the line any more: hang up if it came after all."""
    if expected.done() and not expected.cancelled():
        line = expected.result()
        shut(line)
        line.close()
    expected.cancel()
