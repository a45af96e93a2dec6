"""After a crash: nothing is lost, nothing is sent twice unasked."""

from datetime import timedelta

import pytest

from recado.gsm.causes import Cause
from recado.outbox import claims, recovery
from recado.outbox.models import Attempt, AttemptResult, OnUncertain, SegmentStatus, Status
from recado.phones.models import Phone
from tests.support.outbox import (
    ACCEPTED,
    NOW,
    THREE_PARTS,
    assert_unbroken,
    claim,
    make_phone,
    make_type,
    minutes,
    queue_message,
    segment_statuses,
    status_of,
)

pytestmark = pytest.mark.django_db
LATER = NOW + minutes(5)


def test_a_send_in_flight_is_uncertain_not_failed_and_not_sent():
    phone, message = make_phone(), queue_message()
    claim(phone)
    assert recovery.recover(phone.pk, LATER) == 1
    message.refresh_from_db()
    assert message.status == Status.UNCERTAIN
    assert message.cause == Cause.UNCERTAIN
    assert "não se sabe" in message.reason
    assert segment_statuses(message) == [SegmentStatus.UNCERTAIN]
    attempt = Attempt.objects.get()
    assert (attempt.result, attempt.finished_at) == (AttemptResult.UNKNOWN, LATER)
    assert_unbroken(message)


def test_a_send_in_flight_of_a_type_that_says_so_is_sent_again():
    phone, message = make_phone(), queue_message(kind=make_type(on_uncertain=OnUncertain.RESEND))
    claim(phone)
    recovery.recover(phone.pk, LATER)
    message.refresh_from_db()
    assert message.status == Status.QUEUED
    assert message.ready_at == LATER + minutes(1)
    assert segment_statuses(message) == [SegmentStatus.PENDING]


def test_between_two_parts_nothing_was_in_flight_and_the_rest_is_queued():
    phone, message = make_phone(), queue_message(THREE_PARTS)
    claims.finish(claim(phone), ACCEPTED, NOW)
    assert recovery.recover(phone.pk, LATER) == 1
    message.refresh_from_db()
    assert (message.status, message.ready_at, message.phone) == (Status.QUEUED, LATER, None)
    assert segment_statuses(message) == [SegmentStatus.SENT, SegmentStatus.PENDING, SegmentStatus.PENDING]
    assert_unbroken(message)


def test_recovering_twice_changes_nothing_more():
    phone = make_phone()
    queue_message()
    claim(phone)
    assert recovery.recover(phone.pk, LATER) == 1
    assert recovery.recover(phone.pk, LATER) == 0


def test_what_another_phone_is_sending_is_left_alone():
    mine, other = make_phone("A"), make_phone("B")
    message = queue_message()
    claim(other)
    assert recovery.recover(mine.pk, LATER) == 0
    assert recovery.recover_orphans(LATER) == 0
    assert status_of(message) == Status.SENDING


@pytest.mark.parametrize(
    "fields", [{"holder": "", "held_until": None}, {"held_until": LATER - timedelta(seconds=1)}], ids=["free", "late"]
)
def test_what_a_phone_without_holder_was_sending_is_an_orphan(fields: dict[str, object]):
    phone, message = make_phone(), queue_message()
    claim(phone)
    Phone.objects.update(**fields)
    assert recovery.recover_orphans(LATER) == 1
    assert status_of(message) == Status.UNCERTAIN


def test_what_a_deleted_phone_was_sending_is_an_orphan():
    phone, message = make_phone(), queue_message()
    claim(phone)
    phone.delete()
    assert recovery.recover_orphans(LATER) == 1
    assert status_of(message) == Status.UNCERTAIN
    assert Attempt.objects.get().result == AttemptResult.UNKNOWN


def test_what_waits_or_is_settled_is_not_touched():
    phone = make_phone()
    queue_message()
    claims.finish(claim(phone), ACCEPTED, NOW)
    waiting = queue_message()
    assert recovery.recover(phone.pk, LATER) == 0
    assert status_of(waiting) == Status.QUEUED
