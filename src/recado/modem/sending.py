"""One SUBMIT through AT+CMGS in PDU mode (3GPP TS 27.005 §4.3), and an honest word on what became of it.

::

    AT+CMGS=<length> CR  ->  prompt  ->  PDU  ->  Ctrl-Z  ->  +CMGS: <mr>  ->  OK
    |------------- certainly not on the air ----|-- unknown --|---- accepted ---|

Success is ``+CMGS: n`` and OK: a bare OK is also what some phones answer to a failed send, and to ESC. From
Ctrl-Z on nothing is written before the result or the deadline, because any byte aborts the command on some
phones although the message is on the air already.

When an earlier send was left unanswered its answer may still come, and may meet this one's. Then the first
answer is held for a while: if a second one follows, the first was the earlier send's; if none does, only the
TP-MR can prove whose it is, and without proof this send is unknown too. After two such sends in a row the line
is left quiet until no answer can be under way any more; otherwise one lost answer would cast its doubt on
every send that follows.
"""

from collections.abc import Callable
from dataclasses import dataclass

from recado.gsm.causes import Cause, CodeMeaning, Verdict, cme, cms
from recado.gsm.submit import Submit
from recado.modem import timeouts
from recado.modem.asking import insist_on_pdu_mode
from recado.modem.condition import PhoneCondition, explain
from recado.modem.errors import LinkDown, StillInitialising
from recado.modem.errors import PhoneDown as PhoneDownError
from recado.modem.events import LateAnswer
from recado.modem.network import BUSY_CODES
from recado.modem.outcome import Accepted, Ambiguous, Outcome, PhoneDown, Rejected, SendStep, Unknown
from recado.modem.parser import Final, FinalKind, Line, Prompt
from recado.modem.quirks import Pacing
from recado.modem.session import RESULT_PREFIXES, Session, reference_of
from recado.modem.settings import DriverSettings

OnStep = Callable[[SendStep], None]

