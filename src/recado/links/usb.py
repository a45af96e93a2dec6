"""USB serial ports and the modems they belong to, read from sysfs (Linux Documentation/ABI, sysfs-bus-usb).

The kernel numbers ttys in the order of arrival, so the same modem is ttyUSB0 today and ttyUSB3 tomorrow. Its USB
identity stays. One modem has up to seven ttys, of which one or two answer AT; which ones is known for many models.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recado.links.machine import Machine

_HUAWEI = "12d1"
_HUAWEI_AT_PROTOCOL = "02"
"""Huawei's vendor-specific interfaces: protocol 02 is the AT port, 01 the one that dials."""


@dataclass(frozen=True, slots=True)
class UsbPort:
    """One tty of a USB device. ``interface`` is bInterfaceNumber; ``modem`` its folder in sysfs, the same for
    all ttys of one modem."""

    path: Path
    modem: Path
    vid: str
    pid: str
    serial: str | None
    product: str | None
    interface: int
    protocol: str


@dataclass(frozen=True, slots=True)
class _KnownPorts:
    """The interfaces of a kind of modem that answer AT, best first, and those that must be left alone."""

    vid: str
    pids: tuple[str, ...]
    interfaces: tuple[int, ...]
    never: tuple[int, ...] = ()


# ModemManager's udev rules. No products named: the whole make.
_KNOWN = (
    _KnownPorts("2c7c", ("0125", "0121", "0191", "0195", "0296", "0306", "0512"), (2, 3), never=(0, 1)),
    _KnownPorts("1e0e", ("9001",), (2, 3)),
    _KnownPorts("1e0e", ("9205",), (2,)),
    _KnownPorts("1e0e", ("9011",), (4, 5), never=(2,)),
    _KnownPorts("19d2", ("0031", "0063", "0104"), (3, 1)),
    _KnownPorts("19d2", ("0016", "0117"), (2,)),
    _KnownPorts("19d2", ("1515",), (0,)),
    _KnownPorts("1199", (), (3,)),
    _KnownPorts("1bc7", ("1201",), (4,)),
    _KnownPorts("1546", (), (0, 2, 4, 6)),
    _KnownPorts("1e2d", (), (0, 2)),
)


def usb_ports(machine: Machine) -> tuple[UsbPort, ...]:
    """Give every tty that belongs to a USB device, in the order of their names."""
    return tuple(_ports(machine))


def in_order_of_promise(ports: tuple[UsbPort, ...]) -> tuple[UsbPort, ...]:
    """Give the ``ports`` of one modem, those first that should answer AT, without those to be left alone."""
    return tuple(sorted((port for port in ports if not _is_barred(port)), key=_promise))


def is_plugged_in(machine: Machine, vid: str, pid: str) -> bool:
    """Whether a USB device of that kind is there at all, with a tty or without."""
    return any(
        (_read(device / "idVendor"), _read(device / "idProduct")) == (vid, pid)
        for device in _entries(machine.sysfs / "bus/usb/devices")
    )


def _ports(machine: Machine) -> Iterator[UsbPort]:
    for entry in _entries(machine.sysfs / "class/tty"):
        above = entry.resolve().parents
        interface = next((folder for folder in above if (folder / "bInterfaceNumber").exists()), None)
        modem = next((folder for folder in above if (folder / "idVendor").exists()), None)
        if interface is None or modem is None:
            continue
        number = _read(interface / "bInterfaceNumber") or ""
        try:
            position = int(number, 16)
        except ValueError:
            # It was pulled out while we looked.
            continue
        yield UsbPort(
            path=machine.dev / entry.name,
            modem=modem,
            vid=_read(modem / "idVendor") or "",
            pid=_read(modem / "idProduct") or "",
            serial=_read(modem / "serial"),
            product=_read(modem / "product"),
            interface=position,
            protocol=_read(interface / "bInterfaceProtocol") or "",
        )


def _promise(port: UsbPort) -> tuple[int, int]:
    known = _known(port)
    if known is not None and port.interface in known.interfaces:
        return known.interfaces.index(port.interface), port.interface
    at_port = port.vid == _HUAWEI and port.protocol == _HUAWEI_AT_PROTOCOL
    return 0 if at_port else 99, port.interface


def _is_barred(port: UsbPort) -> bool:
    known = _known(port)
    return known is not None and port.interface in known.never


def _known(port: UsbPort) -> _KnownPorts | None:
    return next((row for row in _KNOWN if row.vid == port.vid and (not row.pids or port.pid in row.pids)), None)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip() or None
    except OSError:
        return None
