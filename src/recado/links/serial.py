"""A serial line: a USB modem's tty, a cable, or a pseudo-terminal (POSIX termios through serialx).

The device is taken for ourselves twice. The lock (flock) is seen by other copies of this program and by
whoever asks for it; TIOCEXCL also keeps those out who do not ask, such as a terminal program. A
pseudo-terminal is only locked: there the kernel keeps TIOCEXCL after a crash for as long as the other end
lives, and nobody could open it again.
"""

import fcntl
import os
import termios

import serialx

from recado.links.descriptor import DescriptorTransport
from recado.links.link import Flow, SerialLink
from recado.links.machine import THIS_MACHINE, Machine
from recado.links.refusals import explain_refusal

_PSEUDO_TERMINAL_MAJORS = range(136, 144)
"""Linux Documentation/admin-guide/devices.txt: Unix98 pseudo-terminal slaves."""


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


def open_serial(link: SerialLink, machine: Machine = THIS_MACHINE) -> SerialTransport:
    """Open ``link`` for ourselves. Raises ``LinkDown`` with reason and advice in pt-BR."""
    port = serialx.serial_for_url(
        link.path,
        baudrate=link.baud,
        exclusive=True,
        rtscts=link.flow is Flow.RTSCTS,
        xonxoff=link.flow is Flow.XONXOFF,
    )
    try:
        port.open()
        return SerialTransport(port, str(link))
    except (OSError, termios.error, serialx.SerialException, serialx.UnsupportedSetting) as error:
        port.close()
        raise explain_refusal(link, error, machine) from error
