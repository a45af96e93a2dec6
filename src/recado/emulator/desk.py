"""The control desk: a Unix socket on which a page, a test or a person commands the phone in software.

One JSON object a line each way: `{"op": "set_fault", "name": "no_signal", "value": true}` is answered by
`{"ok": true, "result": …}` or `{"ok": false, "error": "…"}` (pt-BR). Only the owner can open the socket, because
the state shows the texts of the messages.
"""

from __future__ import annotations

import json
import os
import select
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from recado.emulator.errors import ControlError, EmulatorError, EmulatorStartError, cause_of
from recado.emulator.phone import EmulatedPhone

MOST_MESSAGES_SHOWN: Final = 200
_CHUNK: Final = 65536
_LONGEST_REQUEST: Final = 262_144
_OWNER_ONLY: Final = 0o600

Clock = Callable[[], float]


class Desk:
    """Answers requests about one phone. Knows nothing of sockets.

    `settle` makes what was asked true on the line, so that a cable is out by the time the answer says so.
    """

    def __init__(
        self, phone: EmulatedPhone, clock: Clock, *, link: Callable[[], str], settle: Callable[[], None]
    ) -> None:
        self._phone = phone
        self._clock = clock
        self._link = link
        self._settle = settle

    def answer(self, line: bytes) -> bytes:
        """Answer one JSON line with one JSON line; never raises for what the line holds."""
        try:
            result = self._run(_parsed(line))
            answer: dict[str, object] = {"ok": True, "result": result}
        except EmulatorError as error:
            answer = {"ok": False, "error": str(error)}
        return json.dumps(answer, ensure_ascii=False).encode() + b"\n"

    def _run(self, request: Mapping[str, object]) -> object:
        if request.get("op") == "state":
            return self.state()
        result = self._command(request)
        self._settle()
        return result

    def _command(self, request: Mapping[str, object]) -> int | None:
        phone, now = self._phone, self._clock()
        match request.get("op"):
            case "set_fault":
                phone.faults.set(_text(request, "name"), request.get("value", True))
            case "clear_faults":
                phone.faults.clear_all()
            case "unplug":
                phone.unplug(now)
            case "plug":
                phone.plug(now)
            case "deliver":
                return phone.deliver(_text(request, "number"), _text(request, "text"), now)
            case other:
                raise ControlError(f"O emulador não conhece o pedido “{other}”.")
        return None

    def state(self) -> dict[str, object]:
        """Give all that the demonstration page shows: the last SMS on the air (oldest first), faults, condition."""
        phone = self._phone
        condition = phone.condition
        return {
            "condition": condition.value,
            "condition_label": condition.label,
            "plugged": phone.plugged,
            "link": self._link(),
            "on_air_total": phone.on_air_total,
            "messages": [sms.as_dict() for sms in phone.on_air[-MOST_MESSAGES_SHOWN:]],
            "faults": phone.faults.describe(),
        }


def _parsed(line: bytes) -> Mapping[str, object]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ControlError("O pedido não é JSON.") from error
    if not isinstance(request, dict):
        raise ControlError("O pedido não é um objeto JSON.")
    return request


def _text(request: Mapping[str, object], key: str) -> str:
    value = request.get(key)
    if not isinstance(value, str):
        raise ControlError(f"Falta “{key}” no pedido.")
    return value


class _Visitor:
    """One connection: what it has asked so far and what it has not read yet."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.asked = bytearray()
        self.pending = bytearray()


class DeskSocket:
    """The Unix socket of a desk, polled by the loop in `serve`."""

    def __init__(self, path: Path, desk: Desk) -> None:
        self.path: Final = path
        self._desk = desk
        self._visitors: Final[dict[int, _Visitor]] = {}
        self._listener = _listen(path)

    def interests(self) -> dict[int, int]:
        """Read always, write only while an answer waits."""
        masks = {self._listener.fileno(): select.POLLIN}
        for descriptor, visitor in self._visitors.items():
            masks[descriptor] = select.POLLIN | (select.POLLOUT if visitor.pending else 0)
        return masks

    def serve(self, descriptor: int, events: int) -> None:
        """Serve a descriptor that poll reported."""
        if descriptor == self._listener.fileno():
            with suppress(OSError):
                connection, _ = self._listener.accept()
                connection.setblocking(False)
                self._visitors[connection.fileno()] = _Visitor(connection)
            return
        visitor = self._visitors.get(descriptor)
        if visitor is None:
            return
        try:
            if events & ~select.POLLOUT and not self._hear(visitor):
                self._dismiss(descriptor)
                return
            self._tell(visitor)
        except BlockingIOError:
            return
        except OSError:
            self._dismiss(descriptor)

    def close(self) -> None:
        """Close every connection and remove the socket."""
        for descriptor in list(self._visitors):
            self._dismiss(descriptor)
        if self._listener.fileno() >= 0:
            self._listener.close()
            self.path.unlink(missing_ok=True)

    def _hear(self, visitor: _Visitor) -> bool:
        data = visitor.connection.recv(_CHUNK)
        visitor.asked += data
        while (end := visitor.asked.find(b"\n")) >= 0:
            line = bytes(visitor.asked[:end])
            del visitor.asked[: end + 1]
            visitor.pending += self._desk.answer(line)
        return bool(data) and len(visitor.asked) <= _LONGEST_REQUEST

    def _tell(self, visitor: _Visitor) -> None:
        while visitor.pending:
            del visitor.pending[: visitor.connection.send(visitor.pending)]

    def _dismiss(self, descriptor: int) -> None:
        self._visitors.pop(descriptor).connection.close()


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    try:
        if path.exists():
            _clear_stale(path)
        # On Linux the mode of the socket before bind is the mode of the file: it is never open to others.
        os.fchmod(listener.fileno(), _OWNER_ONLY)
        listener.bind(str(path))
        listener.listen()
    except OSError as error:
        listener.close()
        raise EmulatorStartError(f"Não foi possível criar {path}: {cause_of(error)}.") from error
    except EmulatorStartError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def _clear_stale(path: Path) -> None:
    """Remove the socket of an emulator that died; refuse when one is alive, or when it is no socket."""
    if not path.is_socket():
        raise EmulatorStartError(f"{path} já existe e não é um soquete: escolha outro caminho.")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        if probe.connect_ex(str(path)) == 0:
            raise EmulatorStartError(f"Já há um emulador em {path}.")
    path.unlink()
