"""What arrives from the network and waits to be told to the other side (3GPP TS 27.005 §3.4.1).

Three things hold it back: AT+CNMI was not set, the last one handed over was not acknowledged (+CNMA), or it is to
be stored and the memory is full. The network keeps it meanwhile; nothing is lost by waiting.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from recado.emulator.state import PhoneState, Stored

_MOST_WAITING: Final = 200
_RECEIVES: Final = 2


@dataclass(frozen=True, slots=True)
class _Indication:
    stored: Stored
    is_report: bool


class Indications:
    """The queue of one phone, oldest first."""

    def __init__(self, state: PhoneState) -> None:
        self._state = state
        self._waiting: deque[_Indication] = deque(maxlen=_MOST_WAITING)
        self._told_full = False

    def add(self, stored: Stored, *, is_report: bool) -> None:
        """Let something arrive."""
        self._waiting.append(_Indication(stored, is_report))

    def ready(self) -> bool:
        """Tell whether `take` has something to say now."""
        return self._next() is not None or (self._held_by_full_store() and not self._told_full)

    def take(self) -> tuple[str, ...]:
        """Take the next one and give the lines that tell of it, if it is told of."""
        position = self._next()
        if position is None:
            self._told_full = True
            return (f'^SMMEMFULL:"{self._state.dialogue.memories[_RECEIVES]}"',)
        indication = self._waiting[position]
        del self._waiting[position]
        return self._indicate(indication)

    def _next(self) -> int | None:
        dialogue = self._state.dialogue
        if dialogue.awaiting_ack or dialogue.cnmi[0] == 0:
            return None
        return next((at for at, waiting in enumerate(self._waiting) if not self._must_wait(waiting)), None)

    def _held_by_full_store(self) -> bool:
        dialogue = self._state.dialogue
        held = not dialogue.awaiting_ack and dialogue.cnmi[0] != 0 and any(map(self._must_wait, self._waiting))
        self._told_full = self._told_full and held
        return held

    def _must_wait(self, indication: _Indication) -> bool:
        memory = self._memory(indication)
        return memory is not None and self._state.is_full(memory)

    def _memory(self, indication: _Indication) -> str | None:
        """Give the memory that it goes to; None when it is handed over, or dropped."""
        _, mt, _, ds, _ = self._state.dialogue.cnmi
        if indication.is_report:
            return self._state.report_memory if ds == 2 else None
        return None if mt == 2 else self._state.dialogue.memories[_RECEIVES]

    def _indicate(self, indication: _Indication) -> tuple[str, ...]:
        dialogue, stored = self._state.dialogue, indication.stored
        _, mt, _, ds, _ = dialogue.cnmi
        memory = self._memory(indication)
        if memory is not None:
            index = self._state.keep(stored, memory)
            notify = indication.is_report or mt in (1, 3)
            name = "+CDSI" if indication.is_report else "+CMTI"
            return (f'{name}: "{memory}",{index}',) if notify and index is not None else ()
        if indication.is_report and ds != 1:
            return ()
        dialogue.awaiting_ack = dialogue.csms == 1
        header = f"+CDS: {stored.tpdu_length}" if indication.is_report else f"+CMT: ,{stored.tpdu_length}"
        return (f"{header}\r\n{stored.pdu}",)
