"""What the answer to one try does to the part, the message, the try's own row and the phone."""

from datetime import timedelta

import pytest

from recado.gsm.causes import Cause
from recado.outbox import claims, decisions, recovery
from recado.outbox.models import (
    NEEDS_A_PERSON,
    Attempt,
    AttemptResult,
    Message,
    OnUncertain,
    SegmentStatus,
    Status,
    StatusChange,
)
from recado.outbox.policy import BACK_OFF, PHONE_REFUSAL_WAIT, TryResult
from recado.phones.models import Phone
from tests.support.outbox import (
    ACCEPTED,
    AMBIGUOUS,
    BARE,
    DUPLICATE,
    EVERY_ANSWER,
    HOLDER,
    NOW,
    OURS,
    PERMANENT,
    PHONE_DOWN,
    PHONE_REFUSES,
    THREE_PARTS,
    TRANSIENT,
    UNKNOWN,
    assert_unbroken,
    claim,
    following,
    make_phone,
    make_type,
    minutes,
    queue_message,
    segment_statuses,
    send_all,
    status_of,
    story,
)

pytestmark = pytest.mark.django_db

ANSWERED = NOW + timedelta(seconds=4)
SENT, PENDING, FAILED, UNCERTAIN = (
    SegmentStatus.SENT,
    SegmentStatus.PENDING,
    SegmentStatus.FAILED,
    SegmentStatus.UNCERTAIN,
)


@pytest.mark.parametrize(
    ("outcome", "message_status", "part_status", "cause", "attempts", "again_after"),
    [
        (ACCEPTED, Status.SENT, SENT, "", 1, None),
        (DUPLICATE, Status.SENT, SENT, "", 1, None),
        (TRANSIENT, Status.QUEUED, PENDING, Cause.NETWORK, 1, BACK_OFF[0]),
        (PERMANENT, Status.FAILED, FAILED, Cause.NUMBER_INVALID, 1, None),
        (OURS, Status.FAILED, FAILED, Cause.OURS, 1, None),
        (PHONE_REFUSES, Status.QUEUED, PENDING, Cause.NO_CREDIT, 0, PHONE_REFUSAL_WAIT),
        (AMBIGUOUS, Status.QUEUED, PENDING, Cause.UNCERTAIN, 1, BACK_OFF[0]),
        (BARE, Status.UNCERTAIN, UNCERTAIN, Cause.UNCERTAIN, 1, None),
        (UNKNOWN, Status.UNCERTAIN, UNCERTAIN, Cause.UNCERTAIN, 1, None),
        (PHONE_DOWN, Status.QUEUED, PENDING, Cause.PHONE_DOWN, 0, timedelta(0)),
    ],
)
def test_the_first_answer_settles_message_part_and_count(
    outcome: TryResult,
    message_status: Status,
    part_status: SegmentStatus,
    cause: str,
    attempts: int,
    again_after: timedelta | None,
):
    message = queue_message()
    assert claims.finish(claim(make_phone()), outcome, ANSWERED) is False
    message.refresh_from_db()
    assert message.status == message_status
    assert segment_statuses(message) == [part_status]
    assert message.cause == cause
    assert message.reason == (outcome.reason if cause else "")
    assert message.attempts == attempts
    assert message.segments.get().tries == attempts
    if again_after is not None:
        assert message.ready_at == ANSWERED + again_after
        assert message.phone is None
    assert_unbroken(message)


@pytest.mark.parametrize("outcome", EVERY_ANSWER)
def test_the_try_keeps_what_the_phone_said(outcome: TryResult):
    queue_message()
    claims.finish(claim(make_phone()), outcome, ANSWERED)
    attempt = Attempt.objects.get()
    assert attempt.result == outcome.result
    assert attempt.code == outcome.code
    assert attempt.reason == outcome.reason
    assert attempt.cause == (outcome.cause or "")
    assert (attempt.started_at, attempt.finished_at) == (NOW, ANSWERED)


@pytest.mark.parametrize("outcome", EVERY_ANSWER)
def test_the_moment_is_the_sends_or_the_last_trys(outcome: TryResult):
    message = queue_message()
    claims.finish(claim(make_phone(), NOW + minutes(1)), outcome, NOW + minutes(2))
    message.refresh_from_db()
    assert message.moment == NOW + minutes(2 if message.status == Status.SENT else 1)


