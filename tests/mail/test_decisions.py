"""What a person decides on an e-mail that did not arrive: once, whoever presses at once; no customer gets it twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recado.mail import sending, smtp
from recado.mail.decisions import (
    DecisionRefused,
    confirm_sent,
    correct,
    discard,
    discarded,
    resend,
    undo_discard,
    why_not_again,
    withdraw,
)
from recado.mail.models import Fault, Mail, MailStatus
from recado.mail.posting import AddressRefused
from recado.mail.sending import send_due
from tests.mail.conftest import Office
from tests.mail.test_sending import now_is, posted
from tests.support.outbox import NOW, minutes
from tests.support.together import run_together

pytestmark = pytest.mark.django_db
WEEK = NOW + timedelta(days=7)


def refused(office: Office, answer: str = "550 5.1.1 No such user", **letter: object) -> Mail:
    """An e-mail that the server refused for good; from now on it takes everything."""
    office.at_rcpt = answer
    mail = posted(**letter)
    send_due(NOW)
    office.at_rcpt = "250 OK"
    return now_is(mail)


def stands(status: MailStatus, **letter: object) -> Mail:
    mail = posted(**letter)
    Mail.objects.filter(pk=mail.pk).update(status=status, next_try_at=None, moment=NOW)
    return now_is(mail)


def test_what_was_refused_is_sent_when_a_person_says_so_under_the_same_message_id(office: Office) -> None:
    mail = refused(office)
    resend(mail.pk, now=NOW + minutes(10))
    again = now_is(mail)
    assert (again.status, again.tries, again.fault, again.reason) == (MailStatus.WAITING, 0, "", "")
    send_due(NOW + minutes(10))
    assert [taken["Message-ID"] for taken in office.mails] == [mail.message_id]
    assert now_is(mail).status == MailStatus.SENT


def test_a_second_person_is_told_how_it_stands_and_nothing_goes_twice(office: Office) -> None:
    mail = refused(office)
    resend(mail.pk, now=NOW)
    with pytest.raises(DecisionRefused, match="Este e-mail agora está “Na fila”"):
        resend(mail.pk, now=NOW)
    send_due(NOW)
    with pytest.raises(DecisionRefused, match="“Enviado”"):
        resend(mail.pk, now=NOW)
    with pytest.raises(DecisionRefused, match="“Enviado”"):
        discard(mail.pk, note="x", now=NOW)
    assert len(office.mails) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_does(office: Office) -> None:
    mails = [refused(office, key=f"k{number}") for number in range(6)]

    def decide(way: object) -> int:
        done = 0
        for mail in mails:
            try:
                way(mail.pk)  # type: ignore[operator]
            except DecisionRefused:
                continue
            done += 1
        return done

    again = lambda pk: resend(pk, now=NOW)  # noqa: E731
    away = lambda pk: discard(pk, note="x", now=NOW)  # noqa: E731
    assert sum(run_together([lambda: decide(again), lambda: decide(away), lambda: decide(again)])) == len(mails)
    send_due(NOW)
    assert len(office.mails) == Mail.objects.filter(status=MailStatus.SENT).count()


def test_what_may_have_been_sent_goes_again_only_when_a_person_is_sure(office: Office) -> None:
    mail = stands(MailStatus.UNCERTAIN)
    with pytest.raises(DecisionRefused, match="talvez já tenha saído"):
        resend(mail.pk, now=NOW)
    resend(mail.pk, now=NOW, sure=True)
    send_due(NOW)
    assert len(office.mails) == 1


def test_what_may_have_been_sent_can_be_taken_as_sent_and_its_secret_goes(office: Office) -> None:
    mail = stands(MailStatus.UNCERTAIN, forgets=True)
    confirm_sent(mail.pk, now=NOW)
    kept = now_is(mail)
    assert (kept.status, kept.text, kept.html) == (MailStatus.SENT, "", "")
    with pytest.raises(DecisionRefused):
        confirm_sent(mail.pk, now=NOW)


def test_what_is_of_no_use_any_more_is_not_sent_again(office: Office) -> None:
    mail = refused(office, expires_at=NOW + minutes(60))
    assert why_not_again(mail, NOW) == ""
    with pytest.raises(DecisionRefused, match="servia até 22/11/2026"):
        resend(mail.pk, now=NOW + minutes(60))
    discard(mail.pk, note="venceu", now=NOW + minutes(60))
    assert (now_is(mail).status, now_is(mail).reason) == (MailStatus.CANCELLED, "Descartado: venceu")


def test_one_whose_time_was_up_is_tried_anew_as_long_as_it_is_of_use(office: Office) -> None:
    mail = stands(MailStatus.EXPIRED, expires_at=NOW, useful_until=WEEK)
    resend(mail.pk, now=NOW + timedelta(days=3))
    assert now_is(mail).expires_at == NOW + timedelta(days=5)
    Mail.objects.update(status=MailStatus.FAILED)
    resend(mail.pk, now=NOW + timedelta(days=6))
    assert now_is(mail).expires_at == WEEK


def test_a_corrected_address_gets_the_e_mail_and_the_wrong_one_none(office: Office) -> None:
    mail = refused(office)
    with pytest.raises(AddressRefused):
        correct(mail.pk, "maria@", now=NOW)
    correct(mail.pk, " maria.ficticia@example.com ", now=NOW)
    send_due(NOW)
    assert [taken["To"] for taken in office.mails] == ["maria.ficticia@example.com"]
    assert now_is(mail).fault != Fault.ADDRESS


def test_what_may_have_been_read_gets_no_other_address() -> None:
    mail = stands(MailStatus.UNCERTAIN)
    with pytest.raises(DecisionRefused, match="não é possível trocar o endereço"):
        correct(mail.pk, "outra@example.com", now=NOW)


@pytest.mark.parametrize("status", [MailStatus.WAITING, MailStatus.SENDING, MailStatus.SENT, MailStatus.CANCELLED])
def test_what_is_on_its_way_or_over_is_not_decided(status: MailStatus) -> None:
    mail = stands(status)
    for decide in (
        lambda: resend(mail.pk, now=NOW, sure=True),
        lambda: discard(mail.pk, note="x", now=NOW),
        lambda: correct(mail.pk, "outra@example.com", now=NOW),
        lambda: confirm_sent(mail.pk, now=NOW),
    ):
        with pytest.raises(DecisionRefused):
            decide()
    assert now_is(mail).status == status


def test_what_is_withdrawn_while_it_goes_over_the_line_is_not_sent_and_those_behind_it_are(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = posted()
    behind = posted(key="behind", to="joao@example.com")

    def hand_over(connection, message, *, recipient, before_the_end):  # type: ignore[no-untyped-def]
        withdraw([mail.pk], reason="O cliente deixou de autorizar.", now=NOW)
        smtp.hand_over(connection, message, recipient=recipient, before_the_end=before_the_end)

    monkeypatch.setattr(sending, "hand_over", hand_over)
    assert send_due(NOW)
    send_due(NOW)
    assert [taken["To"] for taken in office.mails] == ["joao@example.com"]
    assert (now_is(mail).status, now_is(mail).reason) == (MailStatus.CANCELLED, "O cliente deixou de autorizar.")
    assert now_is(behind).status == MailStatus.SENT


def test_a_discard_taken_back_lets_it_stand_as_it_stood_and_be_sent_again(office: Office) -> None:
    mail = refused(office)
    discard(mail.pk, note="avisado por telefone", now=NOW + minutes(1))
    assert list(discarded()) == [mail]
    undo_discard(mail.pk, now=NOW + minutes(2))
    back = now_is(mail)
    assert (back.status, back.fault, back.reason) == (mail.status, mail.fault, mail.reason)
    assert (back.discarded_status, back.discarded_reason) == ("", "")
    send_due(NOW + minutes(3))
    assert not office.mails
    resend(mail.pk, now=NOW + minutes(3))
    send_due(NOW + minutes(3))
    assert [taken["Message-ID"] for taken in office.mails] == [mail.message_id]


def test_what_may_have_gone_out_is_in_doubt_again_after_its_discard_is_undone() -> None:
    mail = stands(MailStatus.UNCERTAIN)
    discard(mail.pk, note="x", now=NOW)
    undo_discard(mail.pk, now=NOW)
    with pytest.raises(DecisionRefused, match="talvez já tenha saído"):
        resend(mail.pk, now=NOW)


def test_what_the_customers_own_wish_stopped_does_not_come_back() -> None:
    mail = stands(MailStatus.WAITING)
    withdraw([mail.pk], reason="O cliente deixou de autorizar.", now=NOW)
    assert not discarded()
    with pytest.raises(DecisionRefused, match="Este e-mail não volta"):
        undo_discard(mail.pk, now=NOW)


def test_of_two_who_undo_one_is_told_how_it_stands(office: Office) -> None:
    mail = refused(office)
    discard(mail.pk, note="x", now=NOW)
    undo_discard(mail.pk, now=NOW)
    with pytest.raises(DecisionRefused, match="agora está “Com erro”"):
        undo_discard(mail.pk, now=NOW)
