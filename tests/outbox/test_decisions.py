from datetime import timedelta

import pytest

from recado.gsm.causes import Cause
from recado.outbox import claims, decisions
from recado.outbox.decisions import CORRECTABLE, DISCARDABLE, RESENDABLE, DecisionRefused
from recado.outbox.enqueue import Event, enqueue
from recado.outbox.models import Message, MessageType, SegmentStatus, Status, StatusChange
from recado.outbox.receipts import record_report
from tests.support.outbox import (
    ACCEPTED,
    MOBILE,
    NOW,
    OTHER_MOBILE,
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
    send_all,
    status_of,
    story,
)
from tests.support.pdus import NOT_REACHED, report_pdu
from tests.support.together import run_together

LATER = NOW + timedelta(hours=1)
MARIA = "maria"


@pytest.fixture
def phone(db):
    return make_phone()


@pytest.fixture
def failed(phone):
    message = queue_message()
    claims.finish(claim(phone), PERMANENT, NOW)
    return message


@pytest.fixture
def uncertain(phone):
    message = queue_message()
    claims.finish(claim(phone), UNKNOWN, NOW)
    return message


@pytest.fixture
def undelivered(phone):
    queue_message()
    message = send_all(phone)
    record_report(phone.pk, report_pdu(MOBILE, ACCEPTED.reference, NOW, status=NOT_REACHED), NOW)
    return Message.objects.get(pk=message.pk)


@pytest.fixture
def expired(phone):
    message = queue_message(kind=make_type(validity_minutes=1))
    claims.expire_due(NOW + minutes(1))
    return message


def at_status(status: Status) -> Message:
    message = queue_message()
    Message.objects.filter(pk=message.pk).update(status=status)
    return message


class TestResend:
    def test_puts_the_same_row_in_the_queue_with_its_tries_and_time_anew(self, failed, uncertain, expired):
        for message in (failed, uncertain, expired):
            decisions.resend(message.pk, actor=MARIA, now=LATER)
            message.refresh_from_db()
            assert message.status == Status.QUEUED
            assert message.ready_at == LATER
            assert message.expires_at > LATER
            assert (message.cause, message.reason, message.phone) == ("", "", None)
            assert all(part.tries == 0 for part in message.segments.all())
            assert StatusChange.objects.filter(message=message).first().actor == MARIA
            assert_unbroken(message)
        assert Message.objects.count() == 3

    def test_is_sent_again_in_the_end(self, phone, failed):
        decisions.resend(failed.pk, actor=MARIA, now=LATER)
        assert send_all(phone, LATER).pk == failed.pk
        assert story(failed) == ["queued", "sending", "failed", "queued", "sending", "sent"]

    def test_gives_all_tries_again(self, phone):
        message = queue_message(kind=make_type(max_attempts=2))
        for at in (NOW, NOW + minutes(1)):
            claims.finish(claim(phone, at), TRANSIENT, at)
        assert status_of(message) == Status.FAILED
        decisions.resend(message.pk, actor=MARIA, now=LATER)
        claims.finish(claim(phone, LATER), TRANSIENT, LATER)
        assert status_of(message) == Status.QUEUED

    def test_twice_is_refused_with_where_it_stands(self, failed):
        decisions.resend(failed.pk, actor=MARIA, now=LATER)
        with pytest.raises(DecisionRefused) as caught:
            decisions.resend(failed.pk, actor="joana", now=LATER)
        assert str(caught.value) == f"A mensagem {failed.pk} não pode ser reenviada: agora está “Na fila”."
        assert story(failed) == ["queued", "sending", "failed", "queued"]

    @pytest.mark.parametrize("status", [status for status in Status if status not in RESENDABLE])
    def test_is_refused_from_every_other_status(self, db, status: Status):
        message = at_status(status)
        with pytest.raises(DecisionRefused):
            decisions.resend(message.pk, actor=MARIA, now=LATER)
        assert status_of(message) == status


