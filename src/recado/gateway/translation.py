"""From the radio's outcome to the outbox's words. Two rooms, two vocabularies, one table between them."""

from __future__ import annotations

from recado.gsm.causes import Cause, Verdict
from recado.modem.outcome import Accepted, Ambiguous, HandedOver, Outcome, PhoneDown, Rejected, Unknown
from recado.outbox.models import HANDED_OVER_NOTE, AttemptResult
from recado.outbox.policy import BARE_OK, TryResult

HANDED_OVER = TryResult(AttemptResult.HANDED_OVER, reason=HANDED_OVER_NOTE)


def to_try_result(outcome: Outcome) -> TryResult:
    """Say what the outbox has to know of `outcome`."""
    match outcome:
        case Accepted(reference=reference):
            return TryResult(AttemptResult.ACCEPTED, reference=reference)
        case HandedOver():
            return HANDED_OVER
        case Rejected(meaning=meaning, raw=raw, verdict=verdict, cause=cause, reason=reason):
            code = f"{meaning.family} {meaning.code}" if meaning else raw
            return TryResult(AttemptResult.REJECTED, verdict, cause, code, reason)
        case Ambiguous(kind=kind, meaning=meaning, raw=raw, reason=reason):
            code = f"{meaning.family} {meaning.code}" if meaning else raw
            code = BARE_OK if kind == "bare_ok" else code
            return TryResult(AttemptResult.AMBIGUOUS, Verdict.AMBIGUOUS, Cause.UNCERTAIN, code, reason)
        case Unknown(reason=reason):
            return TryResult(AttemptResult.UNKNOWN, cause=Cause.UNCERTAIN, reason=reason)
        case PhoneDown(reason=reason):
            return TryResult(AttemptResult.PHONE_DOWN, Verdict.PHONE, Cause.PHONE_DOWN, reason=reason)
