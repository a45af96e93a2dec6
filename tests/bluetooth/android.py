"""A virtual Android: a phone that offers MAP, as much of OBEX as it takes, and notifications when it is told to.

Octets as of IrOBEX 1.5 §2 and §3, requests and application parameters as of MAP 1.4 §5 and §6. It shares adapter and
agent with the virtual phone that speaks AT.
"""

from __future__ import annotations

import re
import socket
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from dbus_fast import Variant

from recado.links.bluetooth.bluez import SERVICE
from recado.links.bluetooth.bmessage import read_bmessage
from recado.links.bluetooth.bus import Answer, Bus, Request

_PROFILE = "/phone/messages"
_UUID = "5ec0ad00-0000-4000-8000-000000000002"
_CHANNEL = 10
_MNS_CHANNEL = 17
"""Where BlueZ puts the notification server."""
_RECORD = f"""<?xml version="1.0" encoding="UTF-8" ?>
<record>
<attribute id="0x0001"><sequence><uuid value="0x1132"/></sequence></attribute>
<attribute id="0x0004"><sequence>
<sequence><uuid value="0x0100"/></sequence>
<sequence><uuid value="0x0003"/><uint8 value="{_CHANNEL:#04x}"/></sequence>
<sequence><uuid value="0x0008"/></sequence>
</sequence></attribute>
<attribute id="0x0005"><sequence><uuid value="0x1002"/></sequence></attribute>
<attribute id="0x0009"><sequence>
<sequence><uuid value="0x1134"/><uint16 value="0x0101"/></sequence>
</sequence></attribute>
<attribute id="0x0100"><text value="SMS"/></attribute>
<attribute id="0x0315"><uint8 value="0x00"/></attribute>
<attribute id="0x0316"><uint8 value="0x02"/></attribute>
</record>"""

_CONNECT, _DISCONNECT, _PUT, _GET, _SETPATH, _FINAL = 0x80, 0x81, 0x02, 0x03, 0x85, 0x80
_CONTINUE, _SUCCESS, _FORBIDDEN = 0x90, 0xA0, 0xC3
_NAME, _TYPE, _BODY, _END_OF_BODY, _WHO, _TARGET, _PARAMETERS, _CONNECTION = (
    0x01, 0x42, 0x48, 0x49, 0x4A, 0x46, 0x4C, 0xCB,
)  # fmt: skip
_CHARSET = 0x14
_MNS_TARGET = bytes.fromhex("bb582b41420c11dbb0de0800200c9a66")

# A system's own Python knows Bluetooth sockets, the one that runs the test may not.
_CARRIER = """
import select, socket, sys, os
line = socket.socket(socket.AF_BLUETOOTH, socket.SOCK_STREAM, socket.BTPROTO_RFCOMM)
line.bind((sys.argv[1], 0)); line.connect((sys.argv[2], int(sys.argv[3])))
while True:
    for ready in select.select([line, 0], [], [])[0]:
        data = line.recv(4096) if ready is line else os.read(0, 4096)
        if not data: sys.exit()
        line.sendall(data) if ready == 0 else os.write(1, data)
"""


@dataclass
class Sms:
    """A message in the phone."""

    handle: int
    folder: str
    number: str
    text: str


@dataclass
class Phone:
    """What the phone holds and how it behaves. `taken` are the texts it was given, in order."""

    messages: list[Sms] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    sends: bool = True
    """Whether what it is given goes to the sent messages at once; else it stays in the outbox."""
    refuses: bool = False
    drops_after_taking: bool = False
    notifies: bool = False


