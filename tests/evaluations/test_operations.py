"""Closing an RA asks its requesters by e-mail, once; the link is answered once, within its time."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from recado.evaluations import operations
from recado.evaluations.figures import results
from recado.evaluations.models import Evaluation
from recado.mail.models import Mail
from recado.mail.sending import send_due
from recado.outbox.models import Message, MessageType
from recado.service_requests.models import RequestStatus, ServiceRequest
from recado.service_requests.operations import NewRequester, OperationRefused, close_service_request
from tests.mail.conftest import Office
from tests.support.requests import JOAO, MARIA, NOW, open_one, other_reason, reiterate_one, success

pytestmark = pytest.mark.django_db
SAYS_SO = "Enviamos ao seu e-mail um convite"


def close(opened, reason=None) -> list[Message]:
    return close_service_request(
        opened.service_request.pk, reason=reason or success(), closed_at=NOW, now=NOW + timedelta(minutes=1)
    )


def link_in(text: str) -> str:
    (found,) = re.findall(r"https://recado\.agua\.example/avaliar/([\w-]+)/", text)
    return str(found)


def asked(opened) -> str:
    close(opened)
    return link_in(Mail.objects.get().text)


def test_closing_with_success_sends_a_link_and_the_sms_says_so(public: Office) -> None:
    opened = open_one(MARIA)
    (message,) = close(opened)
    assert SAYS_SO in message.text
    send_due(NOW + timedelta(minutes=2))
    (taken,) = public.mails
    assert taken["To"] == "maria@example.com"
    token = link_in(taken.get_body(("plain",)).get_content())
    assert token in taken.get_body(("html",)).get_content()
    evaluation = operations.find(token, now=NOW + timedelta(days=14))
    assert evaluation is not None
    assert evaluation.ra_number == opened.service_request.pk
    assert evaluation.protocol == opened.requester.protocol


def test_the_token_is_kept_nowhere_once_the_e_mail_is_out(public: Office) -> None:
    token = asked(open_one(MARIA))
    send_due(NOW + timedelta(minutes=2))
    mail, evaluation = Mail.objects.get(), Evaluation.objects.get()
    kept = " ".join(str(value) for row in (mail, evaluation) for value in vars(row).values())
    assert token not in kept


def test_another_reason_asks_nobody(public: Office) -> None:
    close(open_one(MARIA), other_reason())
    assert not Evaluation.objects.exists()


def test_without_an_e_mail_the_sms_says_nothing_of_one(public: Office) -> None:
    (message,) = close(open_one(JOAO))
    assert message.text.endswith("ligue 0800 000 0000.")
    assert not Mail.objects.exists()


@pytest.mark.parametrize("name", ["RECADO_SMTP_URL", "RECADO_MAIL_FROM", "RECADO_PUBLIC_URL"])
def test_what_cannot_be_sent_is_not_promised(public: Office, settings, name: str) -> None:
    setattr(settings, name, "")
    (message,) = close(open_one(MARIA))
    assert SAYS_SO not in message.text
    assert not Evaluation.objects.exists()


def test_each_requester_with_an_address_is_asked_and_only_their_sms_says_so(public: Office) -> None:
    opened = open_one(MARIA)
    reiterate_one(opened, JOAO)
    reiterate_one(opened, NewRequester("Ana Fictícia", "", "ana@example.com"))
    told = {message.number: message.text for message in close(opened)}
    assert SAYS_SO in told[MARIA.mobile]
    assert SAYS_SO not in told[JOAO.mobile]
    assert set(Mail.objects.values_list("to", flat=True)) == {"maria@example.com", "ana@example.com"}


def test_one_address_given_twice_is_asked_once(public: Office) -> None:
    opened = open_one(MARIA)
    reiterate_one(opened, NewRequester("Maria Fictícia", "+5581999990000", "Maria@Example.com"))
    close(opened)
    assert Evaluation.objects.count() == 1


def test_an_address_that_is_none_does_not_stop_the_closing(public: Office) -> None:
    opened = open_one(NewRequester("Maria Fictícia", MARIA.mobile, "maria@@example"))
    (message,) = close(opened)
    assert SAYS_SO not in message.text
    assert ServiceRequest.objects.get().status == RequestStatus.CLOSED


def test_a_closing_that_is_refused_asks_nobody(public: Office) -> None:
    opened = open_one(MARIA)
    close(opened)
    with pytest.raises(OperationRefused):
        close(opened)
    assert (Evaluation.objects.count(), Mail.objects.count()) == (1, 1)


def test_a_text_without_the_tag_is_the_companys_choice(public: Office) -> None:
    MessageType.objects.filter(pk=3).update(template="Pedido {PROTOCOLO} atendido.")
    opened = open_one(MARIA)
    (message,) = close(opened)
    assert message.text == f"Pedido {opened.requester.protocol} atendido."


def test_the_first_answer_counts_and_the_link_is_spent(public: Office) -> None:
    token = asked(open_one(MARIA))
    assert operations.answer(token, grade=5, comment="Muito bom", now=NOW + timedelta(days=1))
    assert not operations.answer(token, grade=1, comment="", now=NOW + timedelta(days=1))
    assert operations.find(token, now=NOW + timedelta(days=1)) is None
    kept = Evaluation.objects.get()
    assert (kept.grade, kept.comment, kept.answered_at) == (5, "Muito bom", NOW + timedelta(days=1))


def test_a_link_ends_by_its_time(public: Office) -> None:
    token = asked(open_one(MARIA))
    late = NOW + timedelta(days=15, minutes=1)
    assert operations.find(token, now=late) is None
    assert not operations.answer(token, grade=5, comment="", now=late)


@pytest.mark.parametrize(("grade", "comment"), [(0, ""), (6, ""), (3, "x" * 401)])
def test_what_is_no_answer_is_refused_and_spends_nothing(public: Office, grade: int, comment: str) -> None:
    token = asked(open_one(MARIA))
    with pytest.raises(operations.AnswerRefused):
        operations.answer(token, grade=grade, comment=comment, now=NOW)
    assert operations.find(token, now=NOW) is not None


def test_the_panel_counts_answers_of_its_days(public: Office) -> None:
    for grade in (5, 4, 4):
        token = asked(open_one(MARIA))
        operations.answer(token, grade=grade, comment="", now=NOW)
        Mail.objects.all().delete()
    close(open_one(MARIA))
    found = results(date(2026, 11, 22), date(2026, 11, 22))
    assert found.grades == {1: 0, 2: 0, 3: 0, 4: 2, 5: 1}
    assert (found.invited, found.answered) == (4, 3)
    assert found.average == pytest.approx(13 / 3)
    assert results(date(2026, 11, 23), date(2026, 11, 23)).average is None
