"""What `recado doctor` looks at in the phones: the device and its group, who else uses it, and what the gateway found.

Nothing is written to a phone: its line may be in use at this moment.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from django.db import DatabaseError
from django.utils import timezone

from recado.cli.findings import Finding, failure, good, warning
from recado.links import (
    BluetoothLink,
    DeviceDescription,
    LinkDown,
    LinkSyntaxError,
    MapLink,
    SerialLink,
    UsbLink,
    describe_devices,
    parse_link,
)
from recado.links.bluetooth.obex import Programs
from recado.links.bluetooth.pairing import Pairing
from recado.links.finding import find_ports
from recado.links.machine import THIS_MACHINE, Machine
from recado.links.refusals import group_of, user_name
from recado.modem.condition import PhoneCondition
from recado.phones.fleet import is_held
from recado.phones.leases import is_gone
from recado.phones.models import Condition, Phone

_PROC = Path("/proc")
_UDEV = Path("/run/udev/data")
_LEFT_ALONE = ("E:ID_MM_DEVICE_IGNORE=1", "E:ID_MM_PORT_IGNORE=1")


def check_phones(machine: Machine = THIS_MACHINE) -> list[Finding]:
    """Every phone in use; nothing when the database is not ready, which is told elsewhere."""
    try:
        phones = list(Phone.objects.filter(enabled=True))
    except DatabaseError:
        return []
    devices = describe_devices(machine)
    if not phones:
        return [failure("Aparelhos", "nenhum incluído; nada será enviado.", _what_to_add(devices))]
    findings = [finding for phone in phones for finding in _check_phone(phone, timezone.now(), devices, machine)]
    if ports := [port for phone in phones for port in _ports(phone, machine) if port.is_relative_to("/dev")]:
        findings.append(check_modem_manager(_PROC, left_alone=all(is_left_alone(port, _UDEV) for port in ports)))
    return findings


def _ports(phone: Phone, machine: Machine) -> list[Path]:
    try:
        link = parse_link(phone.link)
        if isinstance(link, UsbLink):
            return [port.path for port in find_ports(link, machine)]
    except (LinkSyntaxError, LinkDown):
        # Told where the phone itself is looked at.
        return []
    return [Path(link.path)] if isinstance(link, SerialLink) else []


def is_left_alone(port: Path, udev: Path) -> bool:
    """Whether a rule of udev, whose data stand in `udev`, tells ModemManager to keep off `port`."""
    try:
        device = port.stat().st_rdev
        data = (udev / f"c{os.major(device)}:{os.minor(device)}").read_text(encoding="utf-8", errors="replace")
    except OSError:
        # No device, or nothing said of it.
        return False
    return any(line in _LEFT_ALONE for line in data.splitlines())


def _check_phone(phone: Phone, now: datetime, devices: Sequence[DeviceDescription], machine: Machine) -> list[Finding]:
    what = f"Aparelho “{phone.name}”"
    findings = []
    try:
        link = parse_link(phone.link)
    except LinkSyntaxError as error:
        return [failure(what, str(error), "Retire o aparelho e inclua-o de novo com a ligação certa.")]
    if isinstance(link, SerialLink):
        findings.append(check_device(what, Path(link.path)))
        findings += check_described(what, link, devices, ours=_is_held(phone, now))
    if isinstance(link, UsbLink):
        findings.append(check_usb(what, link, machine))
    if isinstance(link, BluetoothLink | MapLink):
        findings.append(check_bluetooth(what, link))
    if isinstance(link, MapLink):
        findings.append(check_obexd(what, Programs.of_this_machine()))
    return [*findings, _check_state(what, phone, now)]


def check_device(what: str, path: Path) -> Finding:
    """The serial device is there and this user may open it."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return failure(
            what,
            f"{path} não existe.",
            "Confira o cabo e a energia. Portas que existem: ls /dev/serial/by-id/ /dev/ttyUSB* /dev/ttyACM*",
        )
    except PermissionError:
        return failure(what, f"{path}: sem permissão para ver a porta.", "Confira as permissões da pasta da porta.")
    if not stat.S_ISCHR(status.st_mode):
        return failure(what, f"{path} não é uma porta serial.", "Confira a ligação do aparelho.")
    if not os.access(path, os.R_OK | os.W_OK):
        group = group_of(path)
        advice = f"Execute: usermod -aG {group} {user_name()} (como administrador), saia e entre de novo."
        return failure(what, f"{path}: sem permissão; a porta é do grupo {group}.", advice)
    return good(what, f"porta {path} presente e com permissão.")


