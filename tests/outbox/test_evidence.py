"""Evidence settles doubt: it never sends twice, never revives, never overwrites what is certain."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recado.outbox import claims, decisions, evidence, recovery
from recado.outbox.models import Attempt, AttemptResult, Message, SegmentStatus, Status
from recado.outbox.policy import TryResult
from recado.outbox.receipts import record_report
from recado.phones.models import Phone
from tests.support.outbox import (
    ACCEPTED,
    AMBIGUOUS,
    HOLDER,
    MOBILE,
    NOW,
    PERMANENT,
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
    status_of,
    story,
)
from tests.support.pdus import DELIVERED, NO_SUCH_NUMBER, report_pdu

pytestmark = pytest.mark.django_db
LATER = NOW + minutes(2)


def doubtful(phone: Phone, outcome: TryResult = UNKNOWN, text: str = "Seu pedido foi registrado.") -> Message:
    message = queue_message(text)
    claims.finish(claim(phone), outcome, NOW)
    return message


def report(phone: Phone, status: int = DELIVERED, *, reference: int = 77, after: float = 0.1) -> None:
    record_report(phone.pk, report_pdu(MOBILE, reference, NOW + minutes(after), status=status), LATER)


def test_a_report_proves_an_uncertain_message_sent_and_delivered() -> None:
    phone = make_phone()
    message = doubtful(phone)
    report(phone)
    assert story(message)[-3:] == [Status.UNCERTAIN, Status.SENT, Status.DELIVERED]
    assert_unbroken(message)
    attempt = Attempt.objects.get()
    assert (attempt.result, attempt.reference) == (AttemptResult.ACCEPTED, 77)
    message.refresh_from_db()
    assert message.cause == ""


def test_a_temporary_report_proves_as_much() -> None:
    phone = make_phone()
    message = doubtful(phone)
    report(phone, 0x20)
    assert status_of(message) == Status.SENT


def test_a_report_of_failure_proves_that_it_went_out_and_was_not_delivered() -> None:
    phone = make_phone()
    message = doubtful(phone)
    report(phone, NO_SUCH_NUMBER)
    assert story(message)[-2:] == [Status.SENT, Status.UNDELIVERED]


def test_a_message_queued_again_after_code_500_is_not_sent_a_second_time_once_its_report_came() -> None:
    phone = make_phone()
    message = doubtful(phone, AMBIGUOUS)
    assert status_of(message) == Status.QUEUED
    report(phone)
    assert status_of(message) == Status.DELIVERED
    assert claims.claim_next(phone, HOLDER, NOW + timedelta(hours=1)) is None


@pytest.mark.parametrize("outcome", [PERMANENT, TRANSIENT, UNKNOWN, AMBIGUOUS])
def test_proof_that_comes_during_another_try_ends_the_tries(outcome: TryResult) -> None:
    """The report came through the first phone while the second one was sending."""
    first, second = make_phone(), make_phone("Aparelho 2")
    message = doubtful(first, AMBIGUOUS)
    again = claim(second, LATER)
    report(first)
    assert status_of(message) == Status.SENDING
    assert not claims.finish(again, outcome, LATER)
    assert status_of(message) == Status.DELIVERED
    assert_unbroken(message)
    assert claims.claim_next(first, HOLDER, LATER + timedelta(hours=1)) is None


def test_proof_of_one_part_sends_the_others_and_not_that_one() -> None:
    phone = make_phone()
    message = doubtful(phone, text=THREE_PARTS)
    report(phone)
    assert status_of(message) == Status.QUEUED
    assert segment_statuses(message) == [SegmentStatus.DELIVERED, SegmentStatus.PENDING, SegmentStatus.PENDING]
    assert claim(phone, LATER).part.index == 2


def test_a_discarded_message_stays_discarded_whatever_comes() -> None:
    phone = make_phone()
    message = doubtful(phone)
    decisions.discard(message.pk, note="", actor="ana", now=NOW)
    report(phone)
    assert status_of(message) == Status.CANCELLED
    assert segment_statuses(message) == [SegmentStatus.DELIVERED]


def test_a_report_kept_while_the_message_was_discarded_counts_when_it_is_taken_up_again() -> None:
    phone = make_phone()
    message = doubtful(phone)
    decisions.discard(message.pk, note="", actor="ana", now=NOW)
    report(phone)
    decisions.undo_discard(message.pk, actor="ana", now=LATER)
    assert status_of(message) == Status.DELIVERED


def test_a_report_far_from_the_only_doubtful_try_proves_nothing() -> None:
    """A try taken for sent that never left would be a message lost."""
    phone = make_phone()
    message = doubtful(phone)
    record_report(phone.pk, report_pdu(MOBILE, 77, NOW + timedelta(hours=5)), NOW + timedelta(hours=5))
    assert status_of(message) == Status.UNCERTAIN


def test_of_several_doubtful_tries_the_one_nearest_in_time_is_proved() -> None:
    phone = make_phone()
    messages = []
    for number in range(3):
        at = NOW + minutes(10 * number)
        messages.append(queue_message(at=at))
        claims.finish(claim(phone, at), UNKNOWN, at)
    report(phone, after=10.5)
    assert [status_of(message) for message in messages] == [Status.UNCERTAIN, Status.DELIVERED, Status.UNCERTAIN]


def test_an_old_try_under_the_same_reference_does_not_take_the_proof_from_the_doubtful_one() -> None:
    phone = make_phone()
    old = NOW - timedelta(days=2)
    queue_message(at=old)
    claims.finish(claim(phone, old), TryResult(ACCEPTED.result, reference=77), old)
    message = doubtful(phone)
    report(phone)
    assert status_of(message) == Status.DELIVERED


def test_a_try_without_a_reference_is_found_by_number_and_time() -> None:
    phone = make_phone()
    message = doubtful(phone, TryResult(AttemptResult.ACCEPTED))
    assert status_of(message) == Status.SENT
    report(phone)
    assert status_of(message) == Status.DELIVERED


def test_a_report_after_a_restart_proves_what_the_dead_process_left() -> None:
    phone, message = make_phone(), queue_message()
    claim(phone)
    recovery.recover(phone.pk, LATER)
    assert status_of(message) == Status.UNCERTAIN
    report(phone)
    assert status_of(message) == Status.DELIVERED


def test_a_late_answer_settles_the_last_doubtful_try_of_that_phone() -> None:
    phone, other = make_phone(), make_phone("Aparelho 2")
    message = doubtful(phone)
    evidence.late_answer(other.pk, 5, LATER)
    assert status_of(message) == Status.UNCERTAIN
    evidence.late_answer(phone.pk, 5, LATER)
    assert status_of(message) == Status.SENT
    assert Attempt.objects.get().reference == 5


def test_a_late_answer_long_after_belongs_to_nobody() -> None:
    phone = make_phone()
    message = doubtful(phone)
    evidence.late_answer(phone.pk, 5, NOW + timedelta(hours=1))
    assert status_of(message) == Status.UNCERTAIN


def test_nobody_proves_what_nobody_doubted() -> None:
    phone = make_phone()
    message = doubtful(phone, PERMANENT)
    assert not evidence.prove_accepted(Attempt.objects.get(), 1, LATER, "")
    assert status_of(message) == Status.FAILED


def test_a_second_part_goes_on_when_proof_of_its_own_earlier_try_came_meanwhile() -> None:
    phone = make_phone()
    message = queue_message(THREE_PARTS, kind=make_type(on_uncertain="resend"))
    claims.finish(claim(phone), UNKNOWN, NOW)
    again = claim(phone, LATER)
    report(phone)
    assert claims.finish(again, TRANSIENT, LATER)
    assert following(again, phone, LATER).part.index == 2
    assert segment_statuses(message)[0] == SegmentStatus.DELIVERED
