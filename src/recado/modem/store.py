"""Messages that wait in the phone's own store (3GPP TS 27.005 §3.2.3 and §4.1 to §4.4).

Reading and deleting are two steps, so that a message is deleted only once it is safe elsewhere. A store that
nobody empties fills up, and a full SIM makes some phones stop answering.

The list (AT+CMGL) is one command, but some phones never answer it: those are read place by place instead, and
a phone that once failed to answer is not asked for its list again on this line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from recado.gsm.submit import Submit
from recado.gsm.tpdu import MessageType
from recado.modem.asking import ask, patiently
from recado.modem.errors import NoAnswer, StillInitialising
from recado.modem.session import Response, Session, value_of

MOST_READS = 300
"""AT+CMGR commands for one memory at most: the largest store seen has 255 places."""

_MEMORIES = ("SM", "ME", "SR")
_BUSY_PATIENCE = 10.0
"""A store may be busy for some seconds after power-on and just after a send."""
_ASSUMED_PLACES = 50
_NO_SUCH_PLACE = 321
_MEMORY = re.compile(r"[A-Z_]{2,4}")
_PDU = re.compile(r"(?:[0-9A-Fa-f]{2}){8,}")
_LISTED = re.compile(r'\+CMGL:\s*(\d{1,6})\s*,\s*"?([0-4])\b')
_READ = re.compile(r'\+CMGR:\s*"?([0-4])\b')
_STATUS = {2: "STO UNSENT", 3: "STO SENT"}
_RECEIVED = (0, 1)
_KINDS = {MessageType.DELIVER.value: "deliver", MessageType.STATUS_REPORT.value: "report"}


@dataclass(frozen=True, slots=True)
class StoredPdu:
    """A received message in the phone's store: hexadecimal PDU with the SMSC in front."""

    memory: str
    index: int
    kind: Literal["deliver", "report"]
    pdu: str


@dataclass(frozen=True, slots=True)
class StoredOutgoing:
    """A message written to the store and sent from there. ``tpdu`` is hexadecimal, without the SMSC.

    ``STO SENT`` proves that it left. ``STO UNSENT`` proves that it did not, but only once the phone can no longer
    be busy with it (``DriverSettings.send_timeout``), and only if no other copy of it is ``STO SENT``.
    """

    memory: str
    index: int
    status: Literal["STO UNSENT", "STO SENT"]
    tpdu: str

    def matches(self, submit: Submit) -> bool:
        """Whether this is ``submit``, whatever TP-MR the phone gave it."""
        mine, other = self.tpdu.upper(), submit.to_bytes().hex().upper()
        return mine[:2] == other[:2] and mine[4:] == other[4:]


@dataclass(frozen=True, slots=True)
class _Entry:
    memory: str
    index: int
    status: int
    pdu: str

    @property
    def tpdu(self) -> str:
        return self.pdu[2 + 2 * int(self.pdu[:2], 16) :]

    @property
    def kind(self) -> int | None:
        tpdu = self.tpdu
        return int(tpdu[:2], 16) & 0x03 if tpdu else None