def test_a_sent_part_keeps_its_reference_and_time_and_the_phone_its_last_success():
    phone, message = make_phone(), queue_message()
    claims.finish(claim(phone), ACCEPTED, ANSWERED)
    part = message.segments.get()
    assert (part.reference, part.sent_at) == (42, ANSWERED)
    assert Phone.objects.get().last_sent_at == ANSWERED


def test_a_long_answer_is_cut_to_what_fits():
    message = queue_message()
    long = TryResult(AttemptResult.REJECTED, PERMANENT.verdict, PERMANENT.cause, "9" * 500, "á" * 5000)
    claims.finish(claim(make_phone()), long, ANSWERED)
    assert status_of(message) == Status.FAILED
    assert len(Attempt.objects.get().reason) == 300


def test_transient_refusals_back_off_and_then_fail():
    phone, message = make_phone(), queue_message()
    at = NOW
    for wait in BACK_OFF:
        claims.finish(claim(phone, at), TRANSIENT, at)
        assert claims.claim_next(phone, HOLDER, at + wait - timedelta(seconds=1)) is None
        at += wait
    claims.finish(claim(phone, at), TRANSIENT, at)
    message.refresh_from_db()
    assert message.status == Status.FAILED
    assert message.cause == Cause.NETWORK
    assert message.attempts == 5
    assert story(message) == ["queued", *["sending", "queued"] * 4, "sending", "failed"]


def test_a_phone_that_is_down_costs_no_attempt_however_often():
    phone, message = make_phone(), queue_message()
    for _ in range(20):
        claims.finish(claim(phone), PHONE_DOWN, NOW)
    message.refresh_from_db()
    assert (message.status, message.attempts, message.segments.get().tries) == (Status.QUEUED, 0, 0)
    assert send_all(phone).status == Status.SENT


def test_a_chip_without_credit_costs_no_attempt_while_it_sends_nothing():
    phone, message = make_phone(), queue_message()
    at = NOW
    for _ in range(10):
        claims.finish(claim(phone, at), PHONE_REFUSES, at)
        at += PHONE_REFUSAL_WAIT
    message.refresh_from_db()
    assert (message.status, message.attempts) == (Status.QUEUED, 0)


def test_a_refusal_is_the_messages_own_once_the_phone_has_sent_others():
    phone = make_phone()
    refused = queue_message()
    claims.finish(claim(phone), PHONE_REFUSES, NOW)
    queue_message()
    send_all(phone, NOW + minutes(1))
    at = NOW + PHONE_REFUSAL_WAIT
    claims.finish(claim(phone, at), PHONE_REFUSES, at)
    refused.refresh_from_db()
    assert refused.attempts == 1
    assert refused.ready_at == at + BACK_OFF[0]


def test_a_success_before_the_refusal_exonerates_nobody():
    phone = make_phone()
    queue_message()
    send_all(phone, NOW)
    refused = queue_message()
    for _ in range(2):
        claims.finish(claim(phone, NOW + minutes(10)), PHONE_REFUSES, NOW + minutes(5))
    refused.refresh_from_db()
    assert refused.attempts == 0


def test_a_success_of_another_phone_exonerates_nobody():
    poor, rich = make_phone("Sem saldo"), make_phone("Com saldo")
    refused = queue_message()
    claims.finish(claim(poor), PHONE_REFUSES, NOW)
    queue_message()
    send_all(rich, NOW + minutes(1))
    at = NOW + PHONE_REFUSAL_WAIT
    claims.finish(claim(poor, at), PHONE_REFUSES, at)
    refused.refresh_from_db()
    assert refused.attempts == 0


def test_an_error_that_tells_nothing_ends_with_a_person_never_as_failed():
    phone, message = make_phone(), queue_message()
    at = NOW
    for _ in range(5):
        claims.finish(claim(phone, at), AMBIGUOUS, at)
        at += timedelta(hours=1)
    assert status_of(message) == Status.UNCERTAIN


