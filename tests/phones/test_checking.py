"""The question that a screen leaves for the gateway: one at a time, answered once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recado.phones import checking
from recado.phones.checking import PATIENCE, Check
from recado.phones.models import Phone
from tests.support.outbox import NOW, make_phone
from tests.support.together import run_together


def fresh() -> Phone:
    return Phone.objects.get()


@pytest.mark.django_db
def test_a_question_is_open_until_it_is_answered() -> None:
    phone = make_phone()
    assert checking.standing(phone, NOW) is Check.NEVER
    assert checking.ask(phone, actor="ana", now=NOW)
    assert checking.is_open(fresh())
    assert checking.standing(fresh(), NOW) is Check.WAITING
    checking.answer(phone.pk, "Pronto.", well=True, now=NOW + timedelta(seconds=2))
    assert not checking.is_open(fresh())
    assert checking.standing(fresh(), NOW) is Check.WELL
    assert (fresh().check_answer, fresh().check_asked_by) == ("Pronto.", "ana")


@pytest.mark.django_db
def test_the_first_answer_stands_and_an_answer_to_nothing_is_none() -> None:
    phone = make_phone()
    checking.answer(phone.pk, "Ninguém perguntou.", well=True, now=NOW)
    assert checking.standing(fresh(), NOW) is Check.NEVER
    checking.ask(phone, actor="ana", now=NOW)
    checking.answer(phone.pk, "Sem sinal.", well=False, now=NOW)
    checking.answer(phone.pk, "Pronto.", well=True, now=NOW)
    assert checking.standing(fresh(), NOW) is Check.ILL
    assert fresh().check_answer == "Sem sinal."


@pytest.mark.django_db
def test_who_asks_while_one_is_waited_for_waits_for_it_and_not_for_ever() -> None:
    phone = make_phone()
    checking.ask(phone, actor="ana", now=NOW)
    assert not checking.ask(phone, actor="bia", now=NOW + timedelta(seconds=5))
    assert checking.standing(fresh(), NOW + PATIENCE) is Check.UNANSWERED
    assert checking.ask(phone, actor="bia", now=NOW + PATIENCE)
    assert fresh().check_asked_by == "bia"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_ask_at_once_one_is_taken_up() -> None:
    phone = make_phone()
    asked = run_together([lambda: checking.ask(phone, actor="ana", now=NOW)] * 4)
    assert sorted(asked) == [False, False, False, True]
