"""How a line is written down.

::

    usb:VID:PID[:SERIAL]       a USB modem wherever it is plugged in, whatever tty the kernel gives it
    serial:/dev/ttyUSB0        a tty by its path
    tcp:HOST:PORT              a modem behind a terminal server
    bluetooth:ADDRESS          a paired phone's AT line by Bluetooth (RFCOMM)
    map:ADDRESS                a paired Android phone that sends by itself (Bluetooth MAP); no line of bytes

``usb:`` and ``serial:`` take options: ``?baud=9600&flow=rtscts``. ``bluetooth:`` takes ``?adapter=hci1``, for a phone
that is paired through more than one adapter; without it the adapter is the one that has the bond and is on.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

DEFAULT_BAUD = 115200
"""What USB modems ignore and nearly every other modem of this century starts with."""

_FORMS = (
    "Use usb:FABRICANTE:PRODUTO (como usb:2c7c:0125), serial:/dev/ttyUSB0, serial:/dev/ttyUSB0?baud=9600&flow=rtscts, "
    "tcp:SERVIDOR:PORTA, bluetooth:ENDEREÇO (como bluetooth:A4:77:33:00:00:01) ou map:ENDEREÇO (celular Android)."
)
_USB = re.compile(r"([0-9A-Fa-f]{4}):([0-9A-Fa-f]{4})(?::([^\s?]{1,126}))?")
_BLUETOOTH = re.compile(r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}")
_ADAPTER = re.compile(r"hci[0-9]{1,2}")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]+\]")


class Flow(StrEnum):
    """Who tells the other side to pause, and how (ITU-T V.250 §6.2.12). USB modems need none."""

    NONE = "none"
    RTSCTS = "rtscts"
    XONXOFF = "xonxoff"


class LinkSyntaxError(ValueError):
    """The text names no line. ``reason`` and ``advice`` are pt-BR."""

    def __init__(self, reason: str, advice: str = _FORMS) -> None:
        super().__init__(f"{reason} {advice}")
        self.reason = reason
        self.advice = advice


@dataclass(frozen=True, slots=True)
class SerialLink:
    """A serial device: a USB modem, a cable, or the emulator's pseudo-terminal. ``baud`` is in bit/s."""

    path: str
    baud: int = DEFAULT_BAUD
    flow: Flow = Flow.NONE

    def __str__(self) -> str:
        return f"serial:{self.path}{_written_options(self.baud, self.flow)}"


@dataclass(frozen=True, slots=True)
class UsbLink:
    """A USB modem by its identity. ``vid`` and ``pid`` are four lower-case hexadecimal digits.

    Without ``serial`` it is the only modem of that kind on this machine.
    """

    vid: str
    pid: str
    serial: str | None = None
    baud: int = DEFAULT_BAUD
    flow: Flow = Flow.NONE

    def __str__(self) -> str:
        serial = "" if self.serial is None else f":{self.serial}"
        return f"usb:{self.vid}:{self.pid}{serial}{_written_options(self.baud, self.flow)}"


@dataclass(frozen=True, slots=True)
class TcpLink:
    """A modem behind a terminal server. ``host`` is a name or an address, IPv6 without brackets."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"tcp:{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class BluetoothLink:
    """A paired phone's AT line by Bluetooth. ``address`` is ``AA:BB:CC:DD:EE:FF``, in capitals.

    ``adapter`` is the kernel's name for the adapter to use; ``None`` for the one that has the bond.
    """

    address: str
    adapter: str | None = None

    def __str__(self) -> str:
        return f"bluetooth:{self.address}" + (f"?adapter={self.adapter}" if self.adapter else "")


@dataclass(frozen=True, slots=True)
class MapLink:
    """A paired phone that sends by itself: Bluetooth Message Access Profile. ``address`` as in ``BluetoothLink``."""

    address: str

    def __str__(self) -> str:
        return f"map:{self.address}"


Link: TypeAlias = SerialLink | UsbLink | TcpLink | BluetoothLink | MapLink


def parse_link(text: str) -> Link:
    """Read a line's name. Raises ``LinkSyntaxError`` with a pt-BR text for anything else."""
    scheme, colon, rest = text.strip().partition(":")
    reader = _READERS.get(scheme.lower()) if colon else None
    if reader is not None:
        return reader(rest)
    if text.strip().startswith("/"):
        raise LinkSyntaxError(f"Falta o tipo da ligação. Quis dizer serial:{text.strip()}?")
    raise LinkSyntaxError(f"Não entendi a ligação “{text.strip()[:80]}”.")


