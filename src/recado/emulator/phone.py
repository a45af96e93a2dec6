"""A phone in software: bytes in, bytes out, the clock given. No I/O, no thread.

`feed` takes what the other side wrote, `due` gives what must be written by now, `next_due` says when to ask
again. `on_air` is the truth: what really reached the network, whatever the answers said. An SMS reaches the
air at its Ctrl-Z, so that every later failure (lost answer, fallen cable, killed reader) meets the hard case.

`now` is seconds of any clock that never goes back; `epoch` is the moment when it read zero.
"""

from __future__ import annotations

import heapq
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Final

from recado.emulator import commands, network
from recado.emulator.fate import Fate, decide
from recado.emulator.faults import Faults
from recado.emulator.network import AirSms
from recado.emulator.settings import PhoneSettings
from recado.emulator.state import CommandError, Condition, Dialogue, Family, PhoneState, Stored
from recado.emulator.wording import BOOT_LINES, Writer, refusal
from recado.gsm import Submit

_ESCAPE: Final = 0x1B
_END_OF_PDU: Final = re.compile(rb"[\x1a\x1b]")
_LONGEST_INPUT: Final = 8192
_SPLIT_GAP: Final = 0.0005
# A phone told to restart still writes its OK; seconds.
_LAST_WORDS: Final = 0.05
_MOST_WAITING: Final = 200
_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Indication:
    """Something from the network that waits to be told to the other side."""

    stored: Stored
    is_report: bool


