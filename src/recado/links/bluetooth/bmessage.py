"""The bMessage of the Message Access Profile: how an SMS is written for a phone, and how one that came in is read.

    BEGIN:BMSG  VERSION STATUS TYPE FOLDER  originators (VCARD)
      BEGIN:BENV  recipients (VCARD), perhaps a BENV within
        BEGIN:BBODY  CHARSET LENGTH
          BEGIN:MSG  text  END:MSG
    ...

Pure: text in, octets out, and back (Bluetooth MAP 1.4 §3.1.3). Lines end in CRLF. LENGTH counts octets, from the B of
`BEGIN:MSG` to the line end after `END:MSG`. Where the text itself says `END:MSG` a slash stands before it. What is
written is exact; what is read comes from a stranger's phone, so its LENGTH and line ends are not believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

OUTBOX = "telecom/msg/outbox"
SMS_TYPES = ("SMS_GSM", "SMS_CDMA")
LONGEST = 256 * 1024
"""Octets. The longest SMS has 39,000 characters; more than this is no SMS."""
_DEEPEST = 3
"""Envelopes within envelopes that the profile allows."""

_MSG_BEGINS, _MSG_ENDS = "BEGIN:MSG", "END:MSG"
_NUMBER = re.compile(r"\+?[0-9]{2,20}")
_ESCAPE = re.compile(r"(/*END:MSG)")
_ESCAPED = re.compile(r"/(/*END:MSG)")
_LINE_END = re.compile(r"\r\n|\r|\n")


class BMessageError(ValueError):
    """What was given is no bMessage (theirs), or cannot become one (ours). In English, for the log's reader."""


@dataclass(frozen=True, slots=True)
class Card:
    """One VCARD: `name` as it was written, `number` as the phone knows it; either may be empty."""

    name: str
    number: str


@dataclass(frozen=True, slots=True)
class BMessage:
    """A bMessage as it was read. `text` has plain line ends (`\\n`)."""

    kind: str
    folder: str
    read: bool
    originators: tuple[Card, ...]
    recipients: tuple[Card, ...]
    text: str


def write_sms(number: str, text: str, folder: str = OUTBOX) -> bytes:
    """Give the bMessage of an SMS to `number` (E.164), in UTF-8. Raises `BMessageError`."""
    if not _NUMBER.fullmatch(number):
        raise BMessageError("the number has other characters than digits")
    if "\0" in text:
        raise BMessageError("the text has a NUL")
    written = _ESCAPE.sub(r"/\1", _LINE_END.sub("\r\n", text))
    try:
        message = f"{_MSG_BEGINS}\r\n{written}\r\n{_MSG_ENDS}\r\n".encode()
    except UnicodeEncodeError as error:
        raise BMessageError("the text has half a character") from error
    head = (
        "BEGIN:BMSG",
        "VERSION:1.0",
        "STATUS:READ",
        "TYPE:SMS_GSM",
        f"FOLDER:{folder}",
        "BEGIN:BENV",
        "BEGIN:VCARD",
        "VERSION:2.1",
        "N:",
        f"TEL:{number}",
        "END:VCARD",
        "BEGIN:BBODY",
        "CHARSET:UTF-8",
        f"LENGTH:{len(message)}",
    )
    tail = ("END:BBODY", "END:BENV", "END:BMSG")
    return b"".join((_lines(head), message, _lines(tail)))


def read_bmessage(data: bytes) -> BMessage:
    """Read what a phone handed over. Raises `BMessageError` for anything that is no bMessage in UTF-8."""
    if len(data) > LONGEST:
        raise BMessageError("too long")
    return _Reader(data.decode("utf-8", "replace")).read()


def _lines(lines: tuple[str, ...]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


class _Reader:
    """Goes through the lines once, from the top."""

    def __init__(self, text: str) -> None:
        self._lines: Iterator[str] = iter(_LINE_END.split(text))
        self._fields: dict[str, str] = {}
        self._originators: list[Card] = []
        self._recipients: list[Card] = []
        self._texts: list[str] = []

    def read(self) -> BMessage:
        if self._next().upper() != "BEGIN:BMSG":
            raise BMessageError("it does not begin as a bMessage")
        self._block("BMSG", self._fields, self._originators, 0)
        if not self._texts:
            raise BMessageError("it has no text")
        return BMessage(
            kind=self._fields.get("TYPE", "").upper(),
            folder=self._fields.get("FOLDER", "").strip("/"),
            read=self._fields.get("STATUS", "").upper() == "READ",
            originators=tuple(self._originators),
            recipients=tuple(self._recipients),
            text="".join(self._texts),
        )

    def _block(self, name: str, fields: dict[str, str], cards: list[Card], depth: int) -> None:
        """Read to the end of the block `name`, keeping its fields and cards."""
        while True:
            line = self._next()
            match line.upper():
                case upper if upper == f"END:{name}":
                    return
                case "BEGIN:VCARD":
                    cards.append(self._card())
                case "BEGIN:BENV":
                    if depth >= _DEEPEST:
                        raise BMessageError("too many envelopes")
                    self._block("BENV", {}, self._recipients, depth + 1)
                case "BEGIN:BBODY":
                    self._body()
                case _:
                    key, colon, value = line.partition(":")
                    if colon:
                        fields[key.upper()] = value.strip()

    def _card(self) -> Card:
        name = number = ""
        while (line := self._next()).upper() != "END:VCARD":
            key, _, value = line.partition(":")
            match key.upper().partition(";")[0]:
                case "TEL":
                    number = number or value.strip()
                case "N" | "FN":
                    name = name or value.strip(" ;")
        return Card(name, number)

    def _body(self) -> None:
        fields: dict[str, str] = {}
        while (line := self._next()).upper() != "END:BBODY":
            if line == _MSG_BEGINS:
                # Without it the text is a PDU in hexadecimal.
                if fields.get("CHARSET", "").upper().replace("-", "") != "UTF8":
                    raise BMessageError("the text is not in UTF-8")
                self._texts.append(self._text())
            key, colon, value = line.partition(":")
            if colon:
                fields[key.upper()] = value.strip()

    def _text(self) -> str:
        lines = []
        while (line := self._next(as_it_is=True)) != _MSG_ENDS:
            lines.append(_ESCAPED.sub(r"\1", line))
        return "\n".join(lines)

    def _next(self, *, as_it_is: bool = False) -> str:
        try:
            line = next(self._lines)
        except StopIteration:
            raise BMessageError("it ends too early") from None
        return line if as_it_is else line.strip()
