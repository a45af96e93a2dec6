"""The other end of the control desk, for the demonstration page and the tests."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any, Final

from recado.emulator.errors import ControlError, EmulatorUnavailable

_TIMEOUT: Final = 2.0


class ControlClient:
    """Commands one emulator. Every call opens its own connection, so a client may be kept and shared.

    Every method raises `EmulatorUnavailable` when no emulator answers within the timeout (seconds), and
    `ControlError` (pt-BR) when it refuses.
    """

    def __init__(self, path: Path | str, *, timeout: float = _TIMEOUT) -> None:
        self._path = str(path)
        self._timeout = timeout

    def state(self) -> dict[str, Any]:
        """Give condition, faults and the last SMS on the air: see `desk.Desk.state`."""
        state: dict[str, Any] = self._ask("state")
        return state

    def set_fault(self, name: str, value: object = True) -> None:
        """Switch a fault on, or off with False or None: see `faults.Faults.set`."""
        self._ask("set_fault", name=name, value=value)

    def clear_faults(self) -> None:
        """Switch every fault off; the cable too goes back in."""
        self._ask("clear_faults")

    def unplug(self) -> None:
        """Pull the cable: the other side sees a hang-up and the link vanishes."""
        self._ask("unplug")

    def plug(self) -> None:
        """Put the cable back: the link returns, pointing at a new device."""
        self._ask("plug")

    def deliver(self, number: str, text: str) -> int:
        """Let an SMS arrive at the phone; gives its number of parts."""
        return int(self._ask("deliver", number=number, text=text))

    def _ask(self, operation: str, **fields: object) -> Any:
        request = json.dumps({"op": operation, **fields}).encode() + b"\n"
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(self._timeout)
                connection.connect(self._path)
                connection.sendall(request)
                with connection.makefile("rb") as answers:
                    line = answers.readline()
        except OSError as error:
            raise EmulatorUnavailable("O emulador não está em execução.") from error
        return _result(line)


def _result(line: bytes) -> Any:
    try:
        answer = json.loads(line)
        if answer["ok"]:
            return answer["result"]
        refused = str(answer["error"])
    except (ValueError, KeyError, TypeError) as error:
        raise EmulatorUnavailable("O emulador não respondeu por inteiro.") from error
    raise ControlError(refused)