class EmulatedPhone:
    """One phone on one line. Not shared between threads."""

    def __init__(
        self,
        settings: PhoneSettings | None = None,
        faults: Faults | None = None,
        *,
        epoch: datetime = _EPOCH,
    ) -> None:
        self.settings: Final = settings or PhoneSettings()
        self.faults: Final = faults or Faults()
        self.on_air: Final[list[AirSms]] = []
        self._state: Final = PhoneState(self.settings, self.faults)
        self._writer: Final = Writer(self.faults)
        self._epoch: Final = epoch
        self._reference = self.settings.first_reference
        self._concat_references: Final = count(1)
        self._agenda: Final[list[tuple[float, int, Callable[[float], None]]]] = []
        self._tickets: Final = count()
        self._indications: Final[deque[_Indication]] = deque(maxlen=_MOST_WAITING)
        self._input = bytearray()
        self._output: Final = bytearray()
        self._session = 0
        self._busy = False
        self._awaited_length: int | None = None
        self._was_plugged = True
        self._starting = False
        self._silent_until = float("-inf")
        self._next_byte_at = float("-inf")
        self._next_chatter: float | None = None

    @property
    def plugged(self) -> bool:
        """Tell whether the cable is in; whoever owns the line opens and closes it by this."""
        return not self.faults.is_on("unplugged")

    @property
    def condition(self) -> Condition:
        """Say what keeps the phone from sending, READY when nothing does."""
        condition = self._state.condition
        return Condition.INITIALISING if self._starting and condition is Condition.READY else condition

    def feed(self, data: bytes, now: float) -> None:
        """Take bytes that the other side wrote. They are lost while the phone is unplugged, hung or starting."""
        self._settle(now)
        if not self._hears(now):
            return
        self._input += data
        self._consume(now)

    def due(self, now: float) -> bytes:
        """Give the bytes to write by now, and let happen all that was to happen by now."""
        self._settle(now)
        while self._agenda and self._agenda[0][0] <= now:
            at, _, act = heapq.heappop(self._agenda)
            act(at)
        self._chat(now)
        while (indication := self._next_indication()) is not None:
            self._indicate(indication, now)
        if not self.faults.is_on("split"):
            written = bytes(self._output)
            self._output.clear()
            return written
        if not self._output or now < self._next_byte_at:
            return b""
        self._next_byte_at = now + _SPLIT_GAP
        return bytes((self._output.pop(0),))

    def next_due(self) -> float | None:
        """Give the moment to call `due` again (a past one: at once), or None when nothing is planned."""
        if self.faults.is_on("reboot") or self.plugged != self._was_plugged:
            return float("-inf")
        if self._next_indication() is not None:
            return float("-inf")
        moments = [self._agenda[0][0]] if self._agenda else []
        if self._output:
            moments.append(self._next_byte_at if self.faults.is_on("split") else float("-inf"))
        if self.faults.is_on("chatter") and self.faults.seconds("chatter") > 0:
            moments.append(float("-inf") if self._next_chatter is None else self._next_chatter)
        return min(moments, default=None)

    def deliver(self, number: str, text: str, now: float) -> int:
        """Let an SMS arrive from the network; gives its number of parts.

        Raises `ControlError` when number or text make no SMS.
        """
        parts = network.deliver(
            number,
            text,
            self.settings.smsc,
            sent_at=self._network_time(now),
            reference=next(self._concat_references) % 256,
        )
        self._indications.extend(_Indication(part, is_report=False) for part in parts)
        return len(parts)

    def unplug(self, now: float) -> None:
        """Pull the cable; the phone itself keeps its state."""
        self.faults.set("unplugged")
        self._settle(now)

    def plug(self, now: float) -> None:
        """Put the cable back."""
        self.faults.clear("unplugged")
        self._settle(now)

    # -- the line

    def _hears(self, now: float) -> bool:
        return self.plugged and now >= self._silent_until and not self.faults.is_on("hang")

    def _settle(self, now: float) -> None:
        """Let the faults that are events, not states, happen."""
        if self.faults.is_on("reboot"):
            seconds = self.faults.seconds("reboot")
            self.faults.clear("reboot")
            self._restart(now, seconds)
        if self.plugged != self._was_plugged:
            self._was_plugged = self.plugged
            self._forget_line()

    def _forget_line(self) -> None:
        """Leave any command half done: nothing of it will be answered."""
        self._session += 1
        self._input.clear()
        self._output.clear()
        self._busy = False
        self._awaited_length = None

    def _restart(self, now: float, seconds: float) -> None:
        self._forget_line()
        self._state.dialogue = Dialogue()
        self._state.functional = 1
        self._silent_until = now + seconds
        self._starting = True
        self._plan(now + seconds, self._started)

    def _started(self, now: float) -> None:
        # A second restart during the first keeps the phone silent for longer.
        if now >= self._silent_until:
            self._starting = False
            self._emit(self._writer.unsolicited(BOOT_LINES), now)

    def _plan(self, at: float, act: Callable[[float], None]) -> None:
        heapq.heappush(self._agenda, (at, next(self._tickets), act))

    def _plan_in_session(self, at: float, act: Callable[[float], None]) -> None:
        """Plan something that a fallen line or a restart cancels."""
        session = self._session

        def guarded(now: float) -> None:
            if session == self._session:
                act(now)

        self._plan(at, guarded)

    def _emit(self, data: bytes, now: float) -> None:
        if self._hears(now):
            self._output.extend(data)

    def _chat(self, now: float) -> None:
        every = self.faults.seconds("chatter") if self.faults.is_on("chatter") else 0.0
        if every <= 0:
            self._next_chatter = None
        elif self._next_chatter is None:
            self._next_chatter = now + every
        elif now >= self._next_chatter:
            self._next_chatter = now + every
            self._emit(self._writer.unsolicited((self._writer.notice(),)), now)

    # -- commands

    def _consume(self, now: float) -> None:
        while self._input and not self._busy:
            if self._awaited_length is None:
                line, found, rest = self._input.partition(b"\r")
                if not found:
                    break
                self._input = rest
                self._run_line(bytes(line), now)
            else:
                end = _END_OF_PDU.search(self._input)
                if end is None:
                    break
                pdu, rest = bytes(self._input[: end.start()]), self._input[end.end() :]
                self._input = rest
                self._end_pdu(pdu, end.group()[0], now)
        # What never ends is no command; a phone's own buffer is far smaller.
        if len(self._input) > _LONGEST_INPUT:
            self._input.clear()

    def _run_line(self, line: bytes, now: float) -> None:
        dialogue = self._state.dialogue
        if dialogue.echo:
            self._emit(line.lstrip(b"\n") + b"\r", now)
        text = "".join(chr(octet) for octet in line if 0x20 <= octet < 0x7F)
        start = text.upper().find("AT")
        if start < 0:
            return
        lines: list[str] = []
        later: list[str] = []
        final = True
        try:
            for request in commands.requests(text[start + 2 :]):
                reply = commands.answer(self._state, request)
                lines += reply.lines
                later += reply.later
                final = final and reply.final
                if reply.submit_length is not None:
                    self._await_pdu(reply.submit_length, now)
                    return
                if reply.restart:
                    self._plan_in_session(now + _LAST_WORDS, lambda at: self._restart(at, 1.0))
        except CommandError as error:
            self._emit(self._writer.answer(lines, refusal(error, dialogue), dialogue), now)
            return
        # The final result follows the V and CMEE that this very line may have set: V.250 §6.2.6.
        if lines or final:
            self._emit(
                self._writer.answer(lines, "OK" if final else "", self._state.dialogue),
                now,
            )
        if later:
            self._plan_in_session(now, lambda at: self._emit(self._writer.unsolicited(later), at))

    def _await_pdu(self, length: int, now: float) -> None:
        self._awaited_length = length
        if self.faults.is_on("no_prompt"):
            return
        prompt = self._writer.prompt()
        delay = self.faults.seconds("late_prompt")
        if delay > 0:
            self._plan_in_session(now + delay, lambda at: self._emit(prompt, at))
        else:
            self._emit(prompt, now)

    # -- sending

    def _end_pdu(self, pdu: bytes, end: int, now: float) -> None:
        length, self._awaited_length = self._awaited_length or 0, None
        if self._state.dialogue.echo or self.faults.is_on("echo_pdu"):
            self._emit(pdu, now)
        if end == _ESCAPE:
            self._answer((), "OK", now)
            return
        text = pdu.decode("ascii", "replace").strip()
        try:
            submit = network.read_submit(text, length)
            self._need_network(submit)
        except CommandError as error:
            self._answer_later((), refusal(error, self._state.dialogue), now)
            return
        self._submit(submit, text, decide(self.faults), now)

    def _need_network(self, submit: Submit) -> None:
        self._state.need_sim(Family.CMS)
        if self._state.registration not in (1, 5):
            raise CommandError(Family.CMS, 331)
        if submit.smsc is None and not self._state.service_centre:
            raise CommandError(Family.CMS, 330)

    def _submit(self, submit: Submit, pdu: str, fate: Fate, now: float) -> None:
        reference, self._reference = self._reference, (self._reference + 1) % 256
        if fate.on_air:
            self._put_on_air(submit, pdu, reference, now)
        if fate.drops_line:
            self.unplug(now)
            if self.settings.replug_after is not None:
                self._plan(now + self.settings.replug_after, self.plug)
        if fate.silent:
            return
        if fate.error is not None:
            refused = refusal(CommandError(Family.CMS, fate.error), self._state.dialogue)
            self._answer_later((), refused, now)
            return
        lines = (f"+CMGS: {reference}",) if fate.confirmed else ()
        if fate.delay > 0:
            self._plan_in_session(now + fate.delay, lambda at: self._answer(lines, "OK", at))
        else:
            self._answer_later(lines, "OK", now)

    def _put_on_air(self, submit: Submit, pdu: str, reference: int, now: float) -> None:
        sms = network.air_sms(submit, pdu, sequence=len(self.on_air) + 1, reference=reference, at=self._moment(now))
        self.on_air.append(sms)
        if not submit.status_report or self.faults.strike("report_lost") is not None:
            return
        status = int(self.faults.strike("report_status") or 0)

        def report(at: float) -> None:
            written = network.status_report(
                sms, self.settings.smsc, discharged_at=self._network_time(at), status=status
            )
            self._indications.append(_Indication(written, is_report=True))

        self._plan(now + self.settings.report_delay, report)

    def _answer_later(self, lines: tuple[str, ...], final: str, now: float) -> None:
        """Answer after the network's time; until then the phone takes no other command."""
        latency = self.faults.seconds("slow", self.settings.latency)
        if latency <= 0:
            self._answer(lines, final, now)
            return
        self._busy = True

        def finish(at: float) -> None:
            self._busy = False
            self._answer(lines, final, at)
            self._consume(at)

        self._plan_in_session(now + latency, finish)

    def _answer(self, lines: tuple[str, ...], final: str, now: float) -> None:
        self._emit(self._writer.answer(lines, final, self._state.dialogue), now)

    # -- receiving

    def _next_indication(self) -> _Indication | None:
        """Give what may be told now: never while a PDU is being typed, nor before the last one is acknowledged."""
        dialogue = self._state.dialogue
        held = self._awaited_length is not None or dialogue.awaiting_ack or dialogue.cnmi[0] == 0
        if held or not self._indications or not self.plugged or self.faults.is_on("hang"):
            return None
        return self._indications[0]

    def _indicate(self, indication: _Indication, now: float) -> None:
        """Tell the other side, as AT+CNMI asked. Source: 3GPP TS 27.005 §3.4.1."""
        self._indications.popleft()
        dialogue, stored = self._state.dialogue, indication.stored
        _, mt, _, ds, _ = dialogue.cnmi
        if indication.is_report:
            direct, notify, wanted = ds == 1, ds == 2, ds != 0
            lines = (f"+CDS: {stored.tpdu_length}", stored.pdu)
        else:
            direct, notify, wanted = mt == 2, mt in (1, 3), True
            lines = (f"+CMT: ,{stored.tpdu_length}", stored.pdu)
        if direct:
            dialogue.awaiting_ack = dialogue.csms == 1
            self._emit(self._writer.unsolicited(("\r\n".join(lines),)), now)
        elif wanted:
            index = self._state.keep(stored)
            if notify and index is not None:
                name = "+CDSI" if indication.is_report else "+CMTI"
                self._emit(self._writer.unsolicited((f'{name}: "ME",{index}',)), now)

    # -- time

    def _moment(self, now: float) -> datetime:
        return self._epoch + timedelta(seconds=now)

    def _network_time(self, now: float) -> datetime:
        return self._moment(now).astimezone(timezone(self.settings.utc_offset))
