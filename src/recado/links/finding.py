"""Opening a USB modem by its identity: which of its ttys answers AT is found by asking, each time anew.

Nothing is remembered between two openings: the modem may have been plugged in again under other names, or swapped
for its twin. A port is asked for little more than a second; the ports are asked in the order in which they are known
to answer, because unread chatter on the wrong port can crash some sticks.
"""

from collections.abc import Callable

from recado.links.link import SerialLink, UsbLink
from recado.links.machine import Machine
from recado.links.refusals import CHECK_CABLE
from recado.links.usb import UsbPort, in_order_of_promise, is_plugged_in, usb_ports
from recado.modem.clock import Clock, SystemClock
from recado.modem.condition import PhoneCondition
from recado.modem.errors import LinkDown
from recado.modem.parser import Final, Parser
from recado.modem.transport import Transport

ATTEMPTS = 2
PATIENCE = 0.75
"""Seconds for each of the attempts: a sleeping phone may need 0.5 s and lose the first AT."""

Opener = Callable[[SerialLink], Transport]

# Digits and ESC make whatever was left half written harmless, as the driver does.
_ASK = b"99999999\x1b\rAT\r"


def open_usb(link: UsbLink, machine: Machine, opener: Opener, clock: Clock | None = None) -> Transport:
    """Open the tty of ``link`` that answers AT. ``opener`` opens one tty.

    Raises ``LinkDown`` (pt-BR): no such modem, several alike, no tty, none that answers; and where no port could
    be opened at all, what the first one said.
    """
    ports = find_ports(link, machine)
    if len(ports) == 1:
        # Nothing to choose from: whether it answers is the driver's to find out, with more patience.
        return _Named(opener(_serial(ports[0], link)), str(link))
    refusal: LinkDown | None = None
    for port in ports:
        try:
            transport = opener(_serial(port, link))
        except LinkDown as down:
            refusal = refusal or down
            continue
        if answers_at(transport, clock or SystemClock()):
            return _Named(transport, str(link))
        transport.close()
    if refusal is not None:
        raise refusal
    names = ", ".join(port.path.name for port in ports)
    raise LinkDown(
        f"O aparelho {link} está ligado, mas nenhuma de suas portas ({names}) respondeu.",
        "Desligue o aparelho da energia e ligue de novo. Se continuar, escolha a porta: serial:/dev/…",
        condition=PhoneCondition.SILENT,
    )


def find_ports(link: UsbLink, machine: Machine) -> tuple[UsbPort, ...]:
    """Give the ttys of the one modem that ``link`` names, the most promising first. Raises ``LinkDown``."""
    alike = tuple(port for port in usb_ports(machine) if (port.vid, port.pid) == (link.vid, link.pid))
    wanted = tuple(port for port in alike if link.serial is None or port.serial == link.serial)
    modems = {port.modem: port for port in wanted}
    if len(modems) > 1:
        raise _several(link, tuple(modems.values()))
    ports = in_order_of_promise(wanted)
    if not ports:
        raise _missing(link, alike, machine)
    return ports


def answers_at(transport: Transport, clock: Clock) -> bool:
    """Whether something that speaks AT is at the other end; a line that is lost meanwhile is none."""
    parser = Parser()
    parser.numeric = True
    try:
        for _ in range(ATTEMPTS):
            transport.write(_ASK)
            until = clock.monotonic() + PATIENCE
            while (left := until - clock.monotonic()) > 0:
                tokens = parser.feed(transport.read(left))
                if any(isinstance(token, Final) and token.ok for token in tokens):
                    return True
    except LinkDown:
        return False
    return False


class _Named:
    """A transport under the name by which it was asked for, which stays when the tty's changes."""

    def __init__(self, transport: Transport, name: str) -> None:
        self._transport = transport
        self._name = name

    @property
    def name(self) -> str:
        """The link as it was written down."""
        return self._name

    def read(self, timeout: float, wake: int | None = None) -> bytes:
        """See ``Transport.read``."""
        return self._transport.read(timeout, wake)

    def write(self, data: bytes) -> None:
        """See ``Transport.write``."""
        self._transport.write(data)

    def close(self) -> None:
        """See ``Transport.close``."""
        self._transport.close()


def _serial(port: UsbPort, link: UsbLink) -> SerialLink:
    return SerialLink(str(port.path), link.baud, link.flow)


def _several(link: UsbLink, modems: tuple[UsbPort, ...]) -> LinkDown:
    serials = sorted({port.serial for port in modems if port.serial})
    if len(serials) == len(modems):
        advice = "Diga qual: " + ", ".join(f"usb:{link.vid}:{link.pid}:{serial}" for serial in serials) + "."
    else:
        advice = "Eles não têm números de série diferentes: use serial:/dev/serial/by-path/…, que segue a tomada USB."
    return LinkDown(f"Há {len(modems)} aparelhos USB {link.vid}:{link.pid} neste computador.", advice)


def _missing(link: UsbLink, alike: tuple[UsbPort, ...], machine: Machine) -> LinkDown:
    if alike and link.serial is not None:
        found = ", ".join(sorted({port.serial or "sem número" for port in alike}))
        return LinkDown(
            f"O aparelho USB {link.vid}:{link.pid} de série {link.serial} não está ligado a este computador.",
            f"Há outro do mesmo tipo, de série: {found}. Confira o número ou o cabo.",
        )
    if alike or is_plugged_in(machine, link.vid, link.pid):
        return LinkDown(
            f"O aparelho USB {link.vid}:{link.pid} está ligado, mas não oferece porta de comandos AT.",
            "Ele pode estar em modo de disco ou de rede (HiLink): mude o modo com usb_modeswitch, "
            "ou use outro modelo de aparelho.",
        )
    return LinkDown(f"O aparelho USB {link.vid}:{link.pid} não está ligado a este computador.", CHECK_CABLE)
