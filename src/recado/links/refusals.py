"""Why a device could not be opened, in words that say what to do next (pt-BR)."""

import errno
import grp
import os
import pwd
import stat
from pathlib import Path

from recado.links.holders import MODEM_MANAGER, holder_of, is_running
from recado.links.link import SerialLink
from recado.links.machine import Machine
from recado.links.usb import usb_ports
from recado.modem.errors import LinkDown

CHECK_CABLE = "Confira o cabo e a alimentação. Veja os dispositivos presentes com: ls -l /dev/serial/by-id"

_BUSY_CODES = frozenset({errno.EBUSY, errno.EWOULDBLOCK})
_ABSENT_CODES = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO, errno.ENOTDIR})
_RULES_FILE = "/etc/udev/rules.d/78-recado.rules"


def explain_refusal(link: SerialLink, error: Exception, machine: Machine) -> LinkDown:
    """Give the ``LinkDown`` for ``error``, which opening ``link`` ended in."""
    code = error.errno if isinstance(error, OSError) else None
    if code in _BUSY_CODES:
        return _busy(link, machine)
    if code in (errno.EACCES, errno.EPERM):
        return _no_permission(link)
    if code in _ABSENT_CODES:
        return LinkDown(f"O dispositivo {link.path} não existe ou está desligado.", CHECK_CABLE)
    if code in (None, errno.ENOTTY, errno.EINVAL, errno.EISDIR):
        return LinkDown(
            f"{link.path} não é uma porta serial ou não aceita {link.baud} bit/s.",
            "Confira o caminho do dispositivo, a velocidade e o controle de fluxo.",
        )
    return LinkDown(f"Não foi possível abrir {link.path} (erro {code} do sistema).", CHECK_CABLE)


def group_of(path: Path) -> str | None:
    """Give the name of the group that owns ``path``, its number where it has no name, ``None`` without it."""
    try:
        gid = path.stat().st_gid
    except OSError:
        return None
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def ignore_rule(vid: str, pid: str) -> str:
    """Give the udev rule that keeps ModemManager (1.12 or newer) off a kind of modem."""
    return f'ATTRS{{idVendor}}=="{vid}", ATTRS{{idProduct}}=="{pid}", ENV{{ID_MM_DEVICE_IGNORE}}="1"'


def _busy(link: SerialLink, machine: Machine) -> LinkDown:
    path = Path(link.path)
    holder = holder_of(path, machine)
    if holder is not None and holder.name != MODEM_MANAGER:
        return LinkDown(
            f"O dispositivo {link.path} está em uso por outro programa: {holder.name} (processo {holder.pid}).",
            f"Encerre o outro programa. Para ver quem usa a porta: sudo fuser -v {link.path}.",
        )
    if holder is not None or is_running(MODEM_MANAGER, machine):
        return _held_by_modem_manager(path, machine, certain=holder is not None)
    return LinkDown(
        f"O dispositivo {link.path} está em uso por outro programa.",
        f"Feche o outro programa; descubra qual é com: sudo fuser -v {link.path}.",
    )


def _held_by_modem_manager(path: Path, machine: Machine, *, certain: bool) -> LinkDown:
    real = os.path.realpath(path)
    port = next((port for port in usb_ports(machine) if os.path.realpath(port.path) == real), None)
    rule = ignore_rule(port.vid, port.pid) if port else ignore_rule("VID", "PID")
    probably = "" if certain else "provavelmente "
    return LinkDown(
        f"O dispositivo {path} está em uso por outro programa, {probably}o ModemManager do sistema.",
        f"Faça-o ignorar o aparelho: grave em {_RULES_FILE} a linha {rule} — execute "
        "sudo udevadm control --reload, desligue o aparelho do cabo e ligue-o de novo.",
    )


def _no_permission(link: SerialLink) -> LinkDown:
    """Name the group that may open the device, and how to join it."""
    path = Path(link.path)
    group = group_of(path)
    if group is None:
        return LinkDown(
            f"Sem permissão para chegar a {link.path}.",
            "Peça ao administrador acesso à pasta do dispositivo.",
        )
    mode = stat.S_IMODE(path.stat().st_mode)
    reason = f"Sem permissão para abrir {link.path}, que pertence ao grupo “{group}”."
    if not mode & stat.S_IRGRP or not mode & stat.S_IWGRP:
        return LinkDown(reason, f"Nem o grupo pode abri-lo: sudo chmod g+rw {link.path} (ou uma regra udev).")
    return LinkDown(reason, f"Execute: sudo usermod -aG {group} {user_name()} — e entre de novo na sessão.")


def user_name() -> str:
    """The user whom this process runs as, for advice; the number of one without a name."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