class TestResendOfAMessageBornFailed:
    """Its type's text could not be filled: the row has the bare text, which nobody may receive."""

    @pytest.fixture
    def born_failed(self, db):
        MessageType.objects.filter(pk=1).update(template="RA {RA}, ordem {OS}.")
        event = Event(1, MOBILE, "ra:7:opened", {"PROTOCOLO": "20261000000007", "RA": "7"}, "20261000000007", 7)
        return enqueue(event, now=NOW)

    def test_is_refused_while_the_type_is_wrong(self, born_failed):
        with pytest.raises(DecisionRefused, match=r"\{OS\}"):
            decisions.resend(born_failed.pk, actor=MARIA, now=LATER)
        with pytest.raises(DecisionRefused, match=r"\{OS\}"):
            decisions.correct_number(born_failed.pk, OTHER_MOBILE, actor=MARIA, now=LATER)
        assert status_of(born_failed) == Status.FAILED

    def test_fills_the_text_once_the_type_is_mended(self, born_failed):
        MessageType.objects.filter(pk=1).update(template="RA {RA}, protocolo {PROTOCOLO}.")
        decisions.resend(born_failed.pk, actor=MARIA, now=LATER)
        sent = send_all(make_phone(), LATER)
        assert sent.pk == born_failed.pk
        assert sent.text == "RA 7, protocolo 20261000000007."
        assert sent.segments.get().text == sent.text

    def test_a_correction_fills_the_text_as_well(self, born_failed):
        MessageType.objects.filter(pk=1).update(template="RA {RA}.")
        new = decisions.correct_number(born_failed.pk, OTHER_MOBILE, actor=MARIA, now=LATER)
        assert new.text == "RA 7."

    def test_a_text_written_by_hand_that_no_phone_can_show_is_never_queued(self, db):
        message = queue_message("sino \x07")
        with pytest.raises(DecisionRefused):
            decisions.resend(message.pk, actor=MARIA, now=LATER)

    def test_once_it_was_tried_its_text_stays_as_it_went(self, born_failed):
        MessageType.objects.filter(pk=1).update(template="Primeiro {RA}.")
        decisions.resend(born_failed.pk, actor=MARIA, now=LATER)
        claims.finish(claim(make_phone(), LATER), PERMANENT, LATER)
        MessageType.objects.filter(pk=1).update(template="Segundo {RA}.")
        decisions.resend(born_failed.pk, actor=MARIA, now=LATER)
        born_failed.refresh_from_db()
        assert born_failed.text == "Primeiro 7."


class TestCorrectNumber:
    def test_sends_the_text_to_the_new_number_in_the_place_of_the_old(self, failed, uncertain, expired):
        for old in (failed, uncertain, expired):
            new = decisions.correct_number(old.pk, OTHER_MOBILE, actor=MARIA, now=LATER)
            assert (new.number, new.text, new.type) == (OTHER_MOBILE, old.text, old.type)
            assert (new.status, new.replaces, new.created_by) == (Status.QUEUED, old, MARIA)
            assert new.created_at == new.moment == LATER
            assert status_of(old) == Status.CANCELLED
            assert str(new.pk) in StatusChange.objects.filter(message=old).first().note
            assert_unbroken(old)
            assert_unbroken(new)

    def test_sends_every_part_anew(self, phone):
        old = queue_message(THREE_PARTS)
        first = claim(phone)
        claims.finish(first, ACCEPTED, NOW)
        claims.finish(following(first, phone), PERMANENT, NOW)
        new = decisions.correct_number(old.pk, OTHER_MOBILE, actor=MARIA, now=LATER)
        send_all(phone, LATER)
        assert segment_statuses(new) == [SegmentStatus.SENT] * 3

    def test_twice_gives_the_first_correction_again(self, failed):
        first = decisions.correct_number(failed.pk, OTHER_MOBILE, actor=MARIA, now=LATER)
        second = decisions.correct_number(failed.pk, "+5521998765432", actor="joana", now=LATER)
        assert second.pk == first.pk
        assert second.number == OTHER_MOBILE
        assert Message.objects.count() == 2

    def test_a_correction_that_fails_can_be_corrected(self, phone, failed):
        first = decisions.correct_number(failed.pk, OTHER_MOBILE, actor=MARIA, now=LATER)
        claims.finish(claim(phone, LATER), PERMANENT, LATER)
        second = decisions.correct_number(first.pk, "+5521998765432", actor=MARIA, now=LATER)
        assert second.replaces == first

    @pytest.mark.parametrize("status", [status for status in Status if status not in CORRECTABLE])
    def test_is_refused_from_every_other_status(self, db, status: Status):
        message = at_status(status)
        with pytest.raises(DecisionRefused, match="corrigida"):
            decisions.correct_number(message.pk, OTHER_MOBILE, actor=MARIA, now=LATER)
        assert Message.objects.count() == 1
        assert status_of(message) == status


