from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.gsm.causes import Cause, Verdict
from recado.outbox.models import AttemptResult, OnUncertain
from recado.outbox.policy import (
    BACK_OFF,
    BARE_OK,
    PHONE_REFUSAL_WAIT,
    AskPerson,
    Decision,
    GiveUp,
    Sent,
    TryAgain,
    TryResult,
    decide,
)
from tests.support.outbox import (
    ACCEPTED,
    AMBIGUOUS,
    BARE,
    DUPLICATE,
    OURS,
    PERMANENT,
    PHONE_DOWN,
    PHONE_REFUSES,
    TRANSIENT,
    UNKNOWN,
)

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
FIRST, LAST = 1, 5
HOLD, RESEND = OnUncertain.HOLD, OnUncertain.RESEND
STRANGE_WORDS = TryResult(
    AttemptResult.AMBIGUOUS, Verdict.AMBIGUOUS, Cause.UNCERTAIN, "+CMS ERROR: timer expired", "Palavras desconhecidas."
)
AFTER_BACK_OFF = TryAgain(NOW + BACK_OFF[0], counts=True)
AT_ONCE_FREE = TryAgain(NOW, counts=False)
LATER_FREE = TryAgain(NOW + PHONE_REFUSAL_WAIT, counts=False)


@pytest.mark.parametrize(
    ("outcome", "tries", "on_uncertain", "phone_works", "decision"),
    [
        (ACCEPTED, FIRST, HOLD, False, Sent()),
        (ACCEPTED, LAST, HOLD, False, Sent()),
        (DUPLICATE, FIRST, HOLD, False, Sent()),
        (TRANSIENT, FIRST, HOLD, False, AFTER_BACK_OFF),
        (TRANSIENT, LAST, HOLD, False, GiveUp()),
        (PERMANENT, FIRST, HOLD, False, GiveUp()),
        (OURS, FIRST, HOLD, False, GiveUp()),
        (PHONE_REFUSES, FIRST, HOLD, False, LATER_FREE),
        (PHONE_REFUSES, LAST, HOLD, False, LATER_FREE),
        (PHONE_REFUSES, FIRST, HOLD, True, AFTER_BACK_OFF),
        (PHONE_REFUSES, LAST, HOLD, True, GiveUp()),
        (AMBIGUOUS, FIRST, HOLD, False, AFTER_BACK_OFF),
        (AMBIGUOUS, LAST, HOLD, False, AskPerson()),
        (AMBIGUOUS, LAST, RESEND, False, AskPerson()),
        (BARE, FIRST, HOLD, False, AskPerson()),
        (BARE, FIRST, RESEND, False, AskPerson()),
        (STRANGE_WORDS, FIRST, HOLD, False, AskPerson()),
        (STRANGE_WORDS, FIRST, RESEND, False, AskPerson()),
        (UNKNOWN, FIRST, HOLD, False, AskPerson()),
        (UNKNOWN, LAST, HOLD, False, AskPerson()),
        (UNKNOWN, FIRST, RESEND, False, AFTER_BACK_OFF),
        (UNKNOWN, LAST, RESEND, False, AskPerson()),
        (PHONE_DOWN, FIRST, HOLD, False, AT_ONCE_FREE),
        (PHONE_DOWN, LAST, HOLD, False, AT_ONCE_FREE),
        (TryResult(AttemptResult.REJECTED), FIRST, HOLD, False, GiveUp()),
        (TryResult(AttemptResult.REJECTED, Verdict.AMBIGUOUS), FIRST, HOLD, False, GiveUp()),
    ],
)
def test_what_follows_a_try(
    outcome: TryResult, tries: int, on_uncertain: OnUncertain, phone_works: bool, decision: Decision
):
    assert decision == decide(
        outcome, tries=tries, max_tries=LAST, now=NOW, on_uncertain=on_uncertain, phone_works=phone_works
    )


@pytest.mark.parametrize(("tries", "minutes"), [(1, 1), (2, 4), (3, 15), (4, 40), (5, 40), (9, 40)])
def test_the_waits_grow_and_stay_at_the_longest(tries: int, minutes: int):
    decision = decide(TRANSIENT, tries=tries, max_tries=20, now=NOW)
    assert decision == TryAgain(NOW + timedelta(minutes=minutes), counts=True)


@pytest.mark.parametrize("outcome", [TRANSIENT, PERMANENT, OURS])
def test_after_a_try_that_may_have_gone_out_nothing_is_called_failed(outcome: TryResult):
    assert decide(outcome, tries=LAST, max_tries=LAST, now=NOW, doubtful=True) == AskPerson()


def test_doubt_changes_nothing_while_tries_are_left():
    assert decide(TRANSIENT, tries=FIRST, max_tries=LAST, now=NOW, doubtful=True) == AFTER_BACK_OFF


def test_a_type_tried_once_never_tries_again():
    assert decide(TRANSIENT, tries=1, max_tries=1, now=NOW) == GiveUp()


outcomes = st.builds(
    TryResult,
    result=st.sampled_from([result for result in AttemptResult if result != AttemptResult.IN_FLIGHT]),
    verdict=st.none() | st.sampled_from(Verdict),
    code=st.sampled_from(["", BARE_OK, "CMS 500", "+CMS ERROR: timer expired"]),
)


@given(outcomes, st.integers(1, 12), st.integers(1, 8), st.sampled_from(OnUncertain), st.booleans())
def test_no_answer_is_lost_doubled_or_tried_without_end(
    outcome: TryResult, tries: int, max_tries: int, on_uncertain: OnUncertain, phone_works: bool
):
    decision = decide(
        outcome, tries=tries, max_tries=max_tries, now=NOW, on_uncertain=on_uncertain, phone_works=phone_works
    )
    may_have_gone_out = outcome.result in (AttemptResult.AMBIGUOUS, AttemptResult.UNKNOWN)
    if may_have_gone_out and outcome.verdict != Verdict.ACCEPTED:
        assert not isinstance(decision, Sent | GiveUp)
    if isinstance(decision, TryAgain):
        assert decision.at >= NOW
        assert tries < max_tries or not decision.counts
    if isinstance(decision, GiveUp):
        assert outcome.result == AttemptResult.REJECTED