@pytest.mark.parametrize("last", [PERMANENT, OURS])
def test_after_a_doubtful_try_a_plain_refusal_still_asks_a_person(last: TryResult):
    phone, message = make_phone(), queue_message()
    claims.finish(claim(phone), AMBIGUOUS, NOW)
    claims.finish(claim(phone, NOW + minutes(1)), last, NOW + minutes(1))
    message.refresh_from_db()
    assert message.status == Status.UNCERTAIN
    assert message.cause == Cause.UNCERTAIN


def test_the_type_may_say_that_the_unknown_is_sent_again():
    phone, message = make_phone(), queue_message(kind=make_type(on_uncertain=OnUncertain.RESEND, max_attempts=2))
    claims.finish(claim(phone), UNKNOWN, NOW)
    assert status_of(message) == Status.QUEUED
    claims.finish(claim(phone, NOW + minutes(1)), UNKNOWN, NOW + minutes(1))
    assert status_of(message) == Status.UNCERTAIN


def test_a_bare_ok_is_ambiguous_not_accepted():
    message = queue_message()
    claims.finish(claim(make_phone()), BARE, NOW)
    assert status_of(message) in NEEDS_A_PERSON


class TestSeveralParts:
    @pytest.fixture
    def phone(self):
        return make_phone()

    @pytest.fixture
    def message(self):
        return queue_message(THREE_PARTS)

    def test_a_retry_sends_only_what_was_not_sent(self, phone, message):
        first = claim(phone)
        claims.finish(first, ACCEPTED, NOW)
        claims.finish(following(first, phone), TRANSIENT, NOW)
        assert segment_statuses(message) == [SENT, PENDING, PENDING]
        again = claim(phone, NOW + minutes(1))
        assert (again.part.index, again.tries) == (2, 2)
        while claims.finish(again, ACCEPTED, NOW + minutes(1)):
            again = following(again, phone, NOW + minutes(1))
        assert status_of(message) == Status.SENT
        tried = Attempt.objects.order_by("pk").values_list("segment__index", flat=True)
        assert list(tried) == [1, 2, 2, 3]

    def test_each_part_has_tries_of_its_own(self, phone, message):
        at, claimed = NOW, claim(phone)
        for _ in range(4):
            claims.finish(claimed, TRANSIENT, at)
            at += timedelta(hours=1)
            claimed = claim(phone, at)
        claims.finish(claimed, ACCEPTED, at)
        claims.finish(following(claimed, phone, at), TRANSIENT, at)
        message.refresh_from_db()
        assert message.status == Status.QUEUED
        assert message.ready_at == at + BACK_OFF[0]
        assert message.attempts == 6

    @pytest.mark.parametrize(
        ("outcome", "status"), [(PERMANENT, Status.FAILED), (UNKNOWN, Status.UNCERTAIN), (BARE, Status.UNCERTAIN)]
    )
    def test_what_stops_one_part_stops_those_after_it(self, phone, message, outcome: TryResult, status: Status):
        first = claim(phone)
        claims.finish(first, ACCEPTED, NOW)
        claims.finish(following(first, phone), outcome, NOW)
        assert status_of(message) == status
        assert segment_statuses(message)[0] == SENT
        assert segment_statuses(message)[2] == PENDING
        assert claims.claim_next(phone, HOLDER, NOW + timedelta(hours=2)) is None

    def test_after_a_resend_the_sent_parts_stay_sent(self, phone, message):
        first = claim(phone)
        claims.finish(first, ACCEPTED, NOW)
        claims.finish(following(first, phone), PERMANENT, NOW)
        decisions.resend(message.pk, actor="maria", now=NOW)
        assert segment_statuses(message) == [SENT, PENDING, PENDING]
        assert claim(phone).part.index == 2


