"""BlueZ as it is now: its adapters and the devices it knows (org.bluez, D-Bus interfaces Adapter1 and Device1).

Read anew each time: adapters come and go, bonds are lost, and BlueZ tells no more than it knows at the moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recado.links.bluetooth.bus import Bus, plain

SERVICE = "org.bluez"
ADAPTER = "org.bluez.Adapter1"
DEVICE = "org.bluez.Device1"

SERIAL_PORT = "00001101-0000-1000-8000-00805f9b34fb"
DIAL_UP = "00001103-0000-1000-8000-00805f9b34fb"
MESSAGE_ACCESS = "00001132-0000-1000-8000-00805f9b34fb"
"""Bluetooth Assigned Numbers, service classes."""

_MAJOR_PHONE = 2
"""Major device class of the Class of Device (Bluetooth Assigned Numbers §2.8)."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """One Bluetooth adapter of this machine."""

    path: str
    address: str
    powered: bool

    @property
    def name(self) -> str:
        """The kernel's name for it, such as `hci0`."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Device:
    """One device as one adapter knows it. `rssi` in dBm while it is being discovered."""

    path: str
    adapter: str
    address: str
    name: str
    paired: bool
    trusted: bool
    blocked: bool
    uuids: tuple[str, ...]
    rssi: int | None
    is_phone: bool

    @property
    def adapter_name(self) -> str:
        """The kernel's name for the adapter that knows it so."""
        return self.adapter.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All adapters and devices at one moment."""

    adapters: tuple[Adapter, ...]
    devices: tuple[Device, ...]

    def known_as(self, address: str, adapter_name: str | None = None) -> tuple[Device, ...]:
        """Every adapter's own view of the device at `address`: paired ones first, then on adapters that are on.

        `adapter_name` asks for the view of that adapter alone.
        """
        powered = {adapter.path for adapter in self.adapters if adapter.powered}
        found = [device for device in self.devices if device.address == address]
        if adapter_name is not None:
            found = [device for device in found if device.adapter_name == adapter_name]
        return tuple(sorted(found, key=lambda device: (not device.paired, device.adapter not in powered, device.path)))

    def adapter(self, path: str) -> Adapter | None:
        """The adapter at `path`."""
        return next((adapter for adapter in self.adapters if adapter.path == path), None)


async def look(bus: Bus) -> Snapshot:
    """Ask BlueZ for everything it has. Raises `BusRefusal`."""
    (objects,) = await bus.call(SERVICE, "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")
    adapters, devices = [], []
    for path, interfaces in sorted(plain(objects).items()):
        if ADAPTER in interfaces:
            adapters.append(_adapter(path, interfaces[ADAPTER]))
        if DEVICE in interfaces:
            devices.append(_device(path, interfaces[DEVICE]))
    return Snapshot(tuple(adapters), tuple(devices))


def _adapter(path: str, properties: dict[str, Any]) -> Adapter:
    return Adapter(path, str(properties.get("Address", "")).upper(), bool(properties.get("Powered", False)))


def _device(path: str, properties: dict[str, Any]) -> Device:
    address = str(properties.get("Address", "")).upper()
    return Device(
        path=path,
        adapter=str(properties.get("Adapter", path.rpartition("/")[0])),
        address=address,
        name=str(properties.get("Alias") or properties.get("Name") or address),
        paired=bool(properties.get("Paired", False)),
        trusted=bool(properties.get("Trusted", False)),
        blocked=bool(properties.get("Blocked", False)),
        uuids=tuple(str(uuid).lower() for uuid in properties.get("UUIDs", ())),
        rssi=properties.get("RSSI"),
        is_phone=(int(properties.get("Class", 0)) >> 8) & 0x1F == _MAJOR_PHONE,
    )
