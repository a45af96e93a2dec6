"""What to do after a try: a pure function of how it ended, how often it was tried, and the time.

result      verdict     what follows
accepted    -           the part is sent
handed over -           the text is sent, as far as we can: the phone that has it sends it by itself
rejected    transient   again, backing off; after the last try it failed
rejected    permanent   failed at once
rejected    ours        failed at once, with the fault's text
rejected    phone       costs no try; again later, unless the phone has sent others since (then: transient)
ambiguous   500, 350    again, backing off; after the last try a person decides, for any of them may have gone out
ambiguous   otherwise   a bare OK, or an error in unknown words: a person decides
unknown     -           a person decides, or it is tried again, as the type says
phone_down  -           costs no try; again as soon as a phone is ready

Where an earlier try of the part may have gone out, a person decides instead of it being called failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from recado.gsm.causes import Cause, Verdict
from recado.outbox.models import AttemptResult, OnUncertain

# Waits after the first, second … try: with 5 tries, about one hour in all.
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=15), timedelta(minutes=40))
PHONE_REFUSAL_WAIT = timedelta(minutes=5)
BARE_OK = "OK"
_NUMBERED = ("CMS ", "CME ")


@dataclass(frozen=True, slots=True)
class TryResult:
    """How one try of one segment ended, in the outbox's words.

    `code` is the phone's own (`CMS 331`, `OK`), `reason` the pt-BR sentence for the attendant, `reference` the TP-MR.
    """

    result: AttemptResult
    verdict: Verdict | None = None
    cause: Cause | None = None
    code: str = ""
    reason: str = ""
    reference: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The network took the part."""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Back to the queue, not before `at`; `counts` is False when it was not the message's fault."""

    at: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It was not sent and will not be tried again by itself."""


@dataclass(frozen=True, slots=True)
class AskPerson:
    """Nothing tells whether it was sent."""


Decision = Sent | TryAgain | GiveUp | AskPerson


def decide(
    outcome: TryResult,
    *,
    tries: int,
    max_tries: int,
    now: datetime,
    on_uncertain: OnUncertain = OnUncertain.HOLD,
    phone_works: bool = False,
    doubtful: bool = False,
) -> Decision:
    """Say what follows `outcome`, the `tries`-th try of a segment (1-based) that may be tried `max_tries` times.

    `phone_works`: the phone has sent others since it last refused this one, so the refusal is the message's own.
    `doubtful`: nothing tells whether an earlier try of the segment went out.
    """
    again = TryAgain(now + BACK_OFF[min(tries, len(BACK_OFF)) - 1], counts=True)
    give_up = AskPerson() if doubtful else GiveUp()
    tries_left = tries < max_tries
    match outcome.result, outcome.verdict:
        case (AttemptResult.ACCEPTED | AttemptResult.HANDED_OVER, _) | (_, Verdict.ACCEPTED):
            return Sent()
        case AttemptResult.PHONE_DOWN, _:
            return TryAgain(now, counts=False)
        case AttemptResult.REJECTED, Verdict.PHONE if not phone_works:
            return TryAgain(now + PHONE_REFUSAL_WAIT, counts=False)
        case AttemptResult.REJECTED, Verdict.TRANSIENT | Verdict.PHONE:
            return again if tries_left else give_up
        case AttemptResult.REJECTED, _:
            return give_up
        case AttemptResult.AMBIGUOUS, _ if outcome.code.startswith(_NUMBERED):
            return again if tries_left else AskPerson()
        case AttemptResult.UNKNOWN, _ if on_uncertain == OnUncertain.RESEND and tries_left:
            return again
    return AskPerson()
