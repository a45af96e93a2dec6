"""What is known of a message that may have gone out, where a person decides on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from recado.inbox.models import Reply
from recado.outbox.claims import finish
from recado.outbox.models import Message
from recado.web.known import what_is_known
from tests.support.outbox import (
    ACCEPTED,
    AMBIGUOUS,
    BARE,
    MOBILE,
    NOW,
    THREE_PARTS,
    UNKNOWN,
    claim,
    following,
    make_phone,
    make_type,
    queue_message,
    send_all,
)
from tests.web.attendance import words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_a_known_time")]


def known(message: Message) -> list[str]:
    return what_is_known(Message.objects.get(pk=message.pk))


def test_when_by_which_phone_and_what_it_said() -> None:
    message = queue_message()
    finish(claim(make_phone("Aparelho 9")), BARE, NOW)
    assert known(message) == [
        "O texto foi passado ao aparelho “Aparelho 9” em 22/11/2026 08:14:04. Resposta sem referência.",
        "O celular do cliente não confirmou até agora; se confirmar, a situação muda sozinha.",
    ]


def test_of_several_tries_in_doubt_the_last_is_told_and_that_there_were_more() -> None:
    phone = make_phone()
    message, at = queue_message(kind=make_type(max_attempts=2)), NOW
    for _ in range(2):
        finish(claim(phone, at), AMBIGUOUS, at)
        at += timedelta(hours=1)
    assert known(message)[:2] == [
        "O texto foi passado ao aparelho “Aparelho 1” em 22/11/2026 09:14:04. Erro desconhecido.",
        "Foram 2 tentativas assim: o cliente pode ter recebido mais de uma vez.",
    ]


def test_parts_that_the_network_took_are_counted() -> None:
    phone, message = make_phone(), queue_message(THREE_PARTS)
    first = claim(phone)
    finish(first, ACCEPTED, NOW)
    finish(following(first, phone), UNKNOWN, NOW)
    assert "Das 3 partes do texto, a operadora já aceitou 1; o que ela aceitou não sai de novo." in known(message)


def test_a_type_without_reports_promises_none_and_a_reply_since_is_told() -> None:
    message = queue_message(kind=make_type(status_report=False))
    finish(claim(make_phone()), UNKNOWN, NOW)
    Reply.objects.create(number=MOBILE, text="Ok", sent_at=NOW, received_at=NOW)
    assert known(message)[1:] == [
        "Este tipo de SMS não pede a confirmação do celular: só o cliente pode dizer.",
        "Este celular respondeu por SMS depois disso: leia a resposta na página da mensagem.",
    ]


def test_of_what_is_in_no_doubt_nothing_is_told() -> None:
    queue_message()
    assert known(send_all(make_phone())) == []


def test_it_stands_where_the_decision_is_taken(browser: Client) -> None:
    message = queue_message()
    finish(claim(make_phone()), UNKNOWN, NOW)
    for page in ("", "reenviar/", "corrigir/", "descartar/"):
        assert "O que se sabe" in words(browser.get(f"/mensagens/{message.pk}/{page}"))