class Store:
    """The store of one phone. Every method raises ``PhoneSilent`` or ``LinkDown``, and nothing else.

    ``lists`` says whether AT+CMGL may be asked at all.
    """

    def __init__(self, session: Session, *, lists: bool = True) -> None:
        self.lists = lists
        self._session = session

    def read(self, memory: str, index: int) -> str | None:
        """Give the hexadecimal PDU at ``index`` of ``memory`` (``SM``, ``ME``, ``SR``), or ``None``."""
        if self._select(memory) is None:
            return None
        entry = self._read(memory, index)
        return entry.pdu if entry else None

    def delete(self, memory: str, index: int) -> bool:
        """Delete what is at ``index`` of ``memory``; say whether nothing is there any more."""
        if self._select(memory) is None:
            return False
        response = self._execute(f"AT+CMGD={index}")
        return response is not None and (response.ok or response.final.code == _NO_SUCH_PLACE)

    def received(self) -> tuple[StoredPdu, ...]:
        """Give all messages and status reports that the phone received and still keeps."""
        return tuple(
            StoredPdu(entry.memory, entry.index, "report" if _KINDS[entry.kind] == "report" else "deliver", entry.pdu)
            for entry in self._entries()
            if entry.status in _RECEIVED and entry.kind in _KINDS
        )

    def outgoing(self) -> tuple[StoredOutgoing, ...]:
        """Give the SUBMITs that were written to the store, sent or not."""
        return tuple(
            StoredOutgoing(
                entry.memory,
                entry.index,
                "STO SENT" if _STATUS[entry.status] == "STO SENT" else "STO UNSENT",
                entry.tpdu,
            )
            for entry in self._entries()
            if entry.status in _STATUS and entry.kind == MessageType.SUBMIT
        )

    def select_outgoing(self) -> str | None:
        """Choose where AT+CMGW writes and AT+CMSS sends from; the phone's own memory before the SIM, which wears."""
        for memory in ("ME", "SM"):
            response = self._patiently(f'AT+CPMS="{memory}","{memory}"')
            if response is not None and response.ok:
                return memory
        return None

    def _entries(self) -> Iterator[_Entry]:
        for memory in self._memories():
            response = self._select(memory)
            if response is None:
                continue
            used, places = self._usage(response, memory)
            if used == 0:
                continue
            listed = self._list(memory) if self.lists else None
            yield from self._one_by_one(memory, used, places) if listed is None else listed

    def _memories(self) -> tuple[str, ...]:
        offered = " ".join(ask(self._session, "AT+CPMS=?") or ())
        named = tuple(memory for memory in _MEMORIES if f'"{memory}"' in offered)
        return named or _MEMORIES[:2]

    def _usage(self, response: Response, memory: str) -> tuple[int, int]:
        """Places used and places there are; a phone that answers with OK alone is asked once more."""
        numbers = re.findall(r"\d+", response.value("+CPMS:") or "")
        if len(numbers) < 2:
            shown = value_of(ask(self._session, "AT+CPMS?") or (), "+CPMS:") or ""
            numbers = (re.findall(rf'"?{memory}"?\s*,\s*(\d+)\s*,\s*(\d+)', shown) or [()])[0]
        if len(numbers) < 2:
            return _ASSUMED_PLACES, _ASSUMED_PLACES
        return int(numbers[0][:6]), int(numbers[1][:6])

    def _list(self, memory: str) -> tuple[_Entry, ...] | None:
        """All at once; ``None`` when the phone will not."""
        response = self._execute("AT+CMGL=4")
        if response is None:
            self.lists = False
            return None
        return tuple(_listed(memory, response.lines)) if response.ok else None

    def _one_by_one(self, memory: str, used: int, places: int) -> Iterator[_Entry]:
        """Place by place. Some makers begin at 0, so one place more than there are is tried."""
        found = 0
        for index in range(min(places + 1, MOST_READS)):
            if found >= used:
                return
            entry = self._read(memory, index)
            if entry is not None:
                found += 1
                yield entry

    def _read(self, memory: str, index: int) -> _Entry | None:
        response = self._execute(f"AT+CMGR={index}")
        if response is None or not response.ok:
            return None
        header = next((match for line in response.lines if (match := _READ.match(line))), None)
        pdu = next((line for line in response.lines if _PDU.fullmatch(line)), None)
        # A header that cannot be read says nothing against the message itself.
        return _Entry(memory, index, int(header.group(1)) if header else 1, pdu) if pdu else None

    def _select(self, memory: str) -> Response | None:
        if not _MEMORY.fullmatch(memory):
            return None
        response = self._patiently(f'AT+CPMS="{memory}"')
        return response if response is not None and response.ok else None

    def _patiently(self, command: str) -> Response | None:
        try:
            return patiently(self._session, command, self._session.clock.monotonic() + _BUSY_PATIENCE)
        except StillInitialising:
            return None

    def _execute(self, command: str) -> Response | None:
        try:
            return self._session.execute(command)
        except NoAnswer:
            return None


def _listed(memory: str, lines: tuple[str, ...]) -> Iterator[_Entry]:
    header: re.Match[str] | None = None
    for line in lines:
        if header is not None and _PDU.fullmatch(line):
            yield _Entry(memory, int(header.group(1)), int(header.group(2)), line)
            header = None
        else:
            header = _LISTED.match(line)
