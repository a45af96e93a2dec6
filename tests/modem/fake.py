"""A scripted phone behind a transport that splits, delays and drops bytes, on a clock turned by hand."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from recado.gsm import EncodingPolicy, Submit, build_submit, segment
from recado.modem.errors import LinkDown

Script = list[tuple[float, bytes]]
"""What the phone says: seconds after the previous piece, and the bytes."""

OK = b"\r\nOK\r\n"
PROMPT = b"\r\n> "
TAKEN = b"\r\n+CMGS: 7\r\n\r\nOK\r\n"

HEALTHY: dict[str, bytes] = {
    "AT+CGMI": b"\r\nACME\r\n" + OK,
    "AT+CGMM": b"\r\nM1\r\n" + OK,
    "AT+CGMR": b"\r\n+CGMR: 1.0\r\n" + OK,
    "AT+CGSN": b"\r\n490154203237518\r\n" + OK,
    "AT+CIMI": b"\r\n724990000000001\r\n" + OK,
    "AT+CCID": b'\r\n+CCID: "89550000000000000001"\r\n' + OK,
    "AT+CPIN?": b"\r\n+CPIN: READY\r\n" + OK,
    "AT+CREG?": b"\r\n+CREG: 0,1\r\n" + OK,
    "AT+CSQ": b"\r\n+CSQ: 20,99\r\n" + OK,
    "AT+COPS?": b'\r\n+COPS: 0,0,"OPERADORA",7\r\n' + OK,
    "AT+CSCA?": b'\r\n+CSCA: "+5511900000000",145\r\n' + OK,
    "AT+CSMS=1": b"\r\n+CSMS: 1,1,1\r\n" + OK,
    "AT+CBC": b"\r\n+CBC: 0,85\r\n" + OK,
    "AT+CFUN?": b"\r\n+CFUN: 1\r\n" + OK,
}


def a_submit(text: str = "Olá") -> Submit:
    """One SUBMIT to a fictitious number."""
    part = segment(text, EncodingPolicy.FOLD).parts[0]
    return build_submit(part, "+5511900000001")


@dataclass
class FakeClock:
    """Seconds that pass only when the fake line is waited on."""

    now: float = 1000.0

    def monotonic(self) -> float:
        return self.now


@dataclass
class FakePhone:
    """Answers commands from ``answers`` (OK for the rest) and submissions from ``submissions``, in order.

    ``drop_after_written`` and ``drop_after_read`` cut the line after that many bytes to and from the phone;
    ``chunk`` is the most that one read gives.
    """

    clock: FakeClock
    answers: dict[str, bytes | Script | Callable[[], bytes]] = field(default_factory=lambda: dict(HEALTHY))
    submissions: list[Script] = field(default_factory=list)
    prompt: Script = field(default_factory=lambda: [(0.1, PROMPT)])
    chunk: int = 4096
    echo: bool = False
    drop_after_written: int | None = None
    drop_after_read: int | None = None
    name: str = "fake:phone"

    def __post_init__(self) -> None:
        self.commands: list[str] = []
        self.entered: list[str] = []
        self.written = bytearray()
        self.given = 0
        self.closed = False
        self._input = bytearray()
        self._entering = False
        self._due: list[tuple[float, bytes]] = []

    def say(self, script: Script | bytes) -> None:
        """Queue bytes for the host."""
        pieces = [(0.0, script)] if isinstance(script, bytes) else script
        at = self.clock.now
        for delay, data in pieces:
            at += delay
            self._due.append((at, data))
        self._due.sort(key=lambda piece: piece[0])

    def write(self, data: bytes) -> None:
        if self._is_down():
            raise LinkDown
        limit = self.drop_after_written
        if limit is not None and len(self.written) + len(data) > limit:
            self.written += data[: limit - len(self.written)]
            raise LinkDown
        self.written += data
        for byte in data:
            self._take(bytes((byte,)))

    def read(self, timeout: float, wake: int | None = None) -> bytes:
        if self._is_down():
            raise LinkDown
        if not self._due or self._due[0][0] > self.clock.now + timeout:
            self.clock.now += timeout
            return b""
        at, data = self._due.pop(0)
        self.clock.now = max(self.clock.now, at)
        take = self.chunk if self.drop_after_read is None else min(self.chunk, self.drop_after_read - self.given)
        if data[take:]:
            self._due.insert(0, (at, data[take:]))
        self.given += len(data[:take])
        return data[:take]

    def close(self) -> None:
        self.closed = True

    def _is_down(self) -> bool:
        return (self.drop_after_read is not None and self.given >= self.drop_after_read) or (
            self.drop_after_written is not None and len(self.written) > self.drop_after_written
        )

    def _take(self, byte: bytes) -> None:
        if byte == b"\x1b":
            self._input.clear()
            self._entering = False
        elif self._entering and byte == b"\x1a":
            self._entering = False
            self.entered.append(self._end())
            self.say(self.submissions.pop(0) if self.submissions else [(2.0, TAKEN)])
        elif not self._entering and byte == b"\r":
            command = self._end()
            if command:
                self._answer(command)
        else:
            self._input += byte

    def _end(self) -> str:
        text = self._input.decode("ascii")
        self._input.clear()
        return text

    def _answer(self, command: str) -> None:
        self.commands.append(command)
        if self.echo:
            self.say(command.encode("ascii") + b"\r")
        answer = self.answers.get(command, OK)
        if re.match(r"AT\+CMGS=\d+$", command) and command not in self.answers:
            self._entering = True
            answer = self.prompt
        self.say(answer() if callable(answer) else answer)