_BUSY_WAITS = (0.2, 0.4, 0.8, 1.6, 3.2)
_PDU_MODE_PATIENCE = 10.0
CTRL_Z = b"\x1a"
_NO_PROMPT = "O aparelho não pediu o conteúdo da mensagem; nada foi enviado."
_NO_ANSWER = "A mensagem foi entregue ao aparelho, mas ele não respondeu: não se sabe se saiu."
_LINE_LOST = "A ligação com o aparelho caiu depois de entregue a mensagem: não se sabe se saiu."
_WHOSE_ANSWER = "O aparelho deu uma só resposta para duas mensagens: não se sabe se esta saiu."
_BARE_OK = "O aparelho respondeu OK sem o número de envio: não se sabe se a mensagem saiu."
_REFUSED = "O aparelho recusou a mensagem sem dizer o motivo."
_STRANGE_WORDS = "O aparelho respondeu com palavras desconhecidas: não se sabe se a mensagem saiu."


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came after Ctrl-Z: whether ``+CMGS`` was seen, its TP-MR, and the final result if one came."""

    taken: bool
    reference: int | None
    raw: str
    final: Final | None


class Sender:
    """Sends one message at a time over a session that start-up has put into PDU mode."""

    def __init__(self, session: Session, settings: DriverSettings) -> None:
        self.pacing = Pacing()
        self._session = session
        self._clock = session.clock
        self._settings = settings
        self._unanswered_until = float("-inf")
        self._quiet_until = float("-inf")
        self._late_answers_seen = 0
        self._last_reference: int | None = None
        self._proof: int | None = None

    def send(self, submit: Submit, on_step: OnStep) -> Outcome:
        """Send ``submit`` and give its outcome; ``on_step`` hears of each step before it is taken.

        Never raises for what the phone or the line does.
        """
        pdu = submit.to_hex()

        def hand_over() -> Outcome | None:
            self.prepare()
            on_step(SendStep.COMMAND)
            refusal = self.enter(f"AT+CMGS={submit.tpdu_length}", pdu, on_step)
            if refusal is None:
                on_step(SendStep.SUBMITTED)
                self._session.submit(pdu)
            return refusal

        return self.carry_out(hand_over, lambda: self._session.write(CTRL_Z), on_step)

    def carry_out(
        self, hand_over: Callable[[], Outcome | None], trigger: Callable[[], None], on_step: OnStep
    ) -> Outcome:
        """Run ``hand_over``, which must not let the message go and may end the send with an outcome; then
        ``trigger``, which lets it go; then give what the phone says."""
        try:
            refusal = hand_over()
        except PhoneDownError as down:
            self._leave_out_of_step()
            return PhoneDown(down.condition, down.reason, down.advice)
        except BaseException:
            self._leave_out_of_step()
            raise
        if refusal is not None:
            self._session.end()
            return refusal
        outcome = self._submit(trigger)
        self._session.end()
        if not isinstance(outcome, Unknown):
            on_step(SendStep.ANSWERED)
        return outcome

    def _leave_out_of_step(self) -> None:
        self._session.end()
        self._session.out_of_step = True

    def prepare(self) -> None:
        """What must be true before any message is entered. Raises ``errors.PhoneDown``."""
        self._keep_quiet()
        self._require_pdu_mode()

    def enter(self, command: str, pdu: str, on_step: OnStep) -> Outcome | None:
        """Give ``command`` and its PDU; ``None`` means that the PDU waits for Ctrl-Z."""
        refusal = self._ask_for_prompt(command)
        if refusal is not None:
            return refusal
        on_step(SendStep.PROMPT)
        self._session.pause(self.pacing.after_prompt)
        on_step(SendStep.PDU)
        self._write_pdu(pdu)
        self._session.pause(self.pacing.before_submit)
        error = self._error_before(self._clock.monotonic())
        if error is not None:
            self._session.out_of_step = True
            return refused_before_submit(error)
        return None

    def _keep_quiet(self) -> None:
        while self._quiet_until > self._clock.monotonic():
            self._session.idle(min(1.0, self._quiet_until - self._clock.monotonic()))
            if self._session.late_answers != self._late_answers_seen:
                break
        self._quiet_until = float("-inf")

    def _require_pdu_mode(self) -> None:
        """A phone that restarted unnoticed may be in text mode, and would send the PDU's digits as words to
        the number <length>. One short command per message rules that out."""
        until = self._clock.monotonic() + _PDU_MODE_PATIENCE
        if insist_on_pdu_mode(self._session, until) is not None:
            raise StillInitialising

    def _ask_for_prompt(self, command: str) -> Outcome | None:
        error: Final | None = None
        for wait in (*_BUSY_WAITS, None):
            self._session.begin(command, wants_prompt=True)
            answer = self._prompt_or_error()
            if isinstance(answer, Prompt):
                return None
            error = answer
            if error is None or error.code not in BUSY_CODES or wait is None:
                break
            self._session.end()
            self._session.pause(wait)
        # The prompt may still come: the next command begins with ESC.
        self._session.out_of_step = True
        if error is not None:
            return refused_before_submit(error)
        self._session.recover()
        advice = explain(PhoneCondition.SILENT).advice
        return PhoneDown(PhoneCondition.SILENT, _NO_PROMPT, advice)

    def _prompt_or_error(self) -> Prompt | Final | None:
        """The prompt, or the error in its place. A stray OK is left over from an earlier command; so may an
        error be, after a send without an answer."""
        deadline = self._clock.monotonic() + self._settings.prompt_timeout
        error: Final | None = None
        while (token := self._session.next_token(deadline)) is not None:
            if isinstance(token, Prompt):
                return token
            if isinstance(token, Final) and not token.ok:
                error = token
                if not self.answer_outstanding():
                    break
        return error

    def _write_pdu(self, pdu: str) -> None:
        data = pdu.encode("ascii")
        size = self.pacing.chunk or len(data)
        for start in range(0, len(data), size):
            if start:
                self._session.pause(self.pacing.between_chunks)
            self._session.write(data[start : start + size])

    def _error_before(self, deadline: float) -> Final | None:
        while (token := self._session.next_token(deadline)) is not None:
            if isinstance(token, Final) and not token.ok:
                return token
        return None

    def _submit(self, trigger: Callable[[], None]) -> Outcome:
        """The trigger and the result. Whatever goes wrong from here on, the message may be on the air."""
        contested = self.answer_outstanding()
        deadline = self._clock.monotonic() + self._settings.send_timeout
        try:
            trigger()
            answer = self._read_answer(deadline)
            if answer is None:
                return self._give_up(_NO_ANSWER)
            if contested and not self._proven(answer):
                return self._settle_contest(answer, deadline)
        except LinkDown:
            self._session.out_of_step = True
            return Unknown(_LINE_LOST)
        return self._conclude(_judge(answer))

    def _settle_contest(self, first: _Answer, deadline: float) -> Outcome:
        """Wait for a second answer and say which one is this send's, or that nobody can."""
        second = self._read_answer(self._clock.monotonic() + self._settings.late_answer_hold)
        if second is None:
            self._quiet_until = deadline + self._settings.late_answer_window
            return Unknown(_WHOSE_ANSWER, first.raw)
        self._unanswered_until = float("-inf")
        mine, other = _judge(second), _judge(first)
        alike = type(mine) is type(other) and not isinstance(mine, Ambiguous)
        if not (alike or self._proven(second) or self._proven_earlier(first)):
            return Unknown(_WHOSE_ANSWER, f"{first.raw} | {second.raw}")
        self._session.mailbox.post(LateAnswer(first.reference, first.raw))
        outcome = self._conclude(mine)
        # Two answers alike may have come in either order: their numbers are no base to count from.
        self._last_reference = None
        return outcome

    def _read_answer(self, deadline: float) -> _Answer | None:
        """One whole answer, or ``None`` at ``deadline``. Raises ``LinkDown`` only before ``+CMGS``."""
        taken: Line | None = None
        bare_ok: Final | None = None
        while True:
            try:
                token = self._session.next_token(deadline)
            except LinkDown:
                if taken is None:
                    raise
                self._session.out_of_step = True
                token = None
            if token is None:
                if taken is None and bare_ok is None:
                    return None
                return self._answer(taken, bare_ok)
            if isinstance(token, Line) and token.text.startswith(RESULT_PREFIXES):
                taken = token
                if bare_ok is not None:
                    return self._answer(taken, bare_ok)
                deadline = self._clock.monotonic() + timeouts.OK_AFTER_REFERENCE
            elif isinstance(token, Final) and (taken is not None or not token.ok):
                return self._answer(taken, token)
            elif isinstance(token, Final):
                bare_ok = token
                deadline = min(deadline, self._clock.monotonic() + timeouts.REFERENCE_AFTER_OK)

    def _answer(self, taken: Line | None, final: Final | None) -> _Answer:
        self._session.out_of_step |= final is None
        if taken is not None:
            return _Answer(True, reference_of(taken.text), taken.text, final)
        return _Answer(False, None, final.text if final else "", final)

    def answer_outstanding(self) -> bool:
        """Whether an earlier send's answer may still come."""
        if self._session.late_answers != self._late_answers_seen:
            self._late_answers_seen = self._session.late_answers
            self._unanswered_until = float("-inf")
        return self._clock.monotonic() < self._unanswered_until

    def _proven(self, answer: _Answer) -> bool:
        """Whether the TP-MR says that the unanswered send used up a number in between: phones count by one."""
        return answer.reference is not None and answer.reference == self._proof

    def _proven_earlier(self, answer: _Answer) -> bool:
        return answer.reference is not None and (answer.reference + 1) % 256 == self._proof

    def _give_up(self, reason: str) -> Unknown:
        self._session.out_of_step = True
        self._late_answers_seen = self._session.late_answers
        self._unanswered_until = self._clock.monotonic() + self._settings.late_answer_window
        # Only one send without an answer right after one with a number leaves no doubt about the count.
        self._proof = None if self._last_reference is None else (self._last_reference + 2) % 256
        self._last_reference = None
        return Unknown(reason)

    def _conclude(self, outcome: Outcome) -> Outcome:
        """Remember what the next send must know of this one."""
        self._last_reference = outcome.reference if isinstance(outcome, Accepted) else None
        if isinstance(outcome, Ambiguous):
            self._give_up(outcome.reason)
        return outcome