class VirtualAndroid:
    """The phone's message service on the adapter `adapter`, to be found by its service record."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.phone = Phone()
        self._line: socket.socket | None = None

    def switch_on(self) -> None:
        """Offer the service; once more after bluetoothd was started again."""
        options = {
            "Role": Variant("s", "server"),
            "Channel": Variant("q", _CHANNEL),
            "RequireAuthentication": Variant("b", True),
            "RequireAuthorization": Variant("b", False),
            "ServiceRecord": Variant("s", _RECORD),
        }
        self.bus.export(_PROFILE, "org.bluez.Profile1", self._of_profile)
        body = [_PROFILE, _UUID, options]
        manager = "org.bluez.ProfileManager1"
        self.bus.run(self.bus.call(SERVICE, "/org/bluez", manager, "RegisterProfile", "osa{sv}", body), 30)

    def hang_up(self) -> None:
        """Drop the line."""
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    def receive(self, number: str, text: str) -> Sms:
        """An SMS comes in."""
        sms = Sms(self._next_handle(), "inbox", number, text)
        self.phone.messages.append(sms)
        return sms

    def notify(self, kind: str, sms: Sms, ours: str, theirs: str) -> None:
        """Tell the server at address `theirs` of an event, over a line of the phone's own (address `ours`)."""
        event = (
            f'<event type="{kind}" handle="{sms.handle:016x}" folder="telecom/msg/{sms.folder}" msg_type="SMS_GSM"/>'
        )
        report = f'<?xml version="1.0"?><MAP-event-report version="1.0">{event}</MAP-event-report>'.encode()
        command = ["/usr/bin/python3", "-c", _CARRIER, ours, theirs, str(_MNS_CHANNEL)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as carrier:
            assert carrier.stdin is not None
            assert carrier.stdout is not None
            head = b"\x10\x00\x10\x00" + _header(_TARGET, _MNS_TARGET)
            connected = _exchange(carrier, _packet(_CONNECT, head))
            connection = _headers(connected[7:]).get(_CONNECTION, b"\0\0\0\1")
            put = b"".join(
                (
                    bytes([_CONNECTION]) + connection,
                    _header(_TYPE, b"x-bt/MAP-event-report\0"),
                    _header(_PARAMETERS, b"\x0f\x01\x00"),
                    _header(_END_OF_BODY, report),
                )
            )
            answer = _exchange(carrier, _packet(_PUT | _FINAL, put))
            assert answer[0] == _SUCCESS, f"the notification was answered {answer[0]:#x}"
            carrier.kill()

    async def _of_profile(self, request: Request) -> Answer:
        if request.member == "NewConnection":
            self._line = socket.socket(fileno=int(request.body[1]))
            self._line.setblocking(True)
            threading.Thread(target=self._serve, args=(self._line,), daemon=True).start()
        elif request.member == "RequestDisconnection":
            self.hang_up()
        return Answer()

    def _serve(self, line: socket.socket) -> None:
        with suppress(OSError), line:
            headers: dict[int, bytes] = {}
            body = b""
            while packet := _read_packet(line.recv):
                code, more = packet[0], _headers(packet[_head_length(packet[0]) :])
                headers |= more
                body += more.get(_BODY, b"") + more.get(_END_OF_BODY, b"")
                if code == _PUT:
                    # The request goes on in the next packet.
                    line.sendall(_packet(_CONTINUE))
                    continue
                answer = self._answer(code, headers, body)
                headers, body = {}, b""
                if not answer:
                    line.shutdown(socket.SHUT_RDWR)
                    return
                line.sendall(answer)

    def _answer(self, code: int, headers: dict[int, bytes], body: bytes) -> bytes:
        """The whole answer to one request; nothing when the line drops."""
        kind, name = headers.get(_TYPE, b"").rstrip(b"\0"), _text(headers.get(_NAME, b""))
        match code, kind:
            case (0x80, _):
                target = _header(_WHO, headers.get(_TARGET, b""))
                return _packet(_SUCCESS, b"\x10\x00\x10\x00" + bytes([_CONNECTION]) + b"\0\0\0\1" + target)
            case (0x82, b"x-bt/message"):
                return self._take(name, headers.get(_PARAMETERS, b""), body)
            case (0x83, b"x-bt/MAP-msg-listing"):
                return _packet(_SUCCESS, _header(_PARAMETERS, b"\x0d\x01\x00\x12\x02\x00\x10") + self._listing(name))
            case (0x83, b"x-bt/message"):
                return self._give(int(name, 16))
        return _packet(_SUCCESS)

    def _take(self, folder: str, parameters: bytes, body: bytes) -> bytes:
        if self.phone.refuses or folder != "outbox" or _parameter(parameters, _CHARSET) != b"\x01":
            return _packet(_FORBIDDEN)
        message = read_bmessage(body)
        declared = re.search(rb"LENGTH:(\d+)\r\n", body)
        assert declared is not None
        assert body[declared.end() + int(declared.group(1)) :].startswith(b"END:BBODY"), "LENGTH is wrong"
        handle = self._next_handle()
        place = "sent" if self.phone.sends else "outbox"
        self.phone.messages.append(Sms(handle, place, message.recipients[0].number, message.text))
        self.phone.taken.append(message.text)
        if self.phone.drops_after_taking:
            return b""
        return _packet(_SUCCESS, _header(_NAME, f"{handle:016X}\0".encode("utf-16-be")))

    def _listing(self, folder: str) -> bytes:
        lines = [
            f'<msg handle="{sms.handle:016X}" subject={quoteattr(sms.text[:40])} datetime="20261122T101010" '
            f'sender_addressing="{sms.number}" recipient_addressing="{sms.number}" type="SMS_GSM" size="20" text="yes" '
            f'reception_status="complete" attachment_size="0" priority="no" read="no" '
            f'sent="{"yes" if folder == "sent" else "no"}" protected="no"/>'
            for sms in reversed(self.phone.messages)
            if sms.folder == folder
        ]
        listing = f'<?xml version="1.0"?><MAP-msg-listing version="1.0">{"".join(lines[:20])}</MAP-msg-listing>'
        return _header(_END_OF_BODY, listing.encode())

    def _give(self, handle: int) -> bytes:
        sms = next(one for one in self.phone.messages if one.handle == handle)
        written = (
            "BEGIN:BMSG\r\nVERSION:1.0\r\nSTATUS:UNREAD\r\nTYPE:SMS_GSM\r\nFOLDER:telecom/msg/inbox\r\nBEGIN:VCARD\r\n"
            f"VERSION:3.0\r\nFN:\r\nN:\r\nTEL:{sms.number}\r\nEND:VCARD\r\nBEGIN:BENV\r\nBEGIN:BBODY\r\nCHARSET:UTF-8\r\n"
            f"LENGTH:{len(sms.text.encode()) + 22}\r\nBEGIN:MSG\r\n{sms.text}\r\nEND:MSG\r\nEND:BBODY\r\nEND:BENV\r\n"
            "END:BMSG\r\n"
        )
        return _packet(_SUCCESS, _header(_END_OF_BODY, written.encode()))

    def _next_handle(self) -> int:
        return 0x64 + len(self.phone.messages)


def _read_packet(receive: Callable[[int], bytes]) -> bytes:
    """One packet, or nothing at the end of the line. `receive(count)` gives at most so many octets."""
    packet = b""
    while len(packet) < 3 or len(packet) < int.from_bytes(packet[1:3], "big"):
        wanted = 3 if len(packet) < 3 else int.from_bytes(packet[1:3], "big")
        data = receive(wanted - len(packet))
        if not data:
            return b""
        packet += data
    return packet


def _exchange(carrier: subprocess.Popen[bytes], request: bytes) -> bytes:
    assert carrier.stdin is not None
    assert carrier.stdout is not None
    carrier.stdin.write(request)
    carrier.stdin.flush()
    answer = _read_packet(carrier.stdout.read)
    assert answer, "the line for notifications ended"
    return answer


def _head_length(code: int) -> int:
    return 7 if code == _CONNECT else 5 if code == _SETPATH else 3


def _packet(code: int, rest: bytes = b"") -> bytes:
    return bytes([code]) + (3 + len(rest)).to_bytes(2, "big") + rest


def _header(number: int, value: bytes) -> bytes:
    return bytes([number]) + (3 + len(value)).to_bytes(2, "big") + value


def _headers(data: bytes) -> dict[int, bytes]:
    """The two highest bits of a header's number say how long it is."""
    found = {}
    while data:
        number = data[0]
        if number >> 6 in (0, 1):
            end = int.from_bytes(data[1:3], "big")
            found[number] = found.get(number, b"") + data[3:end]
        else:
            end = 2 if number >> 6 == 2 else 5
            found[number] = data[1:end]
        data = data[end:]
    return found


def _parameter(parameters: bytes, wanted: int) -> bytes:
    while len(parameters) >= 2:
        tag, length = parameters[0], parameters[1]
        if tag == wanted:
            return parameters[2 : 2 + length]
        parameters = parameters[2 + length :]
    return b""


def _text(value: bytes) -> str:
    return value.decode("utf-16-be").rstrip("\0")
