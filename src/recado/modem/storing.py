"""One SUBMIT through the phone's own store: AT+CMGW, then AT+CMSS (3GPP TS 27.005 §4.4 and §4.2).

::

    AT+CMGW=<length>,2 -> prompt -> PDU, Ctrl-Z -> +CMGW: <index> -> AT+CMSS=<index> -> +CMSS: <mr> -> OK
    |------------------ certainly not on the air ----------------|---- unknown ----|-- accepted --|

It costs two writes to the phone's memory and four commands more for each message, and buys evidence: whoever was
killed after AT+CMSS finds the message in the store as ``STO SENT`` or ``STO UNSENT``.

The evidence must not lie. A copy left ``STO UNSENT`` would say of a later send of the same message that it did not
leave; so no such copy is left behind knowingly, and while one may exist, nothing is sent without the store.
"""

from dataclasses import dataclass

from recado.gsm.submit import Submit
from recado.modem import timeouts
from recado.modem.condition import PhoneCondition, explain
from recado.modem.errors import PhoneDown as PhoneDownError
from recado.modem.outcome import Accepted, Outcome, PhoneDown, Rejected, SendStep
from recado.modem.parser import Final, Line
from recado.modem.sending import CTRL_Z, OnStep, Sender, refused_before_submit
from recado.modem.session import Session
from recado.modem.store import Store

_STORED_PREFIX = "+CMGW:"
_UNSENT = 2
_NOT_STORED = "O aparelho não confirmou que guardou a mensagem; nada foi enviado."

# "Operation not allowed", "not supported", and "invalid memory index": said before anything is tried on the air.
_CMS_NEVER_TRIED = (302, 303, 321)
_CME_NEVER_TRIED = (3, 4)


@dataclass(slots=True)
class _Attempt:
    """One send: its PDU, and where the phone keeps it once it has said so."""

    submit: Submit
    pdu: str
    memory: str = ""
    index: int | None = None
    refused: bool = False
    """The phone refused to store, and for certain did not: the store can be done without."""


class StoringSender:
    """Sends through the store, and without it where the phone cannot."""

    def __init__(self, session: Session, sender: Sender, store: Store) -> None:
        self._session = session
        self._sender = sender
        self._store = store
        self._usable = True
        self._doubtful: list[Submit] = []

    def send(self, submit: Submit, on_step: OnStep) -> Outcome:
        """As ``Sender.send``, leaving evidence in the store until the answer is known."""
        if not self._usable:
            return self._sender.send(submit, on_step)
        attempt = _Attempt(submit, submit.to_hex())
        outcome = self._sender.carry_out(
            lambda: self._hand_over(attempt, on_step), lambda: self._let_go(attempt), on_step
        )
        if attempt.refused and not self._doubtful:
            return self._sender.send(submit, on_step)
        if attempt.index is None or not isinstance(outcome, Accepted | Rejected):
            return outcome
        deleted = self._delete(attempt.memory, attempt.index)
        if isinstance(outcome, Rejected) and not deleted:
            self._doubtful.append(submit)
        elif isinstance(outcome, Rejected) and _never_tried(outcome):
            self._usable = False
            return self._sender.send(submit, on_step)
        return outcome

    def _hand_over(self, attempt: _Attempt, on_step: OnStep) -> Outcome | None:
        self._sender.prepare()
        self._sweep()
        memory = self._store.select_outgoing()
        if memory is None:
            attempt.refused = True
            self._usable = bool(self._doubtful)
            return _cannot_store()
        attempt.memory = memory
        on_step(SendStep.COMMAND)
        command = f"AT+CMGW={attempt.submit.tpdu_length},{_UNSENT}"
        refusal = self._sender.enter(command, attempt.pdu, on_step)
        if refusal is not None:
            attempt.refused = isinstance(refusal, Rejected)
            return refusal
        refusal = self._put_in_store(attempt)
        if refusal is not None:
            return refusal
        on_step(SendStep.STORED)
        self._session.synchronise()
        on_step(SendStep.SUBMITTED)
        return None

    def _put_in_store(self, attempt: _Attempt) -> Outcome | None:
        """Ctrl-Z of AT+CMGW and its answer; ``None`` when the phone has said where the message lies."""
        contested = self._sender.answer_outstanding()
        self._session.submit(attempt.pdu, (_STORED_PREFIX,))
        self._session.write(CTRL_Z)
        attempt.index, final = self._read_index()
        self._session.end()
        self._session.out_of_step |= final is None
        if attempt.index is not None:
            return None
        if final is not None and not final.ok and not contested:
            attempt.refused = True
            return refused_before_submit(final)
        self._doubtful.append(attempt.submit)
        return _cannot_store()

    def _read_index(self) -> tuple[int | None, Final | None]:
        deadline = self._session.clock.monotonic() + timeouts.STORE
        index: int | None = None
        while (token := self._session.next_token(deadline)) is not None:
            if isinstance(token, Final):
                return index, token
            if isinstance(token, Line) and token.text.startswith(_STORED_PREFIX):
                digits = token.text.removeprefix(_STORED_PREFIX).strip()
                index = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else None
        return index, None

    def _let_go(self, attempt: _Attempt) -> None:
        self._session.begin(f"AT+CMSS={attempt.index}")
        self._session.submit(attempt.pdu)

    def _delete(self, memory: str, index: int) -> bool:
        try:
            return self._store.delete(memory, index)
        except PhoneDownError:
            # The answer is known already; the next command will find the line in the same state.
            self._session.out_of_step = True
            return False

    def _sweep(self) -> None:
        """Delete the copies that were perhaps left behind unsent."""
        if not self._doubtful:
            return
        for copy in self._store.outgoing():
            doubtful = copy.status == "STO UNSENT" and any(copy.matches(submit) for submit in self._doubtful)
            if doubtful and not self._store.delete(copy.memory, copy.index):
                return
        self._doubtful.clear()


def _cannot_store() -> PhoneDown:
    # Not "silent": whoever takes that for a dead line makes a new driver, which knows nothing of the doubtful copy.
    return PhoneDown(PhoneCondition.INITIALISING, _NOT_STORED, explain(PhoneCondition.INITIALISING).advice)


def _never_tried(rejected: Rejected) -> bool:
    meaning = rejected.meaning
    if meaning is None:
        return False
    return meaning.code in (_CMS_NEVER_TRIED if meaning.family == "CMS" else _CME_NEVER_TRIED)
