"""One command in flight, its answer, and everything else kept apart (ITU-T V.250 §5.7.1).

A phone speaks on its own at any moment, even in the middle of an answer. Each token is therefore routed: to
the command in flight if it can be its answer, else to the mailbox. A line with another command's prefix is
never the answer; above all a ``+CMGS:`` without a send in flight is the late answer to an earlier one, and
the OK that follows belongs to it too.

Every deadline is absolute. A command that missed its deadline leaves the line out of step, so the next one
first recovers: ESC and CR (which cancels a PDU half entered; Ctrl-Z would transmit it), drain, AT. Whatever was
half written before, a crash included, is made harmless.
"""

import re
from collections import deque
from dataclasses import dataclass, field

from recado.modem import chatter, timeouts
from recado.modem.chatter import Kind
from recado.modem.clock import Clock, SystemClock
from recado.modem.errors import NoAnswer, PhoneSilent
from recado.modem.events import LateAnswer, OtherLine
from recado.modem.mailbox import Mailbox, line_event, message_event
from recado.modem.parser import Final, FinalKind, Line, Message, Parser, Prompt, Token
from recado.modem.transport import Transport

MAX_LINES = 2000
"""Lines kept of one answer: a full phone's message list stays below 600."""

RESULT_PREFIXES = ("+CMGS:", "+CMSS:")
"""What a successful send begins with; two makers use the second one."""

_PREFIX = re.compile(r"AT([+^*#$%_&][A-Z0-9]+)")
_PREFIXED = re.compile(r"[+^*#$%_][A-Z0-9]+\s*:")
_REFERENCE = re.compile(r"\+CM[GS]S:\s*(\d{1,3})\b")
_LATE_FINAL_WINDOW = 5.0
_WAKE_ATTEMPTS = 4
_SPOIL = "99999999"
_RECOVER = _SPOIL.encode("ascii") + b"\x1b\r"
"""ESC cancels a PDU half entered. In a command half written, which the CR would complete, the digits make every
index and length impossible: AT+CMSS=1 of an AT+CMSS=12 would send another message, AT+CMGD=1 delete one."""