class TestWhatWasNotDelivered:
    def test_resending_makes_a_new_message_and_leaves_the_old_one_as_it_is(self, undelivered):
        told = story(undelivered)
        new = decisions.resend(undelivered.pk, actor=MARIA, now=LATER)
        assert (new.pk, new.replaces) != (undelivered.pk, None)
        assert (new.replaces, new.number, new.text, new.status) == (
            undelivered,
            MOBILE,
            undelivered.text,
            Status.QUEUED,
        )
        assert (new.created_by, new.created_at, new.moment) == (MARIA, LATER, LATER)
        assert story(undelivered) == told
        assert status_of(undelivered) == Status.UNDELIVERED
        assert_unbroken(new)

    def test_correcting_the_number_does_the_same_with_the_new_number(self, undelivered):
        new = decisions.correct_number(undelivered.pk, OTHER_MOBILE, actor=MARIA, now=LATER)
        assert (new.replaces, new.number, new.status) == (undelivered, OTHER_MOBILE, Status.QUEUED)
        assert status_of(undelivered) == Status.UNDELIVERED

    def test_the_new_one_goes_out_and_has_its_own_fate(self, phone, undelivered):
        new = decisions.resend(undelivered.pk, actor=MARIA, now=LATER)
        send_all(phone, LATER)
        assert (status_of(new), status_of(undelivered)) == (Status.SENT, Status.UNDELIVERED)

    def test_a_second_resend_is_refused_with_where_it_went(self, undelivered):
        new = decisions.resend(undelivered.pk, actor=MARIA, now=LATER)
        with pytest.raises(DecisionRefused, match=f"já segue na mensagem {new.pk}"):
            decisions.resend(undelivered.pk, actor=MARIA, now=LATER)
        assert Message.objects.count() == 2

    def test_a_correction_after_a_resend_gives_what_was_sent_already(self, undelivered):
        new = decisions.resend(undelivered.pk, actor=MARIA, now=LATER)
        assert decisions.correct_number(undelivered.pk, OTHER_MOBILE, actor=MARIA, now=LATER) == new
        assert Message.objects.count() == 2


class TestDiscard:
    def test_from_each_status_it_may_leave_and_back(self, failed, uncertain, expired):
        for message in (failed, uncertain, expired, queue_message()):
            message.refresh_from_db()
            stood = (message.status, message.cause, message.reason)
            decisions.discard(message.pk, note="Cliente avisado.", actor=MARIA, now=LATER)
            assert status_of(message) == Status.CANCELLED
            change = StatusChange.objects.filter(message=message).first()
            assert (change.note, change.actor) == ("Cliente avisado.", MARIA)
            decisions.undo_discard(message.pk, actor="joana", now=LATER)
            message.refresh_from_db()
            assert (message.status, message.cause, message.reason) == stood
            assert_unbroken(message)

    def test_a_discarded_message_is_not_sent_and_after_undoing_it_is(self, phone):
        message = queue_message()
        decisions.discard(message.pk, note="", actor=MARIA, now=NOW)
        assert claims.claim_next(phone, phone.holder, NOW) is None
        decisions.undo_discard(message.pk, actor=MARIA, now=NOW)
        assert send_all(phone).pk == message.pk

    @pytest.mark.parametrize("status", [status for status in Status if status not in DISCARDABLE])
    def test_is_refused_from_every_other_status(self, db, status: Status):
        message = at_status(status)
        with pytest.raises(DecisionRefused, match="descartada"):
            decisions.discard(message.pk, note="", actor=MARIA, now=LATER)
        assert status_of(message) == status

    def test_what_is_being_sent_cannot_be_discarded(self, phone):
        message = queue_message()
        claim(phone)
        with pytest.raises(DecisionRefused, match="Enviando"):
            decisions.discard(message.pk, note="", actor=MARIA, now=NOW)

    def test_undoing_what_was_not_discarded_is_refused(self, failed):
        with pytest.raises(DecisionRefused, match="recuperada"):
            decisions.undo_discard(failed.pk, actor=MARIA, now=LATER)

    def test_undoing_twice_is_refused(self, failed):
        decisions.discard(failed.pk, note="", actor=MARIA, now=LATER)
        decisions.undo_discard(failed.pk, actor=MARIA, now=LATER)
        with pytest.raises(DecisionRefused):
            decisions.undo_discard(failed.pk, actor=MARIA, now=LATER)

    def test_a_corrected_message_does_not_come_back(self, failed):
        decisions.correct_number(failed.pk, OTHER_MOBILE, actor=MARIA, now=LATER)
        with pytest.raises(DecisionRefused):
            decisions.undo_discard(failed.pk, actor=MARIA, now=LATER)

    def test_undoing_gives_back_where_it_stood_the_last_time(self, failed):
        decisions.discard(failed.pk, note="", actor=MARIA, now=LATER)
        decisions.undo_discard(failed.pk, actor=MARIA, now=LATER)
        decisions.resend(failed.pk, actor=MARIA, now=LATER)
        decisions.discard(failed.pk, note="", actor=MARIA, now=LATER)
        decisions.undo_discard(failed.pk, actor=MARIA, now=LATER)
        failed.refresh_from_db()
        assert (failed.status, failed.cause) == (Status.QUEUED, "")