def _serial(rest: str) -> SerialLink:
    path, question, options = rest.partition("?")
    if not path.startswith("/") or "\x00" in path:
        raise LinkSyntaxError("A ligação serial precisa do caminho completo do dispositivo.")
    baud, flow = _options(options if question else None)
    return SerialLink(path, baud, flow)


def _usb(rest: str) -> UsbLink:
    identity, question, options = rest.partition("?")
    found = _USB.fullmatch(identity)
    if found is None:
        raise LinkSyntaxError("A ligação USB precisa dos códigos de fabricante e produto, de 4 dígitos cada um.")
    baud, flow = _options(options if question else None)
    return UsbLink(found.group(1).lower(), found.group(2).lower(), found.group(3), baud, flow)


def _options(text: str | None) -> tuple[int, Flow]:
    """Read ``baud=…&flow=…``; ``None`` when there are none."""
    baud, flow = DEFAULT_BAUD, Flow.NONE
    for option in () if text is None else text.split("&"):
        name, _, value = option.partition("=")
        if name == "baud":
            baud = _number(value, 4_000_000, "A velocidade (baud)")
        elif name == "flow":
            if value not in tuple(Flow):
                raise LinkSyntaxError("O controle de fluxo (flow) deve ser none, rtscts ou xonxoff.")
            flow = Flow(value)
        else:
            raise LinkSyntaxError(f"Não conheço a opção “{name[:40]}” da ligação serial.")
    return baud, flow


def _written_options(baud: int, flow: Flow) -> str:
    options = [f"baud={baud}"] if baud != DEFAULT_BAUD else []
    options += [f"flow={flow}"] if flow is not Flow.NONE else []
    return "?" + "&".join(options) if options else ""


def _tcp(rest: str) -> TcpLink:
    host, colon, port = rest.rpartition(":")
    if not colon or not _HOST.fullmatch(host):
        raise LinkSyntaxError("A ligação TCP precisa do servidor e da porta.")
    return TcpLink(host.strip("[]"), _number(port, 65535, "A porta"))


def _bluetooth(rest: str) -> BluetoothLink:
    address, question, options = rest.partition("?")
    name, _, adapter = options.partition("=")
    if question and not (name == "adapter" and _ADAPTER.fullmatch(adapter)):
        raise LinkSyntaxError("A ligação Bluetooth só tem a opção adapter, como ?adapter=hci1.")
    return BluetoothLink(parse_address(address), adapter or None)


def _map(rest: str) -> MapLink:
    return MapLink(parse_address(rest))


def parse_address(text: str) -> str:
    """Give a Bluetooth address as it is written everywhere here. Raises ``LinkSyntaxError``."""
    if not _BLUETOOTH.fullmatch(text.strip()):
        raise LinkSyntaxError(
            "O endereço Bluetooth tem seis pares de dígitos, como A4:77:33:00:00:01.",
            "Para ver os aparelhos por perto: recado phones scan",
        )
    return text.strip().upper()


def _number(text: str, highest: int, what: str) -> int:
    readable = text.isascii() and text.isdigit() and len(text) <= 7
    if not readable or not 1 <= int(text) <= highest:
        raise LinkSyntaxError(f"{what} deve ser um número de 1 a {highest}.")
    return int(text)


_READERS: dict[str, Callable[[str], Link]] = {
    "serial": _serial,
    "usb": _usb,
    "tcp": _tcp,
    "bluetooth": _bluetooth,
    "map": _map,
}
