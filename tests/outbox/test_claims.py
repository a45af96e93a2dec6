from datetime import timedelta

import pytest
from django.db.models import F

from recado.gsm.causes import Cause
from recado.outbox import claims, recovery
from recado.outbox.models import Attempt, AttemptResult, Message, Priority, Segment, SegmentStatus, Status
from recado.phones.models import Phone
from tests.support.outbox import (
    ACCEPTED,
    HOLDER,
    MOBILE,
    NOW,
    ONE_PART,
    THREE_PARTS,
    TRANSIENT,
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


def test_a_claim_is_a_durable_mark_before_the_first_byte():
    phone, message = make_phone(), queue_message()
    claimed = claim(phone, NOW + minutes(1))
    message.refresh_from_db()
    assert message.status == Status.SENDING
    assert message.moment == NOW + minutes(1)
    assert message.attempts == 1
    assert message.phone == phone
    attempt = Attempt.objects.get()
    assert attempt.pk == claimed.attempt_id
    assert attempt.result == AttemptResult.IN_FLIGHT
    assert attempt.started_at == NOW + minutes(1)
    assert attempt.phone_name == phone.name
    assert attempt.number == MOBILE
    assert segment_statuses(message) == [SegmentStatus.SENDING]
    assert story(message) == ["queued", "sending"]


def test_a_claim_has_all_that_the_radio_needs():
    message = queue_message(THREE_PARTS)
    claimed = claim(make_phone())
    assert claimed.number == MOBILE
    assert (claimed.part.index, claimed.part.total) == (1, 3)
    assert claimed.part == claims.parts_of(message)[0]
    assert claimed.tries == 1
    assert not claimed.is_last


def test_every_part_has_its_row_from_the_first_claim_on():
    message = queue_message(THREE_PARTS)
    claim(make_phone())
    rows = Segment.objects.filter(message=message)
    assert [(row.index, row.total) for row in rows] == [(1, 3), (2, 3), (3, 3)]
    assert "".join(row.text for row in rows) == THREE_PARTS


def test_an_empty_queue_gives_nothing_and_leaves_the_pace_alone():
    phone = make_phone()
    assert claims.claim_next(phone, HOLDER, NOW) is None
    phone.refresh_from_db()
    assert phone.last_send_started_at is None


def test_a_claim_marks_what_the_pace_is_measured_from():
    phone = make_phone()
    queue_message()
    claim(phone, NOW + minutes(2))
    phone.refresh_from_db()
    assert phone.last_send_started_at == NOW + minutes(2)


def test_priority_goes_before_arrival_and_arrival_before_the_rest():
    bulk = make_type(priority=Priority.BULK)
    urgent = make_type(priority=Priority.URGENT)
    last = queue_message(kind=bulk)
    second, third = queue_message(), queue_message()
    first = queue_message(kind=urgent, at=NOW + minutes(1))
    phone = make_phone()
    sent = [send_all(phone, NOW + minutes(2)).pk for _ in range(4)]
    assert sent == [first.pk, second.pk, third.pk, last.pk]


def test_what_waits_for_its_next_try_lets_the_others_pass():
    phone = make_phone()
    waiting, other = queue_message(), queue_message()
    claims.finish(claim(phone), TRANSIENT, NOW)
    assert claim(phone, NOW).message_id == other.pk
    assert claims.claim_next(phone, HOLDER, NOW) is None
    assert claim(phone, NOW + minutes(1)).message_id == waiting.pk


def test_next_due_at_is_the_first_time_that_something_may_be_tried():
    assert claims.next_due_at() is None
    phone = make_phone()
    queue_message()
    claims.finish(claim(phone), TRANSIENT, NOW)
    assert claims.next_due_at() == NOW + minutes(1)
    queue_message()
    assert claims.next_due_at() == NOW


@pytest.mark.parametrize("change", [{"paused": True}, {"enabled": False}, {"holder": "other/2/2"}, {"holder": ""}])
def test_a_phone_that_is_paused_out_of_use_or_anothers_claims_nothing(change: dict[str, object]):
    phone, message = make_phone(), queue_message()
    Phone.objects.update(**change)
    assert claims.claim_next(phone, HOLDER, NOW) is None
    assert story(message) == ["queued"]
    assert not Attempt.objects.exists()
    message.refresh_from_db()
    assert message.attempts == 0
    phone.refresh_from_db()
    assert phone.last_send_started_at is None


def test_a_deleted_phone_claims_nothing():
    phone, message = make_phone(), queue_message()
    Phone.objects.all().delete()
    assert claims.claim_next(phone, HOLDER, NOW) is None
    assert status_of(message) == Status.QUEUED


def test_the_parts_follow_each_other_and_the_last_one_makes_it_sent():
    phone, message = make_phone(), queue_message(THREE_PARTS)
    first = claim(phone)
    assert claims.finish(first, ACCEPTED, NOW + minutes(1)) is True
    second = following(first, phone, NOW + minutes(2))
    assert second.part.index == 2
    assert claims.finish(second, ACCEPTED, NOW + minutes(3)) is True
    third = following(second, phone, NOW + minutes(4))
    assert third.is_last
    assert claims.finish(third, ACCEPTED, NOW + minutes(5)) is False
    message.refresh_from_db()
    assert message.status == Status.SENT
    assert message.moment == message.sent_at == NOW + minutes(5)
    assert message.attempts == 3
    assert segment_statuses(message) == [SegmentStatus.SENT] * 3
    assert_unbroken(message)


def test_between_two_parts_a_pause_gives_the_message_back():
    phone, message = make_phone(), queue_message(THREE_PARTS)
    first = claim(phone)
    claims.finish(first, ACCEPTED, NOW)
    Phone.objects.update(paused=True)
    assert claims.next_segment(first, phone, HOLDER, NOW) is None
    claims.let_go(first, NOW + minutes(1))
    message.refresh_from_db()
    assert message.status == Status.QUEUED
    assert message.ready_at == NOW + minutes(1)
    assert message.phone is None
    assert message.attempts == 1
    assert segment_statuses(message) == [SegmentStatus.SENT, SegmentStatus.PENDING, SegmentStatus.PENDING]
    Phone.objects.update(paused=False)
    assert claim(phone, NOW + minutes(1)).part.index == 2


def test_another_phone_goes_on_where_the_first_one_stopped():
    first_phone, second_phone = make_phone("A"), make_phone("B")
    message = queue_message(THREE_PARTS)
    first = claim(first_phone)
    claims.finish(first, ACCEPTED, NOW)
    claims.let_go(first, NOW)
    send_all(second_phone)
    assert status_of(message) == Status.SENT
    by_phone = Attempt.objects.order_by("pk").values_list("segment__index", "phone_name")
    assert list(by_phone) == [(1, "A"), (2, "B"), (3, "B")]


class TestASuspendedProcess:
    """It wakes up between two parts and finds that its message was given to somebody else."""

    @pytest.fixture
    def stale(self):
        phone = make_phone("A")
        message = queue_message(THREE_PARTS)
        stale = claim(phone)
        claims.finish(stale, ACCEPTED, NOW)
        assert recovery.recover(phone.pk, NOW) == 1
        assert status_of(message) == Status.QUEUED
        return stale, phone, message

    def test_takes_up_nothing_that_is_back_in_the_queue(self, stale):
        claimed, phone, message = stale
        assert claims.next_segment(claimed, phone, HOLDER, NOW + minutes(1)) is None
        claims.let_go(claimed, NOW + minutes(1))
        assert story(message) == ["queued", "sending", "queued"]
        phone.refresh_from_db()
        assert phone.last_send_started_at == NOW

    @pytest.mark.parametrize("same_phone", [True, False])
    def test_neither_sends_nor_gives_back_what_another_is_sending(self, stale, same_phone: bool):
        claimed, phone, message = stale
        other = phone if same_phone else make_phone("B")
        current = claim(other)
        assert claims.next_segment(claimed, phone, HOLDER, NOW) is None
        claims.let_go(claimed, NOW)
        assert status_of(message) == Status.SENDING
        assert segment_statuses(message) == [SegmentStatus.SENT, SegmentStatus.SENDING, SegmentStatus.PENDING]
        assert claims.finish(current, ACCEPTED, NOW) is True
        assert claims.next_segment(claimed, phone, HOLDER, NOW) is None
        claims.let_go(claimed, NOW)
        assert following(current, other).part.index == 3

    def test_does_nothing_to_a_message_that_was_sent_meanwhile(self, stale):
        claimed, phone, message = stale
        send_all(make_phone("B"))
        assert claims.next_segment(claimed, phone, HOLDER, NOW) is None
        claims.let_go(claimed, NOW)
        assert status_of(message) == Status.SENT


class TestExpiry:
    @pytest.fixture
    def kind(self):
        return make_type(validity_minutes=10)

    def test_nothing_past_its_time_is_claimed_even_before_it_is_tidied_away(self, kind):
        queue_message(kind=kind)
        assert claims.claim_next(make_phone(), HOLDER, NOW + minutes(10)) is None

    def test_many_that_are_past_their_time_do_not_hide_one_that_is_not(self, kind):
        for _ in range(20):
            queue_message(kind=kind)
        good = queue_message()
        assert claim(make_phone(), NOW + minutes(10)).message_id == good.pk

    def test_what_waited_past_its_time_expires_with_its_cause(self, kind):
        message, young = queue_message(kind=kind), queue_message()
        assert claims.expire_due(NOW + minutes(9)) == 0
        assert claims.expire_due(NOW + minutes(10)) == 1
        message.refresh_from_db()
        assert message.status == Status.EXPIRED
        assert message.cause == Cause.EXPIRED
        assert message.reason == "O prazo acabou antes do envio."
        assert message.moment == NOW
        assert status_of(young) == Status.QUEUED
        assert_unbroken(message)

    def test_what_is_being_sent_does_not_expire(self, kind):
        message = queue_message(kind=kind)
        claim(make_phone())
        assert claims.expire_due(NOW + timedelta(days=1)) == 0
        assert status_of(message) == Status.SENDING


class TestATextThatTodaysRulesDoNotTake:
    """It was queued by an older version; it must not stop the queue."""

    def test_fails_and_lets_the_next_one_be_claimed(self):
        bad = [queue_message() for _ in range(3)]
        good = queue_message()
        Message.objects.filter(pk__in=[message.pk for message in bad]).update(text="sino \x07")
        phone = make_phone()
        assert claim(phone).message_id == good.pk
        for message in bad:
            message.refresh_from_db()
            assert message.status == Status.FAILED
            assert message.cause == Cause.OURS
            assert_unbroken(message)

    def test_fails_even_when_nothing_else_waits(self):
        message = queue_message()
        Message.objects.update(text="sino \x07")
        phone = make_phone()
        assert claims.claim_next(phone, HOLDER, NOW) is None
        assert status_of(message) == Status.FAILED
        phone.refresh_from_db()
        assert phone.last_send_started_at is None


def test_the_parts_of_a_message_are_always_the_same():
    message = queue_message(THREE_PARTS)
    assert claims.parts_of(message) == claims.parts_of(Message.objects.get(pk=message.pk))
    Message.objects.filter(pk=message.pk).update(attempts=F("attempts") + 7)
    assert claims.parts_of(message)[1] == claims.parts_of(Message.objects.get(pk=message.pk))[1]


def test_the_reference_of_neighbours_differs():
    one, two = queue_message(THREE_PARTS), queue_message(THREE_PARTS)
    assert claims.parts_of(one)[0].user_data != claims.parts_of(two)[0].user_data


def test_a_short_text_is_one_part():
    queue_message(ONE_PART)
    assert claim(make_phone()).is_last
