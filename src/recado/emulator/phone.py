"""A phone in software: bytes in, bytes out, the clock given. No I/O, no thread.

`feed` takes what the other side wrote, `due` gives what must be written by now, `next_due` says when to ask
again. `on_air` is the truth: what really reached the network, whatever the answers said (the last 10,000 at
least; `on_air_total` counts them all). An SMS reaches the air at its Ctrl-Z or AT+CMSS, so that every later
failure (lost answer, fallen cable, killed reader) meets the hard case.

`now` is seconds of any clock that never goes back; `epoch` is the moment when it read zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Final

from recado.emulator import commands, network
from recado.emulator.agenda import Agenda
from recado.emulator.air import Air
from recado.emulator.fate import Fate, decide
from recado.emulator.faults import Faults
from recado.emulator.indications import Indications
from recado.emulator.network import AirSms
from recado.emulator.settings import PhoneSettings
from recado.emulator.state import CommandError, Condition, Dialogue, Family, PhoneState, Stored, StoredStatus
from recado.emulator.wording import BOOT_LINES, Writer, refusal
from recado.gsm import Submit

_ESCAPE: Final = 0x1B
_END_OF_PDU: Final = re.compile(rb"[\x1a\x1b]")
_LONGEST_INPUT: Final = 8192
_SPLIT_GAP: Final = 0.0005
# A phone told to restart still writes its OK; seconds.
_LAST_WORDS: Final = 0.05
_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Awaited:
    """The PDU that was asked for: its TPDU length, and the status to keep it with (None: it is to be sent)."""

    length: int
    keep_as: int | None


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
        self._state: Final = PhoneState(self.settings, self.faults)
        self._writer: Final = Writer(self.faults)
        self._reference = self.settings.first_reference
        self._concat_references: Final = count(1)
        self._agenda: Final = Agenda()
        self._indications: Final = Indications(self._state)
        self._air: Final = Air(self.settings, self.faults, self._agenda, self._take_report, epoch)
        self.on_air: Final = self._air.kept
        self._input = bytearray()
        self._output: Final = bytearray()
        self._busy = False
        self._awaited: _Awaited | None = None
        self._was_plugged = True
        self._starting = False
        self._silent_until = float("-inf")
        self._next_byte_at = float("-inf")
        self._next_chatter: float | None = None

    @property
    def on_air_total(self) -> int:
        """How many SMS reached the air in all."""
        return self._air.total

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
        if data and self._busy and self.faults.is_on("abort_by_byte"):
            self._abort(now)
        self._input += data
        self._consume(now)

    def due(self, now: float) -> bytes:
        """Give the bytes to write by now, and let happen all that was to happen by now."""
        self._settle(now)
        self._agenda.act(now)
        self._chat(now)
        while self._may_indicate() and self._indications.ready():
            self._emit(self._writer.unsolicited(self._indications.take()), now)
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
        if self._may_indicate() and self._indications.ready():
            return float("-inf")
        moments = [] if self._agenda.next is None else [self._agenda.next]
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
            sent_at=self._air.local_time(now),
            reference=next(self._concat_references) % 256,
        )
        arriving = list(parts)
        if self.faults.strike("part_lost") is not None:
            del arriving[self.faults.random.randrange(len(arriving))]
        if self.faults.is_on("parts_shuffled"):
            self.faults.random.shuffle(arriving)
        for part in arriving:
            self._indications.add(part, is_report=False)
        return len(parts)

    def on_air_since(self, sequence: int) -> list[AirSms]:
        """Give what reached the air after the SMS number `sequence`, as far as it is still kept."""
        return self._air.since(sequence)

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
        self._agenda.end_session()
        self._input.clear()
        self._output.clear()
        self._busy = False
        self._awaited = None

    def _restart(self, now: float, seconds: float) -> None:
        self._forget_line()
        self._state.dialogue = Dialogue()
        self._state.functional = 1
        self._silent_until = now + seconds
        self._starting = True
        self._agenda.plan(now + seconds, self._started)

    def _started(self, now: float) -> None:
        # A second restart during the first keeps the phone silent for longer.
        if now >= self._silent_until:
            self._starting = False
            self._emit(self._writer.unsolicited(BOOT_LINES), now)

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
            if self._awaited is None:
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
                    self._await_pdu(_Awaited(reply.submit_length, reply.keep_as), now)
                    return
                if reply.send_stored is not None:
                    self._send_stored(reply.send_stored, now)
                    return
                if reply.restart:
                    self._agenda.plan_in_session(now + _LAST_WORDS, lambda at: self._restart(at, 1.0))
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
            self._agenda.plan_in_session(now, lambda at: self._emit(self._writer.unsolicited(later), at))

    def _await_pdu(self, awaited: _Awaited, now: float) -> None:
        self._awaited = awaited
        if self.faults.is_on("no_prompt"):
            return
        prompt = self._writer.prompt()
        delay = self.faults.seconds("late_prompt")
        if delay > 0:
            self._agenda.plan_in_session(now + delay, lambda at: self._emit(prompt, at))
        else:
            self._emit(prompt, now)

    # -- sending

    def _end_pdu(self, pdu: bytes, end: int, now: float) -> None:
        awaited, self._awaited = self._awaited or _Awaited(0, None), None
        if self._state.dialogue.echo or self.faults.is_on("echo_pdu"):
            self._emit(pdu, now)
        if end == _ESCAPE:
            self._answer((), "OK", now)
            return
        text = pdu.decode("ascii", "replace").strip()
        try:
            submit = network.read_submit(text, awaited.length)
            if awaited.keep_as is None:
                self._need_network(submit)
        except CommandError as error:
            self._answer_later((), refusal(error, self._state.dialogue), now)
            return
        if awaited.keep_as is None:
            self._submit(submit, text, decide(self.faults), now)
        else:
            self._keep(Stored(awaited.keep_as, text.upper(), awaited.length), now)

    def _keep(self, stored: Stored, now: float) -> None:
        index = self._state.keep(stored, self._state.dialogue.memories[1])
        if index is None:
            self._answer((), refusal(CommandError(Family.CMS, 322), self._state.dialogue), now)
        else:
            self._answer((f"+CMGW: {index}",), "OK", now)

    def _send_stored(self, index: int, now: float) -> None:
        """AT+CMSS: what leaves the phone becomes `STO SENT` there. Source: 3GPP TS 27.005 §4.2."""
        stored = self._state.memory(self._state.dialogue.memories[1]).get(index)
        try:
            if stored is None:
                raise CommandError(Family.CMS, 321)
            submit = network.read_submit(stored.pdu, stored.tpdu_length)
            self._need_network(submit)
        except CommandError as error:
            self._answer_later((), refusal(error, self._state.dialogue), now)
            return
        fate = decide(self.faults)
        if fate.on_air and self.faults.value("send_stored") != "no_flip":
            stored.status = StoredStatus.STO_SENT
        self._submit(submit, stored.pdu, fate, now, result="+CMSS")

    def _need_network(self, submit: Submit) -> None:
        self._state.need_sim(Family.CMS)
        if self._state.registration not in (1, 5):
            raise CommandError(Family.CMS, 331)
        if submit.smsc is None and not self._state.service_centre:
            raise CommandError(Family.CMS, 330)

    def _submit(self, submit: Submit, pdu: str, fate: Fate, now: float, *, result: str = "+CMGS") -> None:
        reference, self._reference = self._reference, (self._reference + 1) % 256
        if fate.on_air:
            self._air.put(submit, pdu, reference, now)
        if fate.drops_line:
            self.unplug(now)
            if self.settings.replug_after is not None:
                self._agenda.plan(now + self.settings.replug_after, self.plug)
        if fate.silent:
            return
        if fate.error is not None:
            refused = refusal(CommandError(Family.CMS, fate.error), self._state.dialogue)
            self._answer_later((), refused, now)
            return
        lines = (f"{result}: {reference}",) if fate.confirmed else ()
        if fate.delay > 0:
            self._agenda.plan_in_session(now + fate.delay, lambda at: self._answer(lines, "OK", at))
        else:
            self._answer_later(lines, "OK", now)

    def _abort(self, now: float) -> None:
        """A byte cancels the command that waits for the network: no other word on the SMS will come."""
        self._agenda.end_session()
        self._busy = False
        self._answer((), "OK", now)

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

        self._agenda.plan_in_session(now + latency, finish)

    def _answer(self, lines: tuple[str, ...], final: str, now: float) -> None:
        self._emit(self._writer.answer(lines, final, self._state.dialogue), now)

    # -- receiving

    def _take_report(self, report: Stored) -> None:
        self._indications.add(report, is_report=True)

    def _may_indicate(self) -> bool:
        """Never while a PDU is being typed."""
        return self._awaited is None and self.plugged and not self.faults.is_on("hang")
