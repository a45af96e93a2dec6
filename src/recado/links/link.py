"""How a line is written down: ``serial:/dev/ttyUSB0?baud=115200`` or ``tcp:HOST:PORT``."""

import re
from dataclasses import dataclass
from typing import TypeAlias

DEFAULT_BAUD = 115200
"""What USB modems ignore and nearly every other modem of this century starts with."""

_FORMS = "Use serial:/dev/ttyUSB0, serial:/dev/ttyUSB0?baud=9600 ou tcp:SERVIDOR:PORTA."
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]+\]")


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

    def __str__(self) -> str:
        speed = "" if self.baud == DEFAULT_BAUD else f"?baud={self.baud}"
        return f"serial:{self.path}{speed}"


@dataclass(frozen=True, slots=True)
class TcpLink:
    """A modem behind a terminal server. ``host`` is a name or an address, IPv6 without brackets."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"tcp:{host}:{self.port}"


Link: TypeAlias = SerialLink | TcpLink


def parse_link(text: str) -> Link:
    """Read a line's name. Raises ``LinkSyntaxError`` with a pt-BR text for anything else."""
    scheme, colon, rest = text.strip().partition(":")
    if colon and scheme.lower() == "serial":
        return _serial(rest)
    if colon and scheme.lower() == "tcp":
        return _tcp(rest)
    if text.strip().startswith("/"):
        raise LinkSyntaxError(f"Falta o tipo da ligação. Quis dizer serial:{text.strip()}?")
    raise LinkSyntaxError(f"Não entendi a ligação “{text.strip()[:80]}”.")


def _serial(rest: str) -> SerialLink:
    path, question, options = rest.partition("?")
    if not path.startswith("/") or "\x00" in path:
        raise LinkSyntaxError("A ligação serial precisa do caminho completo do dispositivo.")
    if not question:
        return SerialLink(path)
    name, _, value = options.partition("=")
    if name != "baud":
        raise LinkSyntaxError(f"Não conheço a opção “{name[:40]}” da ligação serial.")
    return SerialLink(path, _number(value, 4_000_000, "A velocidade (baud)"))


def _tcp(rest: str) -> TcpLink:
    host, colon, port = rest.rpartition(":")
    if not colon or not _HOST.fullmatch(host):
        raise LinkSyntaxError("A ligação TCP precisa do servidor e da porta.")
    return TcpLink(host.strip("[]"), _number(port, 65535, "A porta"))


def _number(text: str, highest: int, what: str) -> int:
    readable = text.isascii() and text.isdigit() and len(text) <= 7
    if not readable or not 1 <= int(text) <= highest:
        raise LinkSyntaxError(f"{what} deve ser um número de 1 a {highest}.")
    return int(text)
