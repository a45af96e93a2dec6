"""Two small scripted clients: one for the pure phone with a clock of its own, one for a real line."""

from __future__ import annotations

import os
import select
import time
from pathlib import Path

from recado.emulator.faults import Faults
from recado.emulator.phone import EmulatedPhone
from recado.emulator.settings import PhoneSettings
from recado.gsm import EncodingPolicy, Submit, build_submit, segment

NUMBER = "+5581912345678"
CTRL_Z = b"\x1a"
ESCAPE = b"\x1b"


def submits(text: str = "Protocolo 20260000012345", *, reference: int = 7, status_report: bool = False) -> list[Submit]:
    """Give the SUBMITs of a text, folded."""
    parts = segment(text, EncodingPolicy.FOLD, reference=reference).parts
    return [build_submit(part, NUMBER, status_report=status_report) for part in parts]


class Talk:
    """A dialogue with the pure phone; time goes only when told to."""

    def __init__(self, *, settings: PhoneSettings | None = None, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.phone = EmulatedPhone(settings, self.faults)
        self.now = 0.0

    def say(self, data: bytes | str) -> bytes:
        """Write, and give what comes at once."""
        self.phone.feed(data if isinstance(data, bytes) else data.encode(), self.now)
        return self.phone.due(self.now)

    def at(self, command: str) -> bytes:
        """Send one command line."""
        return self.say(f"{command}\r")

    def prepare(self, *, cnmi: str = "2,1,0,0,0") -> Talk:
        """Set up as a sender does: no echo, numeric errors, PDU mode."""
        assert self.at("ATE0").endswith(b"\r\nOK\r\n")
        assert self.at("AT+CMEE=1;+CMGF=0") == b"\r\nOK\r\n"
        assert self.at(f"AT+CNMI={cnmi}") == b"\r\nOK\r\n"
        return self

    def send(self, submit: Submit | None = None) -> bytes:
        """Send one SMS and give what comes at once after Ctrl-Z."""
        submit = submit or submits()[0]
        assert self.at(f"AT+CMGS={submit.tpdu_length}") == b"\r\n> "
        return self.say(submit.to_hex().encode() + CTRL_Z)

    def pass_time(self, seconds: float) -> bytes:
        """Let time go, waking the phone whenever it asks, and give all it wrote."""
        end, written = self.now + seconds, b""
        for _ in range(100_000):
            due = self.phone.next_due()
            if due is None or due > end:
                self.now = end
                return written + self.phone.due(end)
            self.now = max(self.now, due)
            written += self.phone.due(self.now)
        raise AssertionError("the phone asks to be woken for ever")


class Wire:
    """A client on a real pseudo-terminal; waits with a deadline, never sleeps."""

    def __init__(self, path: Path, *, timeout: float = 60.0) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
        self._timeout = timeout

    def ask(self, data: bytes, until: bytes) -> bytes:
        """Write, and read until `until` was read."""
        os.write(self.descriptor, data)
        return self.read_until(until)

    def read_until(self, until: bytes) -> bytes:
        """Read until `until` was read; fails at the deadline."""
        deadline, got = time.monotonic() + self._timeout, b""
        while until not in got:
            ready, _, _ = select.select([self.descriptor], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"nothing more came after {got!r}"
            got += os.read(self.descriptor, 4096)
        return got

    def prepare(self) -> Wire:
        """Set up as a sender does."""
        self.ask(b"ATE0\r", b"OK\r\n")
        self.ask(b"AT+CMEE=1;+CMGF=0;+CNMI=2,1,0,1,0\r", b"OK\r\n")
        return self

    def send(self, submit: Submit, until: bytes = b"OK\r\n") -> bytes:
        """Send one SMS and read its answer."""
        self.ask(f"AT+CMGS={submit.tpdu_length}\r".encode(), b"> ")
        return self.ask(submit.to_hex().encode() + CTRL_Z, until)

    def hung_up(self) -> bool:
        """Wait for a hang-up; tells whether it came."""
        poll = select.poll()
        poll.register(self.descriptor, 0)
        return any(event & select.POLLHUP for _, event in poll.poll(self._timeout * 1000))

    def close(self) -> None:
        """Close the line."""
        os.close(self.descriptor)
