"""A whole text for a phone that sends by itself: what it is cut into, who may take it, and what its word comes to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recado.gateway.translation import HANDED_OVER, to_try_result
from recado.modem.outcome import HandedOver
from recado.outbox import claims, decisions, evidence, handed_over
from recado.outbox.models import Attempt, AttemptResult, Message, Segment, SegmentStatus, Status
from recado.outbox.pieces import WholeText, piece_of, pieces_of, recut, sms_by_phone
from recado.phones.models import Phone
from recado.phones.rules import Allowance
from tests.support.outbox import (
    ACCEPTED,
    HOLDER,
    NOW,
    ONE_PART,
    PERMANENT,
    THREE_PARTS,
    UNKNOWN,
    assert_unbroken,
    claim,
    following,
    make_phone,
    minutes,
    queue_message,
    segment_statuses,
    send_all,
    status_of,
    story,
)

pytestmark = pytest.mark.django_db
WHOLE = Allowance(whole=True)


@pytest.fixture
def android() -> Phone:
    phone = make_phone("Celular")
    Phone.objects.filter(pk=phone.pk).update(link="map:A4:77:33:00:00:01")
    return Phone.objects.get(pk=phone.pk)


def hand_over(phone: Phone, text: str = ONE_PART) -> tuple[Message, Attempt]:
    message = queue_message(text)
    assert not claims.finish(claim(phone), HANDED_OVER, NOW)
    message.refresh_from_db()
    return message, Attempt.objects.get(segment__message=message)


def test_the_radios_word_is_the_outboxs() -> None:
    assert to_try_result(HandedOver()) == HANDED_OVER


def test_it_is_sent_and_shown_as_no_more_than_handed_over(android: Phone) -> None:
    message, attempt = hand_over(android)
    assert (message.status, message.shown_status) == (Status.SENT, "handed_over")
    assert (message.status_label, attempt.get_result_display()) == ("Entregue ao aparelho", "Entregue ao aparelho")
    assert_unbroken(message)


def test_the_phones_word_lifts_the_reserve_once(android: Phone) -> None:
    message, attempt = hand_over(android)
    assert handed_over.sent(attempt, NOW)
    assert not handed_over.sent(attempt, NOW)
    message.refresh_from_db()
    assert (message.shown_status, message.status_label) == (Status.SENT, "Enviada")
    assert Attempt.objects.get().result == AttemptResult.ACCEPTED


def test_a_text_that_was_not_sent_failed_and_goes_again_by_a_persons_word(android: Phone) -> None:
    message, attempt = hand_over(android)
    assert handed_over.not_sent(attempt, NOW)
    assert (status_of(message), segment_statuses(message)) == (Status.FAILED, [SegmentStatus.FAILED])
    decisions.resend(message.pk, actor="ana", now=NOW)
    assert not claims.finish(claim(android), HANDED_OVER, NOW)
    message.refresh_from_db()
    assert message.shown_status == "handed_over"
    assert story(message) == ["queued", "sending", "sent", "failed", "queued", "sending", "sent"]
    assert_unbroken(message)


def test_a_long_text_that_was_not_sent_may_have_gone_in_part(android: Phone) -> None:
    message, attempt = hand_over(android, THREE_PARTS)
    assert handed_over.not_sent(attempt, NOW)
    assert (status_of(message), segment_statuses(message)) == (Status.UNCERTAIN, [SegmentStatus.UNCERTAIN])


def test_the_first_word_of_the_phone_stands(android: Phone) -> None:
    message, attempt = hand_over(android)
    handed_over.sent(attempt, NOW)
    assert not handed_over.not_sent(attempt, NOW)
    assert status_of(message) == Status.SENT


def test_delivered_needs_no_word_of_the_send_before_it(android: Phone) -> None:
    message, attempt = hand_over(android)
    handed_over.delivered(attempt, NOW)
    handed_over.not_delivered(attempt, NOW)
    assert (status_of(message), segment_statuses(message)) == (Status.DELIVERED, [SegmentStatus.DELIVERED])
    assert_unbroken(message)


def test_not_delivered_says_why(android: Phone) -> None:
    message, attempt = hand_over(android)
    handed_over.not_delivered(attempt, NOW)
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.UNDELIVERED, handed_over.NOT_DELIVERED)


def test_a_try_is_found_by_what_the_phone_calls_it(android: Phone) -> None:
    message, attempt = hand_over(android)
    assert handed_over.named(android.pk, "4711", NOW) is None
    handed_over.learn(attempt, "4711")
    found = handed_over.named(android.pk, "4711", NOW)
    assert found is not None
    assert (found.segment.message_id, handed_over.handle_of(found)) == (message.pk, "4711")
    assert handed_over.named(android.pk, "471", NOW) is None
    assert handed_over.named(android.pk, "4711", NOW + handed_over.AWAITED_FOR + minutes(1)) is None


def test_an_unknown_push_is_settled_by_evidence(android: Phone) -> None:
    message = queue_message()
    claims.finish(claim(android), UNKNOWN, NOW)
    assert status_of(message) == Status.UNCERTAIN
    assert evidence.prove_accepted(Attempt.objects.get(), None, NOW, "prova")
    assert status_of(message) == Status.SENT


def test_the_text_goes_whole_and_folded_as_its_type_asks(android: Phone) -> None:
    queue_message("Informação: " + THREE_PARTS)
    claimed = claim(android)
    assert isinstance(claimed.part, WholeText)
    assert claimed.part.text == "Informacao: " + THREE_PARTS
    assert (claimed.is_last, claimed.sms, Segment.objects.count()) == (True, 3, 1)


@pytest.mark.parametrize(
    ("text", "sms"),
    [("a" * 160, 1), ("a" * 161, 2), ("ç" + "a" * 69, 1), ("ç" + "a" * 70, 2), ("€" * 80, 1), ("€" * 81, 2)],
)
def test_what_a_phone_makes_of_a_text(text: str, sms: int) -> None:
    assert sms_by_phone(text) == sms


def test_each_sms_counts_in_the_quota(android: Phone) -> None:
    hand_over(android, THREE_PARTS)
    hand_over(android)
    android.refresh_from_db()
    assert (android.used_in_hour, android.used_in_day, android.used_in_month) == (4, 4, 4)


def test_a_whole_text_that_waits_is_cut_for_a_phone_that_sends_parts(android: Phone) -> None:
    message = queue_message(THREE_PARTS)
    claims.finish(claim(android), PERMANENT, NOW)
    decisions.resend(message.pk, actor="ana", now=NOW)
    modem = make_phone("Modem")
    claimed = claim(modem)
    while claims.finish(claimed, ACCEPTED, NOW):
        claimed = following(claimed, modem)
    assert status_of(message) == Status.SENT
    assert [row.text for row in Segment.objects.order_by("index")] == [
        piece.text for piece in pieces_of(message, whole=False)
    ]
    assert Attempt.objects.filter(segment__index=1).count() == 2


def test_parts_none_of_which_has_gone_are_taken_whole(android: Phone) -> None:
    message = queue_message(THREE_PARTS)
    modem = make_phone("Modem")
    claims.finish(claim(modem), replace(PERMANENT, code="CMS 50"), NOW)
    decisions.resend(message.pk, actor="ana", now=NOW)
    claimed = claims.claim_next(android, HOLDER, NOW, WHOLE)
    assert claimed is not None
    assert (claimed.part.total, Segment.objects.count()) == (1, 1)
    assert Attempt.objects.count() == 2


def test_a_message_of_which_a_part_has_gone_is_not_taken_whole(android: Phone) -> None:
    queue_message(THREE_PARTS)
    modem = make_phone("Modem")
    begun = claim(modem)
    assert claims.finish(begun, ACCEPTED, NOW)
    claims.let_go(begun, NOW)
    assert claims.claim_next(android, HOLDER, NOW, WHOLE) is None
    assert claims.claim_next(modem, HOLDER, NOW) is not None


def test_what_was_begun_whole_is_known_again_as_such(android: Phone) -> None:
    message = queue_message(THREE_PARTS)
    claim(android)
    assert piece_of(message, Segment.objects.get()) == pieces_of(message, whole=True)[0]


def test_cutting_anew_keeps_the_tries(android: Phone) -> None:
    modem = make_phone("Modem")
    message = send_all(modem) if queue_message(THREE_PARTS) else None
    assert message is not None
    first = recut(message.pk, pieces_of(message, whole=True))
    assert (first.total, Segment.objects.count(), Attempt.objects.filter(segment=first).count()) == (1, 1, 3)
