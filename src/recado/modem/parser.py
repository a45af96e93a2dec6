"""Bytes from a phone to tokens, incrementally (ITU-T V.250 §5.7, 3GPP TS 27.005 §3 and §4).

``feed`` takes whatever arrived and gives the tokens that became complete; "need more" is an empty list.
Phones disagree on line ends (``\\r\\n``, ``\\r\\r\\n``, a lone ``\\n``), so every CR, LF, Ctrl-Z or ESC ends
a line and empty lines mean nothing. The prompt of +CMGS is the exception: it has no line end, so ``>`` at the
start of a line is a prompt at once, whether a space follows or not.

Two things are never read as a result: the line after a +CMT, +CDS or +CBM header, which is the message itself
(a customer may well write "OK"), and digits on a line of their own, unless ``numeric`` says that the phone
still answers in V.250's V0 form.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

MAX_LINE = 8192
"""Bytes kept of an unfinished line. The longest honest one, an operator list, stays under 2 kB."""

_END = re.compile(rb"[\r\n\x1a\x1b]")
# No line of a phone begins or ends with anything but a visible ASCII character: the rest is line noise.
_PROMPT = re.compile(rb"[^\x21-\x7e]*>")
_NOISE = re.compile(r"^[^\x21-\x7e]+|[^\x21-\x7e]+$")
_CODED = re.compile(r"\+CM([SE]) ERROR:\s*(.*)", re.DOTALL)
_PDU_HEADER = re.compile(r'\+(?:CMT|CDS|CBM):\s*(?:"[^"]*"|[^",]*)?\s*,?\s*\d+\s*')
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_NUMERIC = {"0": "OK", "3": "NO CARRIER", "4": "ERROR"}


class FinalKind(StrEnum):
    """How a command ended."""

    OK = "OK"
    ERROR = "ERROR"
    CMS_ERROR = "CMS"
    CME_ERROR = "CME"
    CALL_ENDED = "CALL"
    """NO CARRIER and its like. They belong to calls, which we never make: a stranger who rings and hangs up
    may produce one in the middle of a send, so they answer no command of ours."""


@dataclass(frozen=True, slots=True)
class Final:
    """A final result. ``code`` is the number of a +CMS or +CME ERROR, ``None`` where it came as words."""

    kind: FinalKind
    text: str
    code: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the command succeeded."""
        return self.kind is FinalKind.OK


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is neither a result nor a two-line message: an answer, an echo or chatter."""

    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """A two-line unsolicited message: its header and the line after it (the PDU, or text in text mode)."""

    header: str
    payload: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """The phone asks for the PDU."""


Token: TypeAlias = Line | Message | Final | Prompt

_WORDED = {
    "OK": FinalKind.OK,
    "ERROR": FinalKind.ERROR,
    # Huawei
    "COMMAND NOT SUPPORT": FinalKind.ERROR,
    "COMMAND NOT SUPPORTED": FinalKind.ERROR,
    "TOO MANY PARAMETERS": FinalKind.ERROR,
    # Samsung
    "NA": FinalKind.ERROR,
    "NO CARRIER": FinalKind.CALL_ENDED,
    "NO ANSWER": FinalKind.CALL_ENDED,
    "NO DIALTONE": FinalKind.CALL_ENDED,
    "NO DIAL TONE": FinalKind.CALL_ENDED,
    "BUSY": FinalKind.CALL_ENDED,
}


def read_final(text: str) -> Final | None:
    """Give the final result that the whole line ``text`` is, or ``None`` when it is none."""
    kind = _WORDED.get(text)
    if kind is not None:
        return Final(kind, text)
    coded = _CODED.fullmatch(text)
    if coded is not None:
        words = coded.group(2).strip()
        code = int(words) if words.isascii() and words.isdigit() and len(words) <= 5 else None
        return Final(FinalKind.CMS_ERROR if coded.group(1) == "S" else FinalKind.CME_ERROR, text, code)
    # Motorola
    return Final(FinalKind.ERROR, text) if text.startswith("MODEM ERROR:") else None


class Parser:
    """Turns the byte stream of one line into tokens. Keeps at most ``MAX_LINE`` bytes and one header."""

    def __init__(self) -> None:
        self.numeric = False
        """Read a lone ``0`` or ``4`` as a result. Only until ATV1 was accepted."""
        self.discarded = 0
        """Bytes thrown away because a line never ended."""
        self._line = bytearray()
        self._header: str | None = None
        self._skipping = False

    def feed(self, data: bytes) -> list[Token]:
        """Take ``data`` and give the tokens it completed, in order. Never raises."""
        tokens: list[Token] = []
        *ended, rest = _END.split(data.replace(b"\x00", b""))
        for piece in ended:
            self._extend(piece, tokens)
            self._end_line(tokens)
        self._extend(rest, tokens)
        return tokens

    def _extend(self, piece: bytes, tokens: list[Token]) -> None:
        if self._skipping:
            self.discarded += len(piece)
            return
        self._line += piece
        while self._header is None and (prompt := _PROMPT.match(self._line)) is not None:
            del self._line[: prompt.end()]
            tokens.append(Prompt())
        if len(self._line) > MAX_LINE:
            self.discarded += len(self._line)
            self._line.clear()
            self._skipping = True

    def _end_line(self, tokens: list[Token]) -> None:
        text = _NOISE.sub("", self._line.decode("latin-1"))
        self._line.clear()
        self._skipping = False
        if text:
            self._classify(text, tokens)

    def _classify(self, text: str, tokens: list[Token]) -> None:
        header, self._header = self._header, None
        if header is not None:
            # Under a header that promises a PDU, anything but hexadecimal means that the PDU was lost on
            # the way: to swallow this line would cost an answer, perhaps the one to a send.
            if _HEX.fullmatch(text) or not _PDU_HEADER.fullmatch(header):
                tokens.append(Message(header, text))
                return
            tokens.append(Line(header))
        if _announces_payload(text):
            self._header = text
            return
        final = read_final(_NUMERIC.get(text, text) if self.numeric else text)
        tokens.append(final if final is not None else Line(text))


def _announces_payload(text: str) -> bool:
    """Whether the message itself follows on the next line. In text mode +CDS is one line only."""
    return text.startswith(("+CMT:", "+CBM:")) or (text.startswith("+CDS:") and _PDU_HEADER.fullmatch(text) is not None)
