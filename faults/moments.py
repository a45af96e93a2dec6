"""The moments of a send, seen from the phone's side of the line, and what to do when one of them comes."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from recado.emulator.phone import EmulatedPhone

CTRL_Z = b"\x1a"


class Moment(StrEnum):
    """Where in a send the fault strikes."""

    BEFORE_COMMAND = "before AT+CMGS"
    AFTER_PROMPT = "after the prompt"
    IN_PDU = "in the PDU"
    AFTER_SUBMIT = "after Ctrl-Z"
    AFTER_ANSWER = "after +CMGS, before the commit"


class Tap:
    """Watches the bytes of a phone and calls `strike` once, at the `nth` time that `moment` comes."""

    def __init__(self, phone: EmulatedPhone, moment: Moment, nth: int, strike: Callable[[], None]) -> None:
        self._moment = moment
        self._left = nth
        self._strike = strike
        self._feed, self._due = phone.feed, phone.due
        self._in_pdu = False
        self._answered = False
        phone.feed = self._feeding  # type: ignore[method-assign]
        phone.due = self._answering  # type: ignore[method-assign]

    def disarm(self) -> None:
        """The story goes on without the fault: it must not strike into the repair."""
        self._left = 0

    def _feeding(self, data: bytes, now: float) -> None:
        if b"AT+CMGS" in data:
            self._in_pdu = False
            self._comes(Moment.BEFORE_COMMAND)
        elif self._in_pdu and CTRL_Z not in data:
            self._comes(Moment.IN_PDU)
        self._feed(data, now)
        if CTRL_Z in data:
            self._in_pdu = False
            self._comes(Moment.AFTER_SUBMIT)

    def _answering(self, now: float) -> bytes:
        if self._answered:
            # A turn ago the answer went to the line.
            self._answered = False
            self._comes(Moment.AFTER_ANSWER)
        written = self._due(now)
        self._answered = b"+CMGS:" in written
        if written.endswith((b"> ", b">")):
            self._in_pdu = True
            self._comes(Moment.AFTER_PROMPT)
        return written

    def _comes(self, moment: Moment) -> None:
        if moment is self._moment and self._left > 0:
            self._left -= 1
            if self._left == 0:
                self._strike()