class TestConfirmSent:
    def test_makes_an_uncertain_message_sent(self, uncertain):
        decisions.confirm_sent(uncertain.pk, actor=MARIA, now=LATER)
        uncertain.refresh_from_db()
        assert (uncertain.status, uncertain.cause, uncertain.sent_at) == (Status.SENT, "", LATER)
        assert segment_statuses(uncertain) == [SegmentStatus.SENT]
        assert_unbroken(uncertain)

    def test_of_one_part_sends_the_parts_that_never_left(self, phone):
        message = queue_message(THREE_PARTS)
        first = claim(phone)
        claims.finish(first, ACCEPTED, NOW)
        claims.finish(following(first, phone), UNKNOWN, NOW)
        decisions.confirm_sent(message.pk, actor=MARIA, now=LATER)
        assert status_of(message) == Status.QUEUED
        assert segment_statuses(message) == [SegmentStatus.SENT, SegmentStatus.SENT, SegmentStatus.PENDING]
        assert claim(phone, LATER).part.index == 3

    def test_twice_is_refused(self, uncertain):
        decisions.confirm_sent(uncertain.pk, actor=MARIA, now=LATER)
        with pytest.raises(DecisionRefused, match="Enviada"):
            decisions.confirm_sent(uncertain.pk, actor=MARIA, now=LATER)

    @pytest.mark.parametrize("status", [status for status in Status if status != Status.UNCERTAIN])
    def test_is_refused_from_every_other_status(self, db, status: Status):
        message = at_status(status)
        with pytest.raises(DecisionRefused, match="confirmada"):
            decisions.confirm_sent(message.pk, actor=MARIA, now=LATER)
        assert status_of(message) == status

    def test_a_refused_confirmation_leaves_the_parts_alone(self, uncertain):
        decisions.discard(uncertain.pk, note="", actor=MARIA, now=LATER)
        with pytest.raises(DecisionRefused):
            decisions.confirm_sent(uncertain.pk, actor=MARIA, now=LATER)
        assert segment_statuses(uncertain) == [SegmentStatus.UNCERTAIN]


@pytest.mark.django_db(transaction=True)
class TestPeopleAtOnce:
    """Two people, or two clicks, at one moment."""

    def failed(self) -> Message:
        message = queue_message()
        claims.finish(claim(make_phone()), PERMANENT, NOW)
        return message

    @staticmethod
    def attempt(decision, *args: object, **kwargs: object) -> str:
        try:
            decision(*args, actor=MARIA, now=LATER, **kwargs)
        except DecisionRefused:
            return "refused"
        return "done"

    def test_one_resend_is_done_and_the_others_are_refused(self):
        message = self.failed()
        results = run_together([lambda: self.attempt(decisions.resend, message.pk)] * 4)
        assert sorted(results) == ["done", "refused", "refused", "refused"]
        assert story(message).count("queued") == 2

    def test_every_correction_gives_the_same_new_message(self):
        message = self.failed()
        numbers = [OTHER_MOBILE, "+5521998765432", "+5531998765432", "+5541998765432"]

        def correct(number: str) -> int:
            return decisions.correct_number(message.pk, number, actor=MARIA, now=LATER).pk

        assert len(set(run_together([lambda number=number: correct(number) for number in numbers]))) == 1
        assert Message.objects.count() == 2
        assert_unbroken(message)

    def test_of_a_resend_and_a_discard_one_wins_each_time(self):
        message = self.failed()
        tasks = [
            lambda: self.attempt(decisions.resend, message.pk),
            lambda: self.attempt(decisions.discard, message.pk, note=""),
            lambda: self.attempt(decisions.correct_number, message.pk, OTHER_MOBILE),
        ]
        assert "done" in run_together(tasks)
        assert_unbroken(message)
        waiting = Message.objects.filter(status=Status.QUEUED).count()
        assert waiting <= 1


@pytest.mark.django_db
def test_a_cause_survives_a_discard_and_its_undoing():
    message = queue_message("sino \x07")
    decisions.discard(message.pk, note="", actor=MARIA, now=LATER)
    decisions.undo_discard(message.pk, actor=MARIA, now=LATER)
    message.refresh_from_db()
    assert message.cause == Cause.OURS