_CODES_BY_WORDS = {
    FinalKind.CMS_ERROR: {cms(code).name.lower(): code for code in reversed(range(513))},
    FinalKind.CME_ERROR: {cme(code).name.lower(): code for code in reversed(range(513))},
}


def meaning_of(error: Final) -> CodeMeaning | None:
    """Give the meaning of an error, by its number or, from phones that answer in words although CMEE=1
    asks for numbers, by the standard's words. ``None`` when neither is known."""
    if error.kind not in _CODES_BY_WORDS:
        return None
    words = error.text.partition(":")[2].strip().lower()
    code = _CODES_BY_WORDS[error.kind].get(words) if error.code is None else error.code
    if code is None:
        return None
    return cms(code) if error.kind is FinalKind.CMS_ERROR else cme(code)


def _judge(answer: _Answer) -> Outcome:
    if answer.taken:
        return Accepted(answer.reference, answer.raw)
    if answer.final is None or answer.final.ok:
        return Ambiguous("bare_ok", None, answer.raw, _BARE_OK)
    return _judge_error(answer.final)


def _judge_error(error: Final) -> Outcome:
    meaning = meaning_of(error)
    if meaning is None and error.kind in _CODES_BY_WORDS:
        # "timer expired" of the Siemens TC63: perhaps only the acknowledgement was lost.
        return Ambiguous("words", None, error.text, _STRANGE_WORDS)
    if meaning is None:
        return Rejected(None, error.text, Verdict.TRANSIENT, Cause.UNKNOWN, _REFUSED)
    if meaning.verdict is Verdict.ACCEPTED:
        return Accepted(None, error.text)
    if meaning.verdict is Verdict.AMBIGUOUS:
        return Ambiguous("code", meaning, error.text, meaning.reason)
    return Rejected(meaning, error.text, meaning.verdict, meaning.cause, meaning.reason)


def refused_before_submit(error: Final) -> Rejected:
    """Give the outcome of an error before the message was let go: nothing is on the air, whatever the code
    would mean later."""
    meaning = meaning_of(error)
    if meaning is None:
        return Rejected(None, error.text, Verdict.TRANSIENT, Cause.UNKNOWN, _REFUSED)
    doubtful = meaning.verdict in (Verdict.AMBIGUOUS, Verdict.ACCEPTED)
    verdict = Verdict.TRANSIENT if doubtful else meaning.verdict
    return Rejected(meaning, error.text, verdict, meaning.cause, meaning.reason)
