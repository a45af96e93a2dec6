"""A phone's AT line by Bluetooth: RFCOMM, as Serial Port or Dial-up Networking, whichever the phone offers.

BlueZ makes the connection and hands over its descriptor; nothing here needs root, nor a Python that knows Bluetooth.
Asking BlueZ to connect an unpaired device would pair with it silently: such a device is refused here.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

from recado.links.bluetooth import refusals
from recado.links.bluetooth.bluez import DIAL_UP, MESSAGE_ACCESS, SERIAL_PORT, Device, look
from recado.links.bluetooth.bus import Bus, BusRefusal, system_bus_address
from recado.links.bluetooth.paired import find_paired
from recado.links.bluetooth.profiles import CONNECT_TIMEOUT, Profiles, shut
from recado.links.descriptor import DescriptorTransport
from recado.links.link import BluetoothLink
from recado.links.machine import THIS_MACHINE, Machine
from recado.modem.errors import LinkDown

_PATIENCE = 2 * CONNECT_TIMEOUT + 30.0
"""Seconds for the whole of it; every single call has its own, shorter time."""


class BluetoothTransport(DescriptorTransport):
    """An open RFCOMM line. `let_go` is called once when it is closed."""

    def __init__(self, line: socket.socket, name: str, let_go: Callable[[], None]) -> None:
        line.setblocking(False)
        super().__init__(line.fileno(), name)
        self._line = line
        self._let_go = let_go

    def _release(self) -> None:
        shut(self._line)
        self._line.close()
        self._let_go()

    def _gone(self) -> LinkDown:
        return LinkDown(
            f"A ligação Bluetooth com o aparelho caiu ({self.name}).",
            "Confira se o aparelho está ligado e perto do servidor. O Recado tenta de novo sozinho.",
        )


class Radio:
    """This process's use of BlueZ: one connection to the bus, and the lines that are open."""

    def __init__(self, bus: Bus | None = None, machine: Machine = THIS_MACHINE) -> None:
        self.bus = bus or Bus(system_bus_address)
        self._machine = machine
        self._profiles = Profiles(self.bus)
        self._lock = threading.Lock()
        self._taken: set[str] = set()

    def open(self, link: BluetoothLink) -> BluetoothTransport:
        """Connect to the phone and give its line. Raises `LinkDown` with reason and advice in pt-BR."""
        with self._lock:
            if link.address in self._taken:
                raise refusals.in_use(link.address)
            self._taken.add(link.address)
        try:
            device, line = self.bus.run(self._connect(link), _PATIENCE)
        except BusRefusal as refusal:
            self._give_back(link.address)
            raise refusals.explain(refusal, link.address) from refusal
        except BaseException:
            self._give_back(link.address)
            raise

        def let_go() -> None:
            self._profiles.forget(device.path, line)
            self._give_back(link.address)

        return BluetoothTransport(line, str(link), let_go)

    def _give_back(self, address: str) -> None:
        with self._lock:
            self._taken.discard(address)

    async def _connect(self, link: BluetoothLink) -> tuple[Device, socket.socket]:
        device = find_paired(await look(self.bus), link.address, self._machine, link.adapter)
        services = [uuid for uuid in (SERIAL_PORT, DIAL_UP) if uuid in device.uuids]
        if not services:
            raise refusals.no_serial_service(link.address, has_messages=MESSAGE_ACCESS in device.uuids)
        for uuid in services[:-1]:
            try:
                return device, await self._profiles.connect(device.path, uuid)
            except BusRefusal as refusal:
                if not refusals.is_no_profile(refusal):
                    raise
        return device, await self._profiles.connect(device.path, services[-1])


_radio: Radio | None = None
_radio_lock = threading.Lock()


def open_bluetooth(link: BluetoothLink) -> BluetoothTransport:
    """Open `link` through this process's one `Radio`. Raises `LinkDown` with reason and advice in pt-BR."""
    global _radio
    with _radio_lock:
        if _radio is None:
            _radio = Radio()
        radio = _radio
    return radio.open(link)
