"""The other side of the virtual air: a phone that offers Serial Port, and behind it the emulator's phone.

One bluetoothd serves both adapters, so the phone's service has a UUID of its own; its service record says what it is.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from dbus_fast import Variant

from recado.emulator.phone import EmulatedPhone
from recado.links.bluetooth.bluez import ADAPTER, SERVICE
from recado.links.bluetooth.bus import Answer, Bus, BusRefusal, Request, system_bus_address
from tests.links.fake_bluez import serve_line

_PROFILE = "/phone/profile"
_AGENT = "/phone/agent"
_UUID = "5ec0ad00-0000-4000-8000-000000000001"
_CHANNEL = 9
_TRIES = 25
_RECORD = f"""<?xml version="1.0" encoding="UTF-8" ?>
<record>
<attribute id="0x0001"><sequence><uuid value="0x1101"/></sequence></attribute>
<attribute id="0x0004"><sequence>
<sequence><uuid value="0x0100"/></sequence>
<sequence><uuid value="0x0003"/><uint8 value="{_CHANNEL:#04x}"/></sequence>
</sequence></attribute>
<attribute id="0x0005"><sequence><uuid value="0x1002"/></sequence></attribute>
<attribute id="0x0009"><sequence>
<sequence><uuid value="0x1101"/><uint16 value="0x0102"/></sequence>
</sequence></attribute>
<attribute id="0x0100"><text value="COM 1"/></attribute>
</record>"""


class FragilePhone(EmulatedPhone):
    """An emulated phone whose line may drop when it has heard half of a PDU."""

    drops_within_pdu = False

    def feed(self, data: bytes, now: float) -> None:
        """Hear `data`; raises `ConnectionAbortedError` where the line drops."""
        if not (self.drops_within_pdu and b"\x1a" in data):
            super().feed(data, now)
            return
        self.drops_within_pdu = False
        super().feed(data[: len(data) // 2], now)
        raise ConnectionAbortedError


class VirtualPhone:
    """The phone on the adapter `name`. `accepts`: whether its owner agrees to pair; `pin`: what an old one wants."""

    def __init__(self, name: str) -> None:
        self.adapter = f"/org/bluez/{name}"
        self.emulated = FragilePhone()
        self.accepts = True
        self.pin = "0000"
        self.bus = Bus(system_bus_address)
        self._line: socket.socket | None = None

    def switch_on(self) -> None:
        """Offer the service and become visible; once more after bluetoothd was started again."""
        self._run(self._switch_on())

    def power(self, on: bool) -> None:
        """In reach or out of it."""
        self._run(self._set("Powered", Variant("b", on)))

    def power_up(self) -> None:
        """Become visible on an adapter that is new."""
        self._run(self._show())

    def simple_pairing(self, *, on: bool) -> None:
        """Be a phone that compares a number, or an older one that asks for a PIN."""
        # Write Simple Pairing Mode, told to the controller itself: Linux 6.12 cannot switch it off any more.
        name = self.adapter.rpartition("/")[2]
        command = ["hcitool", "-i", name, "cmd", "0x03", "0x56", "0x01" if on else "0x00"]
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=20, check=True)

    def hang_up(self) -> None:
        """Drop the line, as a phone does that ran out of battery."""
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    def forget_all(self) -> None:
        """Lose every bond, as a phone does that was reset."""
        self._run(self._forget_all())

    def address(self) -> str:
        """The address of its adapter."""
        value = self._run(self.bus.call(SERVICE, self.adapter, _PROPERTIES, "Get", "ss", [ADAPTER, "Address"]))
        return str(value[0].value)

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.bus.run(work, 30)

    async def _switch_on(self) -> None:
        self.bus.export(_PROFILE, "org.bluez.Profile1", self._of_profile)
        self.bus.export(_AGENT, "org.bluez.Agent1", self._of_agent)
        options = {
            "Role": Variant("s", "server"),
            "Channel": Variant("q", _CHANNEL),
            "RequireAuthentication": Variant("b", True),
            "RequireAuthorization": Variant("b", False),
            "ServiceRecord": Variant("s", _RECORD),
        }
        manager = "org.bluez.ProfileManager1"
        await self.bus.call(SERVICE, "/org/bluez", manager, "RegisterProfile", "osa{sv}", [_PROFILE, _UUID, options])
        agents = "org.bluez.AgentManager1"
        await self.bus.call(SERVICE, "/org/bluez", agents, "RegisterAgent", "os", [_AGENT, "DisplayYesNo"])
        await self.bus.call(SERVICE, "/org/bluez", agents, "RequestDefaultAgent", "o", [_AGENT])
        await self._show()

    async def _show(self) -> None:
        await self._power_on()
        await self._set("Alias", Variant("s", "Aparelho virtual"))
        await self._set("DiscoverableTimeout", Variant("u", 0))
        await self._set("Discoverable", Variant("b", True))
        await self._set("Pairable", Variant("b", True))

    async def _power_on(self) -> None:
        """bluetoothd may be switching a new adapter on by itself at this moment."""
        for _ in range(_TRIES):
            try:
                await self._set("Powered", Variant("b", True))
            except BusRefusal as refusal:
                if not refusal.name.endswith((".Busy", ".InProgress")):
                    raise
                await asyncio.sleep(0.2)
            else:
                return
        raise BusRefusal("org.bluez.Error.Busy", "the phone's adapter stays busy")

    async def _set(self, name: str, value: Variant) -> None:
        await self.bus.call(SERVICE, self.adapter, _PROPERTIES, "Set", "ssv", [ADAPTER, name, value])

    async def _forget_all(self) -> None:
        (objects,) = await self.bus.call(SERVICE, "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")
        for path in objects:
            if path.startswith(f"{self.adapter}/dev_") and "/" not in path.removeprefix(f"{self.adapter}/"):
                await self.bus.call(SERVICE, self.adapter, ADAPTER, "RemoveDevice", "o", [path])

    async def _of_profile(self, request: Request) -> Answer:
        if request.member == "NewConnection":
            self._line = socket.socket(fileno=int(request.body[1]))
            self._line.setblocking(True)
            threading.Thread(target=self._serve, args=(self._line,), daemon=True).start()
        elif request.member == "RequestDisconnection":
            self.hang_up()
        return Answer()

    def _serve(self, line: socket.socket) -> None:
        serve_line(self.emulated, line)
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        line.close()

    async def _of_agent(self, request: Request) -> Answer:
        await asyncio.sleep(0)
        if request.member in ("Release", "Cancel"):
            return Answer()
        if not self.accepts:
            raise BusRefusal("org.bluez.Error.Rejected", "its owner said no")
        return Answer("s", [self.pin]) if request.member == "RequestPinCode" else Answer()


_PROPERTIES = "org.freedesktop.DBus.Properties"
