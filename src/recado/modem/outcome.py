"""What became of one SUBMIT, or of one text. Each answer asks for something different next.

``Accepted``   the network took it: the segment is sent.
``HandedOver`` a phone that sends by itself took the whole text; whether the network has it, only it can tell, later.
``Rejected``   the phone or the network refused it and it is not on the air: the verdict says what next.
``Ambiguous``  an answer came, but one that some phones give both for success and for failure.
``Unknown``    the message was handed over (Ctrl-Z) and no answer came: it may or may not be on the air.
``PhoneDown``  nothing reached the air and it is the phone's fault: costs the message no attempt.

``Ambiguous`` and ``Unknown`` must never be turned into "failed" (the retry would double the message) nor
into "sent" without other evidence.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from recado.gsm.causes import Cause, CodeMeaning, Verdict
from recado.modem.condition import PhoneCondition

__all__ = [
    "Accepted",
    "Ambiguous",
    "HandedOver",
    "Outcome",
    "PhoneCondition",
    "PhoneDown",
    "Rejected",
    "SendStep",
    "Unknown",
]


class SendStep(StrEnum):
    """How far a send has come. Everything before ``SUBMITTED`` is certain not to be on the air.

    A message that is stored first goes COMMAND, PROMPT, PDU, STORED, SUBMITTED, ANSWERED. Where the phone cannot
    store, or refuses to send from its store, it begins again at COMMAND without it.
    """

    COMMAND = "command"
    """About to write ``AT+CMGS``, or ``AT+CMGW``."""
    PROMPT = "prompt"
    """The phone asked for the PDU."""
    PDU = "pdu"
    """About to write the PDU."""
    STORED = "stored"
    """The phone keeps the message in its store and has not been told to send it."""
    SUBMITTED = "submitted"
    """About to write Ctrl-Z, or AT+CMSS: from here on the message may be on the air."""
    ANSWERED = "answered"
    """The phone said what became of it."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The network took the message. ``reference`` is its TP-MR (0-255), where the phone told it."""

    reference: int | None
    raw: str = ""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The phone has the whole text and sends it by itself. It must not be given a second time."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Refused, and not on the air. ``reason`` is a pt-BR sentence; ``raw`` the phone's own line."""

    meaning: CodeMeaning | None
    raw: str
    verdict: Verdict
    cause: Cause
    reason: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Answered, but the answer does not prove either way.

    ``kind`` is ``bare_ok`` (OK without +CMGS: some phones answer so to a failed send), ``code``
    (an error that has been seen on messages that were delivered) or ``words`` (an error in words that
    nobody here knows, so nobody can say that the message stayed behind).
    """

    kind: Literal["bare_ok", "code", "words"]
    meaning: CodeMeaning | None
    raw: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Handed over and not answered. ``reason`` is a pt-BR sentence; ``raw`` what the line said last."""

    reason: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class PhoneDown:
    """The phone could not take the message; nothing reached the air. Not to be confused with the
    exception ``errors.PhoneDown``, which start-up raises for the same conditions."""

    condition: PhoneCondition
    reason: str
    advice: str


Outcome: TypeAlias = Accepted | HandedOver | Rejected | Ambiguous | Unknown | PhoneDown
