"""The serial devices of this machine, described for whoever must choose one. Nothing is opened."""

import os
from dataclasses import dataclass
from pathlib import Path

from recado.links.holders import Holder, holder_of
from recado.links.link import SerialLink, UsbLink
from recado.links.machine import THIS_MACHINE, Machine
from recado.links.refusals import group_of
from recado.links.usb import UsbPort, in_order_of_promise, usb_ports


@dataclass(frozen=True, slots=True)
class DeviceDescription:
    """One tty. The USB fields are ``None`` for a port that is no USB device's.

    ``likely_at`` marks the tty of its modem that is asked first; ``link`` is what to write down for the modem.
    """

    path: str
    vid: str | None
    pid: str | None
    serial: str | None
    product: str | None
    group: str | None
    accessible: bool
    held_by: Holder | None
    likely_at: bool
    link: str


def describe_devices(machine: Machine = THIS_MACHINE) -> list[DeviceDescription]:
    """Give every USB tty and every serial port with hardware behind it, in the order of their names."""
    ports = usb_ports(machine)
    described = [_describe_usb(port, ports, machine) for port in ports]
    described += [_describe_plain(path, machine) for path in _plain_ports(machine)]
    return sorted(described, key=lambda device: device.path)


def _describe_usb(port: UsbPort, ports: tuple[UsbPort, ...], machine: Machine) -> DeviceDescription:
    of_same_modem = tuple(other for other in ports if other.modem == port.modem)
    return DeviceDescription(
        path=str(port.path),
        vid=port.vid,
        pid=port.pid,
        serial=port.serial,
        product=port.product,
        group=group_of(port.path),
        accessible=_accessible(port.path),
        held_by=holder_of(port.path, machine),
        likely_at=in_order_of_promise(of_same_modem)[:1] == (port,),
        link=_suggested_link(port, ports, machine),
    )


def _suggested_link(port: UsbPort, ports: tuple[UsbPort, ...], machine: Machine) -> str:
    """The shortest name that means this modem and no other that is plugged in now."""
    twins = {other.modem: other for other in ports if (other.vid, other.pid) == (port.vid, port.pid)}
    same_serial = [twin for twin in twins.values() if twin.serial == port.serial]
    # A serial number with a blank or a question mark in it cannot be written in a link.
    writable = port.serial is not None and not any(character.isspace() or character == "?" for character in port.serial)
    if port.serial is not None and writable and len(same_serial) == 1:
        return str(UsbLink(port.vid, port.pid, port.serial))
    if len(twins) == 1:
        return str(UsbLink(port.vid, port.pid))
    return str(SerialLink(str(_by_path(port.path, machine) or port.path)))


def _by_path(path: Path, machine: Machine) -> Path | None:
    real = os.path.realpath(path)
    try:
        names = sorted((machine.dev / "serial/by-path").iterdir())
    except OSError:
        return None
    return next((name for name in names if os.path.realpath(name) == real), None)


def _plain_ports(machine: Machine) -> list[Path]:
    """The ttyS with a UART: the kernel makes many names, and gives type 0 to those with nothing behind them."""
    found = []
    for entry in sorted(machine.sysfs.glob("class/tty/ttyS*")):
        try:
            if (entry / "type").read_text(encoding="ascii").strip() not in ("", "0"):
                found.append(machine.dev / entry.name)
        except (OSError, UnicodeDecodeError):
            continue
    return found


def _describe_plain(path: Path, machine: Machine) -> DeviceDescription:
    return DeviceDescription(
        path=str(path),
        vid=None,
        pid=None,
        serial=None,
        product=None,
        group=group_of(path),
        accessible=_accessible(path),
        held_by=holder_of(path, machine),
        likely_at=False,
        link=str(SerialLink(str(path))),
    )


def _accessible(path: Path) -> bool:
    return os.access(path, os.R_OK | os.W_OK)