class TestALateAnswer:
    """The try was settled as unknown by somebody else before its answer came."""

    def settled(self, text: str = "Oi.") -> tuple[claims.Claim, Message]:
        phone, message = make_phone(), queue_message(text)
        claimed = claim(phone)
        recovery.recover(phone.pk, NOW + minutes(1))
        assert status_of(message) == Status.UNCERTAIN
        return claimed, message

    def test_that_accepts_settles_the_uncertain_message_as_sent(self):
        claimed, message = self.settled()
        assert claims.finish(claimed, ACCEPTED, NOW + minutes(2)) is False
        message.refresh_from_db()
        assert message.status == Status.SENT
        assert message.moment == message.sent_at == NOW + minutes(2)
        assert message.cause == message.reason == ""
        assert message.segments.get().reference == 42
        assert Attempt.objects.get().result == AttemptResult.ACCEPTED
        assert_unbroken(message)

    def test_that_accepts_one_part_sends_the_others(self):
        claimed, message = self.settled(THREE_PARTS)
        assert claims.finish(claimed, ACCEPTED, NOW + minutes(2)) is False
        assert status_of(message) == Status.QUEUED
        assert segment_statuses(message) == [SENT, PENDING, PENDING]
        assert claim(Phone.objects.get(), NOW + minutes(2)).part.index == 2

    @pytest.mark.parametrize("outcome", [TRANSIENT, PERMANENT, UNKNOWN, BARE, PHONE_DOWN])
    def test_of_any_other_kind_leaves_the_decision_to_the_person(self, outcome: TryResult):
        claimed, message = self.settled()
        assert claims.finish(claimed, outcome, NOW + minutes(2)) is False
        assert status_of(message) == Status.UNCERTAIN
        assert Attempt.objects.get().result == AttemptResult.UNKNOWN

    def test_does_not_send_twice_what_a_person_sends_again(self):
        claimed, message = self.settled()
        decisions.resend(message.pk, actor="maria", now=NOW + minutes(2))
        again = claim(Phone.objects.get(), NOW + minutes(2))
        assert claims.finish(claimed, ACCEPTED, NOW + minutes(2)) is False
        assert status_of(message) == Status.SENDING
        claims.finish(again, ACCEPTED, NOW + minutes(3))
        assert status_of(message) == Status.SENT

    def test_to_a_discarded_message_is_kept_as_evidence_and_changes_no_decision(self):
        claimed, message = self.settled()
        decisions.discard(message.pk, note="Cliente avisado.", actor="maria", now=NOW + minutes(2))
        claims.finish(claimed, ACCEPTED, NOW + minutes(3))
        assert status_of(message) == Status.CANCELLED
        assert segment_statuses(message) == [SENT]

    @pytest.mark.parametrize("policy", [OnUncertain.HOLD, OnUncertain.RESEND])
    def test_to_a_discarded_message_makes_it_sent_when_the_discard_is_undone(self, policy: OnUncertain):
        phone, message = make_phone(), queue_message(kind=make_type(on_uncertain=policy))
        claimed = claim(phone)
        recovery.recover(phone.pk, NOW + minutes(1))
        decisions.discard(message.pk, note="", actor="maria", now=NOW + minutes(2))
        claims.finish(claimed, ACCEPTED, NOW + minutes(3))
        decisions.undo_discard(message.pk, actor="maria", now=NOW + minutes(4))
        assert status_of(message) == Status.SENT
        assert_unbroken(message)
        with pytest.raises(decisions.DecisionRefused):
            decisions.resend(message.pk, actor="maria", now=NOW + minutes(5))
        assert claims.claim_next(phone, HOLDER, NOW + timedelta(hours=1)) is None


@pytest.mark.parametrize("outcome", EVERY_ANSWER)
def test_the_same_answer_twice_counts_once(outcome: TryResult):
    message = queue_message()
    claimed = claim(make_phone())
    claims.finish(claimed, outcome, ANSWERED)
    before = Message.objects.values().get()
    changes = StatusChange.objects.count()
    claims.finish(claimed, outcome, ANSWERED)
    assert Message.objects.values().get() == before
    assert StatusChange.objects.count() == changes
    assert_unbroken(message)


def test_an_answer_on_a_phone_that_was_deleted_meanwhile_is_written():
    phone, message = make_phone(), queue_message()
    claimed = claim(phone)
    phone.delete()
    claims.finish(claimed, ACCEPTED, ANSWERED)
    message.refresh_from_db()
    assert (message.status, message.phone) == (Status.SENT, None)
    assert Attempt.objects.get().phone_name == "Aparelho 1"
