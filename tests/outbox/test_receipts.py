"""A delivery report finds its try, and makes the message Entregue or Não entregue, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.gsm.causes import Cause
from recado.outbox import claims, receipts
from recado.outbox.models import Attempt, DeliveryReport, Message, Segment, SegmentStatus, Status
from recado.outbox.policy import TryResult
from recado.outbox.receipts import record_report
from recado.phones.models import Phone
from tests.support.outbox import (
    ACCEPTED,
    MOBILE,
    NOW,
    OTHER_MOBILE,
    THREE_PARTS,
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
from tests.support.pdus import (
    CONGESTION,
    DELIVERED,
    FORWARDED,
    NO_SUCH_NUMBER,
    NOT_REACHED,
    report_pdu,
    submit_pdu,
)

pytestmark = pytest.mark.django_db
LATER = NOW + minutes(1)
REFERENCE = ACCEPTED.reference or 0


def sent_message(phone: Phone, number: str = MOBILE) -> Message:
    queue_message(number=number)
    return send_all(phone)


def report(
    phone: Phone, status: int = DELIVERED, *, number: str = MOBILE, reference: int = REFERENCE
) -> DeliveryReport | None:
    return record_report(phone.pk, report_pdu(number, reference, NOW, status=status, discharged_at=LATER), LATER)


def sent_in_parts(phone: Phone) -> Message:
    """Three parts, taken under TP-MR 10, 11 and 12."""
    message = queue_message(THREE_PARTS)
    claimed = claim(phone)
    for reference in (10, 11, 12):
        if claims.finish(claimed, TryResult(ACCEPTED.result, reference=reference), NOW):
            claimed = following(claimed, phone)
    return message


def test_a_report_of_delivery_makes_the_message_delivered() -> None:
    phone = make_phone()
    message = sent_message(phone)
    report(phone)
    assert story(message) == [Status.QUEUED, Status.SENDING, Status.SENT, Status.DELIVERED]
    assert_unbroken(message)
    part = Segment.objects.get()
    assert (part.status, part.delivered_at, part.report_note) == (SegmentStatus.DELIVERED, LATER, "")


@pytest.mark.parametrize(("code", "cause"), [(NOT_REACHED, Cause.EXPIRED), (NO_SUCH_NUMBER, Cause.NUMBER_INVALID)])
def test_a_report_of_failure_makes_the_message_undelivered_with_its_reason(code: int, cause: Cause) -> None:
    phone = make_phone()
    message = sent_message(phone)
    report(phone, code)
    message.refresh_from_db()
    assert (message.status, message.cause) == (Status.UNDELIVERED, cause)
    assert message.reason
    assert message.reason == Segment.objects.get().report_note


@pytest.mark.parametrize("code", [CONGESTION, FORWARDED])
def test_a_report_that_is_not_the_last_word_leaves_the_message_sent_and_is_noted(code: int) -> None:
    phone = make_phone()
    message = sent_message(phone)
    report(phone, code)
    assert status_of(message) == Status.SENT
    assert Segment.objects.get().report_note


def test_a_temporary_report_is_followed_by_the_final_one() -> None:
    phone = make_phone()
    message = sent_message(phone)
    report(phone, CONGESTION)
    report(phone, DELIVERED)
    assert status_of(message) == Status.DELIVERED
    assert Segment.objects.get().report_note == ""


@pytest.mark.parametrize(
    ("first", "second", "final"),
    [
        (DELIVERED, NOT_REACHED, Status.DELIVERED),
        (NOT_REACHED, DELIVERED, Status.UNDELIVERED),
        (DELIVERED, CONGESTION, Status.DELIVERED),
        (NOT_REACHED, CONGESTION, Status.UNDELIVERED),
    ],
)
def test_nothing_overwrites_a_final_word(first: int, second: int, final: Status) -> None:
    phone = make_phone()
    message = sent_message(phone)
    report(phone, first)
    note = Segment.objects.get().report_note
    report(phone, second)
    assert status_of(message) == final
    assert Segment.objects.get().report_note == note
    assert DeliveryReport.objects.count() == 2


def test_the_same_report_again_is_kept_once_and_changes_nothing() -> None:
    phone = make_phone()
    message = sent_message(phone)
    assert report(phone) is not None
    told = story(message)
    assert report(phone) is None
    assert DeliveryReport.objects.count() == 1
    assert story(message) == told


def test_a_reference_that_came_round_again_is_told_apart_by_the_time() -> None:
    """300 sends to one number use each TP-MR up to twice."""
    phone = make_phone()
    for number in range(300):
        at = NOW + timedelta(seconds=7 * number)
        queue_message(at=at)
        claims.finish(claim(phone, at), TryResult(ACCEPTED.result, reference=number % 256), at)
    end = NOW + timedelta(hours=2)
    attempts = list(Attempt.objects.order_by("started_at"))
    # Reported from the last to the first, the centre's clock some seconds behind.
    for number in reversed(range(300)):
        stamp = NOW + timedelta(seconds=7 * number + 3)
        kept = record_report(phone.pk, report_pdu(MOBILE, number % 256, stamp), end)
        assert kept is not None
        assert kept.attempt == attempts[number]
    assert Message.objects.filter(status=Status.DELIVERED).count() == 300


def test_a_report_days_late_finds_its_try_behind_many_newer_ones_under_its_reference() -> None:
    phone = make_phone()
    message = sent_message(phone)
    for number in range(1, 26):
        at = NOW + timedelta(hours=number)
        queue_message(number=f"+55119876543{number:02d}", at=at)
        claims.finish(claim(phone, at), ACCEPTED, at)
    record_report(phone.pk, report_pdu(MOBILE, REFERENCE, NOW), NOW + timedelta(days=2))
    assert status_of(message) == Status.DELIVERED


def test_after_a_week_a_reference_says_nothing_any_more() -> None:
    phone = make_phone()
    message = sent_message(phone)
    kept = record_report(phone.pk, report_pdu(MOBILE, REFERENCE, NOW), NOW + timedelta(days=8))
    assert kept is not None
    assert kept.attempt is None
    assert status_of(message) == Status.SENT


@pytest.mark.parametrize("written", ["+5581912345678", "5581912345678", "081912345678", "81912345678", "912345678"])
def test_the_number_is_known_in_every_form_a_network_writes_it_in(written: str) -> None:
    phone = make_phone()
    message = sent_message(phone)
    report(phone, number=written)
    assert status_of(message) == Status.DELIVERED


def test_a_whole_number_is_not_taken_for_another_with_the_same_end() -> None:
    phone = make_phone()
    message = sent_message(phone, number="+5511912345678")
    kept = report(phone, number="+5581912345678")
    assert kept is not None
    assert kept.attempt is None
    assert status_of(message) == Status.SENT


def test_a_report_on_another_phone_another_reference_or_another_number_is_kept_unmatched() -> None:
    phone, other = make_phone(), make_phone("Aparelho 2")
    message = sent_message(phone)
    for kept in (report(other), report(phone, reference=99), report(phone, number=OTHER_MOBILE)):
        assert kept is not None
        assert (kept.attempt, kept.status, kept.fault) == (None, DELIVERED, "")
    assert status_of(message) == Status.SENT
    assert DeliveryReport.objects.count() == 3


@pytest.mark.parametrize("number", ["12345", "1"])
def test_a_short_code_matches_nobody(number: str) -> None:
    phone = make_phone()
    sent_message(phone)
    kept = report(phone, number=number)
    assert kept is not None
    assert kept.attempt is None


@pytest.mark.parametrize("pdu", ["", "0", "ZZ", "0006", "\x00\x01", "é" * 500, submit_pdu(MOBILE)])
def test_what_cannot_be_read_is_kept_with_its_fault(pdu: str) -> None:
    phone = make_phone()
    kept = record_report(phone.pk, pdu, NOW)
    assert kept is not None
    assert kept.fault
    assert DeliveryReport.objects.get().attempt is None
    assert record_report(phone.pk, pdu, NOW) is None


@given(octets=st.binary(max_size=80))
def test_no_octets_from_the_radio_raise(octets: bytes) -> None:
    phone, _ = Phone.objects.get_or_create(name="Aparelho", defaults={"link": "tcp:x"})
    record_report(phone.pk, octets.hex(), NOW)


def test_each_part_waits_for_its_own_report() -> None:
    phone = make_phone()
    message = sent_in_parts(phone)
    for reference, expected in ((12, Status.SENT), (10, Status.SENT), (11, Status.DELIVERED)):
        report(phone, reference=reference)
        assert status_of(message) == expected
    assert segment_statuses(message) == [SegmentStatus.DELIVERED] * 3


def test_one_part_not_delivered_makes_the_message_undelivered_with_that_parts_reason() -> None:
    phone = make_phone()
    message = sent_in_parts(phone)
    report(phone, NO_SUCH_NUMBER, reference=11)
    report(phone, reference=10)
    assert status_of(message) == Status.SENT
    report(phone, reference=12)
    message.refresh_from_db()
    assert (message.status, message.cause) == (Status.UNDELIVERED, Cause.NUMBER_INVALID)
    assert message.reason == Segment.objects.get(index=2).report_note


def test_a_report_of_a_part_that_comes_before_the_next_part_is_sent_counts_in_the_end() -> None:
    phone, message = make_phone(), queue_message(THREE_PARTS)
    claimed = claim(phone)
    claims.finish(claimed, TryResult(ACCEPTED.result, reference=10), NOW)
    report(phone, reference=10)
    assert status_of(message) == Status.SENDING
    for reference in (11, 12):
        claimed = following(claimed, phone)
        claims.finish(claimed, TryResult(ACCEPTED.result, reference=reference), NOW)
        report(phone, reference=reference)
    assert status_of(message) == Status.DELIVERED


def test_only_a_sent_message_that_asked_for_a_report_awaits_one() -> None:
    phone = make_phone()
    message = sent_message(phone)
    assert receipts.awaited(message)
    report(phone)
    message.refresh_from_db()
    assert not receipts.awaited(message)
    queue_message(kind=make_type(status_report=False))
    assert not receipts.awaited(send_all(phone))
