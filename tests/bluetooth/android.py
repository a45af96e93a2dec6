"""A phone that sends by itself: a small MAP server on OBEX, as much of both as obexd's client asks for.

Bluetooth MAP 1.4 §5 and IrDA OBEX 1.3 §3. What is pushed into the outbox is sent at once and lies among the sent.
"""

from __future__ import annotations

import re
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from xml.sax.saxutils import quoteattr

CONTINUE, SUCCESS, NOT_FOUND = 0x90, 0xA0, 0xC4
_CONNECT, _DISCONNECT, _PUT, _GET, _SET_PATH, _ABORT = 0x80, 0x81, 0x02, 0x03, 0x85, 0xFF
_FINAL = 0x80
_NAME, _TYPE, _TARGET, _BODY, _END_OF_BODY, _WHO, _PARAMETERS, _CONNECTION = (
    0x01,
    0x42,
    0x46,
    0x48,
    0x49,
    0x4A,
    0x4C,
    0xCB,
)
_MESSAGES = bytes.fromhex("bb582b40420c11dbb0de0800200c9a66")
"""The target of a MAP server."""
_TEXT = re.compile(rb"BEGIN:MSG\r\n(.*?)\r\nEND:MSG\r\n", re.DOTALL)
_TO = re.compile(rb"BEGIN:BENV\r\nBEGIN:VCARD.*?\r\nTEL:([+0-9]+)\r\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pushed:
    """One SMS that the phone took: to whom, and the text as it came."""

    number: str
    text: str


@dataclass
class Android:
    """`taken`: what was pushed. `silent`: it hears a push to its end, keeps it, and never answers."""

    taken: list[Pushed] = field(default_factory=list)
    silent: bool = False

    def serve(self, line: socket.socket) -> None:
        """Be the server on `line` until it is hung up."""
        reader = line.makefile("rb")
        self._put, self._kind = bytearray(), b""
        with suppress(OSError):
            while len(head := reader.read(3)) == 3:
                code, length = struct.unpack(">BH", head)
                answer = self._answer(code, reader.read(length - 3))
                if answer:
                    line.sendall(answer)

    def _answer(self, code: int, data: bytes) -> bytes:
        if code == _CONNECT:
            connection = struct.pack(">BI", _CONNECTION, 1)
            return _packet(SUCCESS, struct.pack(">BBH", 0x10, 0, 0xFFFF) + connection + _header(_WHO, _MESSAGES))
        if code in (_SET_PATH, _DISCONNECT, _ABORT):
            return _packet(SUCCESS)
        headers = _headers(data)
        if code & ~_FINAL == _GET:
            return self._get(headers)
        self._kind = headers.get(_TYPE, self._kind)
        self._put += headers.get(_BODY, b"") + headers.get(_END_OF_BODY, b"")
        if not code & _FINAL:
            return _packet(CONTINUE)
        return self._taken()

    def _taken(self) -> bytes:
        kind, data = self._kind, bytes(self._put)
        self._put, self._kind = bytearray(), b""
        if not kind.startswith(b"x-bt/message\0"):
            return _packet(SUCCESS)
        text, to = _TEXT.search(data), _TO.search(data)
        if text is None or to is None:
            return _packet(NOT_FOUND)
        self.taken.append(Pushed(to.group(1).decode(), text.group(1).decode()))
        if self.silent:
            return b""
        return _packet(SUCCESS, _header(_NAME, f"{len(self.taken):016X}\0".encode("utf-16-be")))

    def _get(self, headers: dict[int, bytes]) -> bytes:
        if not headers.get(_TYPE, b"").startswith(b"x-bt/MAP-msg-listing\0"):
            return _packet(NOT_FOUND)
        folder = headers.get(_NAME, b"").decode("utf-16-be").rstrip("\0").lower()
        sent = self.taken if folder == "sent" else []
        listing = _listing(sent).encode()
        count = struct.pack(">BBH", 0x12, 2, len(sent))
        return _packet(SUCCESS, _header(_PARAMETERS, count) + _header(_END_OF_BODY, listing))


def _listing(sent: list[Pushed]) -> str:
    now = datetime.now().strftime("%Y%m%dT%H%M%S")  # noqa: DTZ005 - the phone's own clock, as MAP has it
    rows = [
        f'<msg handle="{number:016X}" subject={quoteattr(one.text)} datetime="{now}" '
        f'recipient_addressing="{one.number}" type="SMS_GSM" size="{len(one.text)}" text="yes" '
        'reception_status="complete" priority="no" read="yes" sent="yes" protected="no"/>'
        for number, one in enumerate(sent, start=1)
    ]
    return f'<?xml version="1.0" encoding="UTF-8"?><MAP-msg-listing version="1.0">{"".join(rows)}</MAP-msg-listing>'


def _packet(code: int, headers: bytes = b"") -> bytes:
    return struct.pack(">BH", code, 3 + len(headers)) + headers


def _header(name: int, value: bytes) -> bytes:
    return struct.pack(">BH", name, 3 + len(value)) + value


def _headers(data: bytes) -> dict[int, bytes]:
    """The headers of a request: two bits of the name say how each is measured (OBEX §2.1)."""
    found = {}
    while data:
        name = data[0]
        if name >> 6 in (0, 1):
            (length,) = struct.unpack(">H", data[1:3])
            found[name], data = data[3:length], data[length:]
        else:
            size = 2 if name >> 6 == 2 else 5
            found[name], data = data[1:size], data[size:]
    return found
