"""A command line cut into requests, and what a request is answered with (V.250 §5.2 to §5.4).

The handlers in `commands` and `message_commands` take a `Request` and give a `Reply`; they never see the line.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from recado.emulator.state import CommandError, Family, PhoneState

_BASIC: Final = re.compile(r"S[0-9]+(?:=[0-9]+|\?)|&?[A-Z][0-9]*", re.IGNORECASE)
_EXTENDED: Final = re.compile(r'(?:"[^"]*"|[^";])+')
_LONGEST_LINE: Final = 1024


class Kind(StrEnum):
    """How a command was asked: `+X`, `+X?`, `+X=?`, `+X=…`."""

    RUN = "run"
    READ = "read"
    TEST = "test"
    SET = "set"


@dataclass(frozen=True, slots=True)
class Request:
    """One command of a line: name in capitals with its sign (`+CMGS`, `E`), and its arguments."""

    name: str
    kind: Kind
    args: tuple[str, ...] = ()

    def number(self, position: int, allowed: tuple[int, ...], default: int | None = None) -> int:
        """Give a numeric argument, `default` where it is left out; raise `CommandError` for what is not allowed."""
        text = self.args[position] if position < len(self.args) else ""
        if not text and default is not None:
            return default
        if not text.isascii() or not text.isdigit() or int(text) not in allowed:
            raise CommandError(Family.CME, 50)
        return int(text)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command answers: lines, and what it makes the phone do beyond answering.

    `submit_length` asks for a PDU of that TPDU length, to be sent, or kept with the status `keep_as`;
    `send_stored` is the place of a kept one to be sent; `later` are unsolicited lines after the final result;
    `final` is False where OK itself is missing or nothing comes at all.
    """

    lines: tuple[str, ...] = ()
    submit_length: int | None = None
    keep_as: int | None = None
    send_stored: int | None = None
    restart: bool = False
    later: tuple[str, ...] = ()
    final: bool = True


Handler = Callable[[PhoneState, Request], Reply]
OK: Final = Reply()


def requests(line: str) -> Iterator[Request]:
    """Cut a command line, after its `AT`, into requests. Raises `CommandError` for what is no command."""
    if len(line) > _LONGEST_LINE:
        raise CommandError
    at = 0
    while at < len(line):
        if line[at] in " ;":
            at += 1
            continue
        pattern = _EXTENDED if line[at] in "+^#*%" else _BASIC
        found = pattern.match(line, at)
        if found is None:
            raise CommandError
        at = found.end()
        yield _extended(found.group()) if pattern is _EXTENDED else _basic(found.group())


def _basic(text: str) -> Request:
    letters = 2 if text.startswith("&") else 1
    return Request(text[:letters].upper(), Kind.SET, (text[letters:] or "0",))


def _extended(text: str) -> Request:
    name, sign, rest = text.strip().partition("=")
    if not sign:
        asks = name.endswith("?")
        return Request(name.rstrip("?").upper(), Kind.READ if asks else Kind.RUN)
    if rest.strip() == "?":
        return Request(name.upper(), Kind.TEST)
    fields = next(csv.reader([rest], skipinitialspace=True), [])
    # A handler may count on a first argument: `+X=` has one, which is empty.
    return Request(name.upper(), Kind.SET, tuple(field.strip() for field in fields) or ("",))
