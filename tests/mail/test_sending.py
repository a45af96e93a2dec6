"""An e-mail on its way through a real server: taken, refused, put off, lost in silence; never twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recado.mail import sending, smtp
from recado.mail.models import Fault, Mail, MailStatus
from recado.mail.posting import AddressRefused, Letter, post, post_many
from recado.mail.sending import send_due
from tests.mail.conftest import Office
from tests.support.outbox import NOW, minutes

pytestmark = pytest.mark.django_db
LETTER = Letter(
    "ra:1:evaluation", "maria@example.com", "Avalie o atendimento", "Olá!\n.ponto\nção\n", "<p>Olá! ção</p>"
)


def posted(**changes: object) -> Mail:
    from dataclasses import replace

    return post(replace(LETTER, **changes), now=NOW)


def now_is(mail: Mail) -> Mail:
    return Mail.objects.get(pk=mail.pk)


def test_an_e_mail_arrives_once_in_plain_text_and_as_a_page(office: Office) -> None:
    mail = posted()
    assert not send_due(NOW)
    assert not send_due(NOW + minutes(60))
    (taken,) = office.mails
    assert taken["Subject"] == "Avalie o atendimento"
    assert taken["Message-ID"] == mail.message_id
    assert taken["To"] == "maria@example.com"
    assert "Companhia Exemplo de Água" in taken["From"]
    plain, page = taken.iter_parts()
    assert plain.get_content().replace("\r\n", "\n") == "Olá!\n.ponto\nção\n"
    assert page.get_content_type() == "text/html"
    assert "<p>Olá! ção</p>" in page.get_content()
    assert now_is(mail).status == MailStatus.SENT


def test_the_same_event_is_one_e_mail(office: Office) -> None:
    assert posted().pk == posted(subject="Outro").pk
    send_due(NOW)
    assert len(office.mails) == 1


def test_several_go_over_one_connection_and_in_order(office: Office) -> None:
    post_many([Letter(f"k{n}", f"c{n}@example.com", f"Assunto {n}", "x") for n in range(5)], now=NOW)
    send_due(NOW)
    assert [mail["Subject"] for mail in office.mails] == [f"Assunto {n}" for n in range(5)]


def test_what_holds_a_secret_is_forgotten_once_the_server_has_it(office: Office) -> None:
    mail = posted(forgets=True)
    send_due(NOW)
    assert (now_is(mail).text, now_is(mail).html) == ("", "")


def test_a_greylisted_e_mail_is_sent_at_the_second_try_with_the_same_message_id(office: Office) -> None:
    office.at_rcpt = "450 4.7.1 Greylisted, try again later"
    mail = posted()
    send_due(NOW)
    assert (now_is(mail).status, now_is(mail).tries) == (MailStatus.WAITING, 1)
    assert now_is(mail).next_try_at == NOW + minutes(5)
    office.at_rcpt = "250 OK"
    assert not send_due(NOW + minutes(4))
    assert office.mails == []
    send_due(NOW + minutes(5))
    assert [taken["Message-ID"] for taken in office.mails] == [mail.message_id]


def test_a_server_that_puts_off_is_asked_ever_less_often_until_the_time_is_up(office: Office) -> None:
    office.at_end = "451 4.3.0 Try again later"
    mail = posted(expires_at=NOW + timedelta(hours=12))
    tries = [0]
    for minute in range(0, 12 * 60 + 10, 5):
        send_due(NOW + minutes(minute))
        tries.append(now_is(mail).tries)
    assert [5 * (place - 1) for place in range(1, len(tries)) if tries[place] > tries[place - 1]] == [
        0, 5, 20, 50, 110, 230, 470, 710,
    ]  # fmt: skip
    assert now_is(mail).status == MailStatus.EXPIRED
    assert office.mails == []


def test_an_address_that_the_server_does_not_know_fails_with_its_code(office: Office) -> None:
    office.at_rcpt = "550 5.1.1 No such user"
    mail = posted()
    send_due(NOW)
    kept = now_is(mail)
    assert (kept.status, kept.fault) == (MailStatus.FAILED, Fault.ADDRESS)
    assert kept.reason == "O servidor de e-mail recusou o endereço (código 550)."
    assert kept.next_try_at is None


def test_one_refused_address_does_not_stop_those_behind_it(office: Office) -> None:
    office.at_rcpt = "550 5.1.1 No such user"
    first = posted()
    send_due(NOW)
    office.at_rcpt = "250 OK"
    second = posted(key="other", to="joao@example.com")
    send_due(NOW)
    assert (now_is(first).status, now_is(second).status) == (MailStatus.FAILED, MailStatus.SENT)


def test_a_text_that_the_server_refuses_fails(office: Office) -> None:
    office.at_end = "554 5.7.1 Looks like spam"
    mail = posted()
    send_due(NOW)
    assert (now_is(mail).status, now_is(mail).fault) == (MailStatus.FAILED, Fault.REFUSED)


def test_a_server_that_is_down_costs_no_try_and_loses_nothing(office: Office, settings) -> None:
    up, settings.RECADO_SMTP_URL = settings.RECADO_SMTP_URL, "smtp://127.0.0.1:1"
    mail = posted()
    send_due(NOW)
    assert (now_is(mail).status, now_is(mail).tries, now_is(mail).fault) == (MailStatus.WAITING, 0, Fault.SERVER)
    assert not send_due(NOW + timedelta(seconds=30))
    settings.RECADO_SMTP_URL = up
    send_due(NOW + minutes(1))
    assert len(office.mails) == 1
    assert now_is(mail).fault == ""


def test_a_server_that_refuses_our_sender_costs_no_try(office: Office) -> None:
    office.at_mail = "550 5.7.1 Sender not allowed"
    mail = posted()
    send_due(NOW)
    assert (now_is(mail).status, now_is(mail).tries) == (MailStatus.WAITING, 0)


def test_a_line_that_drops_before_the_text_costs_no_try(office: Office) -> None:
    office.at_mail = "hang up"
    mail = posted()
    send_due(NOW)
    office.at_mail = "250 OK"
    send_due(NOW + minutes(1))
    assert (len(office.mails), now_is(mail).tries) == (1, 1)


@pytest.mark.parametrize("end", ["hang", "hang up"])
def test_silence_after_the_text_is_uncertain_and_never_sent_again(
    office: Office, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "END_SECONDS", 0.3)
    office.at_end = end
    mail = posted()
    behind = posted(key="behind", to="joao@example.com")
    send_due(NOW)
    assert now_is(mail).status == MailStatus.UNCERTAIN
    office.at_end = "250 OK"
    for minute in range(0, 300, 30):
        send_due(NOW + minutes(minute))
    assert [taken["To"] for taken in office.mails] == ["maria@example.com", "joao@example.com"]
    assert now_is(behind).status == MailStatus.SENT


def test_a_process_that_died_before_the_end_of_the_text_sends_it_later(office: Office) -> None:
    mail = posted()
    Mail.objects.update(next_try_at=NOW + sending._HELD_BACK)
    send_due(NOW)
    assert office.mails == []
    send_due(NOW + sending._HELD_BACK)
    assert (len(office.mails), now_is(mail).status) == (1, MailStatus.SENT)


def test_a_process_that_died_after_the_end_of_the_text_leaves_it_uncertain(office: Office) -> None:
    mail = posted()
    Mail.objects.update(status=MailStatus.SENDING, moment=NOW)
    send_due(NOW + sending._HELD_BACK)
    assert now_is(mail).status == MailStatus.UNCERTAIN
    assert office.mails == []


def test_two_processes_send_it_once(office: Office) -> None:
    mail = posted()
    with smtp.connected() as connection:
        sending._send_one(connection, mail, NOW)
        sending._send_one(connection, mail, NOW)
    assert len(office.mails) == 1


def test_without_a_server_in_the_settings_e_mails_wait(settings) -> None:
    settings.RECADO_SMTP_URL = ""
    mail = posted()
    assert not send_due(NOW)
    assert now_is(mail).status == MailStatus.WAITING


@pytest.mark.parametrize(
    "address", ["", "maria", "maria@", "a@b.example\r\nBcc: x@y.example", "joão@example.com", "x" * 250 + "@a.example"]
)
def test_what_is_no_address_is_refused_at_the_door(address: str) -> None:
    with pytest.raises(AddressRefused):
        posted(to=address)


def test_a_subject_of_several_lines_adds_no_header(office: Office) -> None:
    posted(subject="Conta\r\nBcc: x@y.example")
    send_due(NOW)
    (taken,) = office.mails
    assert taken["Bcc"] is None
    assert taken["Subject"] == "Conta Bcc: x@y.example"
