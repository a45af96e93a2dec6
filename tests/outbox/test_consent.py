"""Who asked not to be written to is not written to, by the types that heed it; the RA's own types never do."""

from __future__ import annotations

import pytest

from recado.gsm.causes import Cause
from recado.outbox import claims, consent, decisions
from recado.outbox.models import Message, MessageType, OptOut, Status
from tests.support.outbox import (
    ACCEPTED,
    HOLDER,
    MOBILE,
    NOW,
    OTHER_MOBILE,
    PERMANENT,
    THREE_PARTS,
    claim,
    make_phone,
    make_type,
    minutes,
    queue_message,
    status_of,
    story,
)

pytestmark = pytest.mark.django_db
LATER = NOW + minutes(1)


def stop(number: str = MOBILE) -> None:
    consent.opt_out(number, how="Resposta por SMS (1)", actor="Recado", now=NOW)


def test_a_message_of_a_type_that_heeds_the_wish_is_kept_as_discarded_with_its_cause() -> None:
    stop()
    message = queue_message(kind=make_type(heeds_opt_out=True))
    assert (message.status, message.cause) == (Status.CANCELLED, Cause.OPTED_OUT)
    assert "pediu para não receber" in message.reason
    assert story(message) == [Status.CANCELLED]
    assert claims.claim_next(make_phone(), HOLDER, LATER) is None


def test_the_wish_holds_for_that_mobile_alone() -> None:
    stop()
    assert status_of(queue_message(kind=make_type(heeds_opt_out=True), number=OTHER_MOBILE)) == Status.QUEUED


def test_the_types_of_the_ra_never_heed_it() -> None:
    stop()
    assert not MessageType.objects.filter(pk__lte=5, heeds_opt_out=True).exists()
    assert status_of(queue_message(kind=make_type(heeds_opt_out=False))) == Status.QUEUED


def test_said_twice_the_first_time_counts() -> None:
    stop()
    consent.opt_out(MOBILE, how="outra vez", actor="Recado", now=LATER)
    wish = OptOut.objects.get()
    assert (wish.since, wish.how) == (NOW, "Resposta por SMS (1)")


def test_taken_back_it_is_kept_with_who_and_when_and_may_be_said_anew() -> None:
    stop()
    assert consent.opt_in(MOBILE, actor="ana", now=LATER)
    assert not consent.opt_in(MOBILE, actor="ana", now=LATER)
    assert not consent.opted_out(MOBILE)
    wish = OptOut.objects.get()
    assert (wish.ended_at, wish.ended_by) == (LATER, "ana")
    assert status_of(queue_message(kind=make_type(heeds_opt_out=True))) == Status.QUEUED
    stop()
    assert consent.opted_out(MOBILE)
    assert OptOut.objects.count() == 2


def test_what_waits_when_the_wish_comes_is_discarded() -> None:
    heeding = make_type(heeds_opt_out=True)
    waiting, other, of_ra = (
        queue_message(kind=heeding),
        queue_message(kind=heeding, number=OTHER_MOBILE),
        queue_message(kind=make_type(heeds_opt_out=False)),
    )
    stop()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.cause) == (Status.CANCELLED, Cause.OPTED_OUT)
    assert (status_of(other), status_of(of_ra)) == (Status.QUEUED, Status.QUEUED)


def test_a_message_half_of_which_is_out_goes_on() -> None:
    phone, message = make_phone(), queue_message(THREE_PARTS, kind=make_type(heeds_opt_out=True))
    claimed = claim(phone)
    claims.finish(claimed, ACCEPTED, NOW)
    claims.let_go(claimed, NOW)
    stop()
    assert status_of(message) == Status.QUEUED


def test_nobody_resends_or_corrects_past_the_wish() -> None:
    phone, message = make_phone(), queue_message(kind=make_type(heeds_opt_out=True))
    claims.finish(claim(phone), PERMANENT, NOW)
    stop()
    with pytest.raises(decisions.DecisionRefused, match="pediu para não receber"):
        decisions.resend(message.pk, actor="ana", now=LATER)
    stop(OTHER_MOBILE)
    with pytest.raises(decisions.DecisionRefused, match="pediu para não receber"):
        decisions.correct_number(message.pk, OTHER_MOBILE, actor="ana", now=LATER)
    assert status_of(message) == Status.FAILED
    assert Message.objects.count() == 1


def test_a_discard_by_the_wish_is_undone_only_after_the_wish_was_taken_back() -> None:
    message = queue_message(kind=make_type(heeds_opt_out=True))
    stop()
    with pytest.raises(decisions.DecisionRefused, match="pediu para não receber"):
        decisions.undo_discard(message.pk, actor="ana", now=LATER)
    consent.opt_in(MOBILE, actor="ana", now=LATER)
    decisions.undo_discard(message.pk, actor="ana", now=LATER)
    assert status_of(message) == Status.QUEUED


def test_a_message_born_discarded_cannot_be_taken_up() -> None:
    stop()
    message = queue_message(kind=make_type(heeds_opt_out=True))
    with pytest.raises(decisions.DecisionRefused, match="não pode ser recuperada"):
        decisions.undo_discard(message.pk, actor="ana", now=LATER)
