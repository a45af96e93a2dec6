"""How the radio answers a message of the demonstration: one answer a try, the last one for all tries after it."""

from __future__ import annotations

from recado.gsm.causes import Cause, Verdict, cms
from recado.outbox.models import AttemptResult
from recado.outbox.policy import BARE_OK, TryResult


def _refused(code: int) -> TryResult:
    meaning = cms(code)
    return TryResult(AttemptResult.REJECTED, meaning.verdict, meaning.cause, f"CMS {code}", meaning.reason)


ACCEPTED = TryResult(AttemptResult.ACCEPTED)
_NO_ANSWER = TryResult(
    AttemptResult.UNKNOWN, cause=Cause.UNCERTAIN, reason="O aparelho não respondeu depois de receber o texto."
)
_BARE_OK = TryResult(
    AttemptResult.AMBIGUOUS,
    Verdict.AMBIGUOUS,
    Cause.UNCERTAIN,
    BARE_OK,
    "O aparelho disse OK, mas não confirmou o envio.",
)

Fate = tuple[TryResult, ...]

WELL: Fate = (ACCEPTED,)
CONGESTED_ONCE: Fate = (_refused(42), ACCEPTED)
CONGESTED_TWICE: Fate = (_refused(42), _refused(38), ACCEPTED)
UNREACHABLE: Fate = (_refused(27),)
UNREACHABLE_UNTIL_RESENT: Fate = (*[_refused(27)] * 5, ACCEPTED)
NO_SUCH_NUMBER: Fate = (_refused(1),)
NO_ANSWER: Fate = (_NO_ANSWER,)
BARE: Fate = (_BARE_OK,)


def answer(fate: Fate, tries_before: int) -> TryResult:
    """The answer to the try after `tries_before` others."""
    return fate[min(tries_before, len(fate) - 1)]