def check_described(what: str, link: SerialLink, devices: Sequence[DeviceDescription], *, ours: bool) -> list[Finding]:
    """Who else has the port open, and whether its name will hold; `ours`: the gateway has it, as it should."""
    found = next((device for device in devices if device.path == link.path), None)
    if found is None:
        return []
    findings = []
    if found.held_by is not None and not ours:
        holder = f"{found.held_by.name} (processo {found.held_by.pid})"
        advice = "Encerre-o, ou use outra porta: uma porta serve a um programa de cada vez."
        findings.append(failure(what, f"{link.path} está em uso por {holder}.", advice))
    if found.vid is not None:
        advice = f"Inclua-o de novo por um nome que não muda: {found.link}"
        findings.append(warning(what, f"{link.path} pode ter outro nome depois de religado.", advice))
    return findings


def check_usb(what: str, link: UsbLink, machine: Machine) -> Finding:
    """The modem is plugged in, once, with a tty that this user may open."""
    try:
        ports = find_ports(link, machine)
    except LinkDown as down:
        return failure(what, down.reason, down.advice)
    closed = [check_device(what, port.path) for port in ports if not os.access(port.path, os.R_OK | os.W_OK)]
    if len(closed) == len(ports):
        return closed[0]
    return good(what, f"{link} presente ({', '.join(port.path.name for port in ports)}) e com permissão.")


def check_bluetooth(what: str, link: BluetoothLink | MapLink) -> Finding:
    """bluetoothd, its adapter, the permission to use them, and the bond: all but the phone, which is not called."""
    try:
        with closing(Pairing()) as pairing:
            paired = pairing.paired(link.address, link.adapter if isinstance(link, BluetoothLink) else None)
    except LinkDown as down:
        return failure(what, down.reason, down.advice)
    if not paired.trusted:
        advice = f"Confie nele, ou ele pedirá confirmação a cada vez: recado phones pair {link.address}"
        return warning(what, "pareado por Bluetooth, mas não marcado como confiável.", advice)
    return good(what, "pareado por Bluetooth, com adaptador e permissão.")


def check_obexd(what: str, programs: Programs) -> Finding:
    """The programs by which an Android phone is reached."""
    if programs.obexd is None:
        return failure(what, "falta o programa obexd.", "Execute: sudo apt install bluez-obexd")
    if programs.dbus_daemon is None:
        return failure(what, "falta o programa dbus-daemon.", "Execute: sudo apt install dbus")
    return good(what, f"obexd presente ({programs.obexd}).")


def check_modem_manager(proc: Path, *, left_alone: bool) -> Finding:
    """No ModemManager takes the ports and writes into a send of ours; `left_alone`: udev tells it to keep off."""
    for comm in proc.glob("[0-9]*/comm"):
        try:
            name = comm.read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            # It ended while we looked.
            continue
        if name == "ModemManager":
            if left_alone:
                return good("ModemManager", "em execução, e não toca nos aparelhos do Recado.")
            return failure(
                "ModemManager",
                "está em execução e usa as mesmas portas que o Recado.",
                "Desligue-o: systemctl disable --now ModemManager (ou tire dele estes aparelhos, pelo udev).",
            )
    return good("ModemManager", "não está em execução.")


def _check_state(what: str, phone: Phone, now: datetime) -> Finding:
    if phone.paused:
        return warning(what, "pausado.", f'Para voltar a enviar: recado phones resume "{phone.name}"')
    if not _is_held(phone, now):
        return warning(what, "nenhum gateway em execução; a fila espera.", "Inicie: recado run (ou recado gateway)")
    if phone.condition == PhoneCondition.READY.value:
        return good(what, "pronto para enviar.")
    label = Condition(phone.condition).label
    advice = phone.advice or f"Teste a ligação: recado phones probe {phone.link}"
    return failure(what, f"{label}. {phone.reason}".strip(), advice)


def _is_held(phone: Phone, now: datetime) -> bool:
    return is_held(phone, now) and not is_gone(phone.holder)


def _what_to_add(devices: Sequence[DeviceDescription]) -> str:
    """How to add a phone, by the devices that are plugged in."""
    likely = [device for device in devices if device.likely_at]
    if not likely:
        return 'Ligue um aparelho ao computador e inclua-o: recado phones add "Aparelho 1" --link serial:/dev/ttyUSB0'
    found = ", ".join(f"{device.product or device.path} ({device.link})" for device in likely)
    return f'Ligado: {found}. Inclua-o: recado phones add "Aparelho 1" --link {likely[0].link}'
