"""A serial line: a USB modem's tty, a cable, or a pseudo-terminal (POSIX termios through serialx).

The device is taken for ourselves twice. The lock (flock) is seen by other copies of this program and by
whoever asks for it; TIOCEXCL also keeps those out who do not ask, such as a terminal program. A
pseudo-terminal is only locked: there the kernel keeps TIOCEXCL after a crash for as long as the other end
lives, and nobody could open it again.
"""

import errno
import fcntl
import grp
import os
import pwd
import stat
import termios
from pathlib import Path

import serialx

from recado.links.descriptor import DescriptorTransport
from recado.links.link import SerialLink
from recado.modem.errors import LinkDown

_PSEUDO_TERMINAL_MAJORS = range(136, 144)
"""Linux Documentation/admin-guide/devices.txt: Unix98 pseudo-terminal slaves."""

_BUSY_CODES = frozenset({errno.EBUSY, errno.EWOULDBLOCK})
_ABSENT_CODES = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO, errno.ENOTDIR})
_CHECK_CABLE = "Confira o cabo e a alimentação. Veja os dispositivos presentes com: ls -l /dev/serial/by-id"


class SerialTransport(DescriptorTransport):
    """An open serial line, ours alone until ``close``."""

    def __init__(self, port: serialx.BaseSerial, name: str) -> None:
        super().__init__(port.fileno(), name)
        self._port = port
        self._exclusive = os.major(os.fstat(port.fileno()).st_rdev) not in _PSEUDO_TERMINAL_MAJORS
        if self._exclusive:
            fcntl.ioctl(port.fileno(), termios.TIOCEXCL)

    def _release(self) -> None:
        try:
            if self._exclusive:
                fcntl.ioctl(self._fd, termios.TIOCNXCL)
            self._port.close()
        except OSError:
            # The device was pulled out: there is nothing left to release.
            return


def open_serial(link: SerialLink) -> SerialTransport:
    """Open ``link`` for ourselves. Raises ``LinkDown`` with reason and advice in pt-BR."""
    port = serialx.serial_for_url(link.path, baudrate=link.baud, exclusive=True)
    try:
        port.open()
        return SerialTransport(port, str(link))
    except (OSError, termios.error, serialx.SerialException) as error:
        port.close()
        raise _explain(link, error) from error


def _explain(link: SerialLink, error: Exception) -> LinkDown:
    code = error.errno if isinstance(error, OSError) else None
    if code in _BUSY_CODES:
        return LinkDown(
            f"O dispositivo {link.path} está em uso por outro programa.",
            f"Feche o outro programa; descubra qual é com: sudo fuser -v {link.path}. "
            "Se for o ModemManager, faça-o ignorar o aparelho.",
        )
    if code in (errno.EACCES, errno.EPERM):
        return _explain_permission(link)
    if code in _ABSENT_CODES:
        return LinkDown(f"O dispositivo {link.path} não existe ou está desligado.", _CHECK_CABLE)
    if code in (None, errno.ENOTTY, errno.EINVAL, errno.EISDIR):
        return LinkDown(
            f"{link.path} não é uma porta serial ou não aceita {link.baud} bit/s.",
            "Confira o caminho do dispositivo e a velocidade.",
        )
    return LinkDown(f"Não foi possível abrir {link.path} (erro {code} do sistema).", _CHECK_CABLE)


def _explain_permission(link: SerialLink) -> LinkDown:
    """Name the group that may open the device, and how to join it."""
    try:
        status = Path(link.path).stat()
    except OSError:
        return LinkDown(
            f"Sem permissão para chegar a {link.path}.",
            "Peça ao administrador acesso à pasta do dispositivo.",
        )
    group = _group_name(status.st_gid)
    reason = f"Sem permissão para abrir {link.path}, que pertence ao grupo “{group}”."
    if not stat.S_IMODE(status.st_mode) & stat.S_IRGRP or not status.st_mode & stat.S_IWGRP:
        return LinkDown(reason, f"Nem o grupo pode abri-lo: sudo chmod g+rw {link.path} (ou uma regra udev).")
    return LinkDown(reason, f"Execute: sudo usermod -aG {group} {_user_name()} — e entre de novo na sessão.")


def _group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _user_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