def reference_of(line: str) -> int | None:
    """Give the TP-MR in a ``+CMGS: n`` line, or ``None`` where the phone left it out or it is no octet."""
    match = _REFERENCE.match(line)
    value = int(match.group(1)) if match else 256
    return value if value <= 255 else None


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to one command: its information lines, echo and chatter removed, and its final result."""

    command: str
    lines: tuple[str, ...]
    final: Final

    @property
    def ok(self) -> bool:
        """Whether the command succeeded."""
        return self.final.ok

    def value(self, prefix: str) -> str | None:
        """Give what follows ``prefix`` (such as ``+CSQ:``) on the last line that has it."""
        return value_of(self.lines, prefix)


def value_of(lines: tuple[str, ...], prefix: str) -> str | None:
    """Give what follows ``prefix`` on the last of ``lines`` that has it, or ``None``."""
    found = [line[len(prefix) :].strip() for line in lines if line.startswith(prefix)]
    return found[-1] if found else None


@dataclass(slots=True)
class _Flight:
    """The command in flight and what may be its answer."""

    command: str
    prefixes: tuple[str, ...]
    echoes: set[str] = field(default_factory=set)
    wants_prompt: bool = False


class Session:
    """The dialogue over one open line. Not thread-safe: one thread a phone."""

    def __init__(self, transport: Transport, clock: Clock | None = None) -> None:
        self.clock: Clock = clock or SystemClock()
        self.parser = Parser()
        self.mailbox = Mailbox()
        self.out_of_step = False
        """A command was left without its answer: recover before the next one."""
        self.late_answers = 0
        """How many results for sends already given up have arrived."""
        self._transport = transport
        self._tokens: deque[Token] = deque()
        self._flight: _Flight | None = None
        self._late_final_until = float("-inf")
        self._rebooted_until = float("inf")

    def execute(self, command: str, *, timeout: float | None = None) -> Response:
        """Send ``command`` (without CR) and give its answer, whatever the final result is.

        ``timeout`` is in seconds, by default the command's own. Raises ``NoAnswer`` when it passes,
        ``PhoneSilent`` when the line was out of step and could not be brought back, ``LinkDown``.
        """
        lines: list[str] = []
        try:
            self.begin(command)
            seconds = timeouts.timeout_for(command) if timeout is None else timeout
            deadline = self.clock.monotonic() + seconds
            while (token := self.next_token(deadline)) is not None:
                if isinstance(token, Final):
                    return Response(command, tuple(lines), token)
                if isinstance(token, Line) and len(lines) < MAX_LINES:
                    lines.append(token.text)
            self.out_of_step = True
            raise NoAnswer(command, tuple(lines))
        finally:
            self.end()

    def begin(self, command: str, *, wants_prompt: bool = False) -> None:
        """Write ``command`` and take it in flight. Only CR follows it: a LF would end up in the PDU."""
        self.synchronise()
        self._start_flight(command, wants_prompt=wants_prompt)

    def end(self) -> None:
        """Nothing is in flight any more: what still comes is unsolicited."""
        self._flight = None

    def submit(self, pdu: str, prefixes: tuple[str, ...] = RESULT_PREFIXES) -> None:
        """The PDU is complete: from here on ``+CMGS:`` is the answer to the command in flight."""
        if self._flight is not None:
            self._flight.prefixes = prefixes
            self._flight.echoes.add(pdu)
            self._flight.wants_prompt = False

    def write(self, data: bytes) -> None:
        """Write bytes of the command in flight as they are. Raises ``LinkDown``."""
        self._transport.write(data)

    def next_token(self, deadline: float) -> Token | None:
        """Give the next token of the command in flight, or ``None`` at ``deadline`` (clock seconds)."""
        while True:
            while self._tokens:
                token = self._route(self._tokens.popleft())
                if token is not None:
                    return token
            remaining = min(deadline, self._rebooted_until) - self.clock.monotonic()
            if remaining <= 0:
                return None
            self._receive(remaining)

    def listen(self, timeout: float, wake: int | None = None) -> None:
        """Wait while nothing is in flight until an event is in the mailbox, ``timeout`` seconds passed or
        ``wake`` is readable. Raises ``LinkDown``."""
        deadline = self.clock.monotonic() + timeout
        self._settle_tokens()
        while not self.mailbox:
            received = self._receive(max(0.0, deadline - self.clock.monotonic()), wake)
            self._settle_tokens()
            if not received or self.clock.monotonic() >= deadline:
                return

    def pause(self, seconds: float) -> None:
        """Let ``seconds``, or none, pass, collecting what arrives for whoever reads next."""
        deadline = self.clock.monotonic() + seconds
        self._receive(0.0)
        while (remaining := deadline - self.clock.monotonic()) > 0:
            self._receive(remaining)

    def idle(self, seconds: float) -> None:
        """Let ``seconds`` pass with nothing in flight: all that arrives is unsolicited."""
        self.pause(seconds)
        self._settle_tokens()

    def synchronise(self) -> None:
        """Make sure that the next answer is the next command's. Raises ``PhoneSilent`` or ``LinkDown``."""
        if self.out_of_step:
            self.recover()

    def recover(self, attempts: int = _WAKE_ATTEMPTS) -> None:
        """ESC and CR, drain, then AT, until it is answered; late results go to the mailbox.

        The CR may complete an AT+CMGS left half written; what follows would then be taken for its PDU, so the
        escape is repeated.
        Raises ``PhoneSilent`` when none of ``attempts`` is answered, ``LinkDown``.
        """
        self.out_of_step = True
        self.end()
        for _ in range(attempts):
            self.write(_RECOVER)
            self.drain()
            self._start_flight("AT")
            token = self._final_before(self.clock.monotonic() + timeouts.WAKE)
            self.end()
            if token is not None and token.ok:
                # An answer to an earlier AT may still follow; it must not meet the next command.
                self.drain()
                self.out_of_step = False
                return
        raise PhoneSilent

    def drain(self) -> None:
        """Read until the line is quiet, or for ``timeouts.DRAIN`` seconds on a line that never is."""
        limit = self.clock.monotonic() + timeouts.DRAIN
        while self._receive(timeouts.QUIET) and self.clock.monotonic() < limit:
            self._settle_tokens()
        self._settle_tokens()

    def _start_flight(self, command: str, *, wants_prompt: bool = False) -> None:
        self._settle_tokens()
        if self._receive(0.0):
            self._settle_tokens()
        self._rebooted_until = float("inf")
        own = _PREFIX.match(command)
        prefixes = (f"{own.group(1)}:",) if own and not wants_prompt else ()
        self._flight = _Flight(command, prefixes, {command}, wants_prompt)
        self.write(command.encode("ascii") + b"\r")

    def _final_before(self, deadline: float) -> Final | None:
        while (token := self.next_token(deadline)) is not None:
            if isinstance(token, Final):
                return token
        return None

    def _receive(self, timeout: float, wake: int | None = None) -> bool:
        data = self._transport.read(timeout, wake)
        self._tokens.extend(self.parser.feed(data))
        return bool(data)

    def _settle_tokens(self) -> None:
        """Route everything read while nothing is in flight."""
        while self._tokens:
            self._route(self._tokens.popleft())

    def _route(self, token: Token) -> Token | None:
        """Give ``token`` back if it belongs to the command in flight, else deal with it."""
        match token:
            case Message():
                self.mailbox.post(message_event(token))
                return None
            case Prompt():
                return token if self._flight is not None and self._flight.wants_prompt else None
            case Final():
                return self._route_final(token)
            case Line():
                return self._route_line(token)

    def _route_final(self, final: Final) -> Final | None:
        belongs_to_late_answer = final.ok and self.clock.monotonic() < self._late_final_until
        self._late_final_until = float("-inf")
        if belongs_to_late_answer:
            return None
        if self._flight is not None and final.kind is not FinalKind.CALL_ENDED:
            return final
        if not final.ok:
            self.mailbox.post(OtherLine(final.text))
        return None

    def _route_line(self, line: Line) -> Line | None:
        text = line.text
        flight = self._flight
        if text == _SPOIL:
            return None
        if flight is not None and (text in flight.echoes or text.upper() in flight.echoes):
            return None
        if flight is not None and text.startswith(flight.prefixes):
            return line
        if text.startswith(RESULT_PREFIXES):
            self.late_answers += 1
            self._late_final_until = self.clock.monotonic() + _LATE_FINAL_WINDOW
            self.mailbox.post(LateAnswer(reference_of(text), text))
            return None
        kind = chatter.recognise(text)
        if kind in (Kind.BOOT, Kind.GOING_DOWN) and flight is not None:
            self._rebooted_until = self.clock.monotonic() + timeouts.REBOOT
        if kind is not None or flight is None or _PREFIXED.match(text):
            self.mailbox.post(line_event(text))
            return None
        return line
