"""*Testar conexão* and *Enviar SMS de teste*: the screen asks, the gateway answers, the card tells."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recado.outbox import claims
from recado.outbox.models import Message, MessageType, Priority
from recado.people.membership import give_role
from recado.people.models import AuditEntry, Deed
from recado.people.roles import ATTENDANT, SUPERVISOR, Role
from recado.phones import checking
from recado.phones.models import Condition, Phone
from tests.support.outbox import ACCEPTED, MOBILE, NOW, claim, make_phone, queue_message
from tests.web.attendance import markup

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_a_known_time")]


@pytest.fixture
def phone(db: None) -> Phone:
    return make_phone(condition=Condition.READY)


def card(browser: Client) -> str:
    return markup(browser.get("/aparelhos/vivo/"))


def browser_of(role: Role) -> Client:
    user = User.objects.create_user(f"pessoa-{role.slug}")
    give_role(user, role)
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_a_connection_test_is_left_for_the_gateway_and_recorded(browser: Client, phone: Phone) -> None:
    answer = browser.post(f"/aparelhos/{phone.pk}/testar/")
    assert answer.headers["Location"] == f"/aparelhos/#aparelho-{phone.pk}"
    assert checking.is_open(Phone.objects.get())
    assert "Testando a conexão… Pedido às 8h14 por ana." in card(browser).replace("</span>", "")
    assert AuditEntry.objects.get(deed=Deed.PHONE_CHECKED).subject == "Aparelho 1"


def test_pressing_twice_asks_once(browser: Client, phone: Phone) -> None:
    browser.post(f"/aparelhos/{phone.pk}/testar/")
    browser.post(f"/aparelhos/{phone.pk}/testar/")
    assert AuditEntry.objects.filter(deed=Deed.PHONE_CHECKED).count() == 1


@pytest.mark.parametrize(
    ("well", "label"), [(True, "Conexão boa"), (False, "Conexão com problema")], ids=["well", "ill"]
)
def test_the_answer_stands_on_the_card(browser: Client, phone: Phone, well: bool, label: str) -> None:
    browser.post(f"/aparelhos/{phone.pk}/testar/")
    checking.answer(phone.pk, "O que o aparelho disse.", well=well, now=NOW)
    told = card(browser)
    assert label in told
    assert "O que o aparelho disse." in told


def test_a_question_that_nobody_answers_says_so_and_may_be_asked_again(browser: Client, phone: Phone) -> None:
    checking.ask(phone, actor="ana", now=NOW - checking.PATIENCE - timedelta(seconds=1))
    assert "Teste sem resposta" in card(browser)
    browser.post(f"/aparelhos/{phone.pk}/testar/")
    assert Phone.objects.get().check_asked_at == NOW


def test_without_a_gateway_nobody_is_asked(browser: Client) -> None:
    phone = make_phone(holder="")
    told = markup(browser.post(f"/aparelhos/{phone.pk}/testar/", follow=True))
    assert "O serviço de envio não está cuidando de Aparelho 1" in told
    assert not checking.is_open(Phone.objects.get())


def test_a_test_sms_goes_first_and_by_its_phone_alone(browser: Client, phone: Phone) -> None:
    other = make_phone("Aparelho 2", condition=Condition.READY)
    waiting = queue_message()
    page = f"/aparelhos/{phone.pk}/sms-de-teste/"
    answer = browser.post(page, {"mobile": "(81) 91234-5678"})
    assert answer.headers["Location"] == f"/aparelhos/#aparelho-{phone.pk}"
    test = Message.objects.exclude(pk=waiting.pk).get()
    assert test.text == "Teste do Recado pelo Aparelho 1, 8h14."
    assert (test.only_phone, test.priority, test.created_by) == (phone, Priority.URGENT, "ana")
    assert claim(other).message_id == waiting.pk
    claims.finish(claim(phone), ACCEPTED, NOW)
    told = card(browser)
    assert "SMS de teste: enviada" in told
    assert f'href="/mensagens/{test.pk}/"' in told
    assert MOBILE not in told
    assert AuditEntry.objects.get(deed=Deed.PHONE_TESTED).detail == f"mensagem {test.pk}"


def test_the_same_form_twice_is_one_sms(browser: Client, phone: Phone) -> None:
    form = {"mobile": MOBILE, "form_token": "5f0f8f6c-3b5c-4f50-9c53-0d5d7f1f3a11"}
    for _ in range(2):
        browser.post(f"/aparelhos/{phone.pk}/sms-de-teste/", form)
    assert Message.objects.count() == 1
    assert AuditEntry.objects.filter(deed=Deed.PHONE_TESTED).count() == 1


def test_a_test_without_a_mobile_asks_for_it(browser: Client, phone: Phone) -> None:
    told = markup(browser.post(f"/aparelhos/{phone.pk}/sms-de-teste/", {"mobile": ""}))
    assert "Informe o celular que receberá o teste." in told
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"paused": True}, "O aparelho está pausado."),
        ({"holder": ""}, "O serviço de envio não está cuidando deste aparelho."),
        ({"quota_day": 1, "used_in_day": 1, "used_day_on": NOW.date()}, "Cota do dia usada; volta amanhã"),
    ],
    ids=["paused", "no gateway", "quota"],
)
def test_a_test_that_would_not_leave_is_not_queued_and_says_why(browser: Client, fields: dict, told: str) -> None:
    phone = make_phone("Aparelho 9", **{"condition": Condition.READY, **fields})
    page = f"/aparelhos/{phone.pk}/sms-de-teste/"
    assert told in markup(browser.get(page))
    assert told in markup(browser.post(page, {"mobile": MOBILE}))
    assert not Message.objects.exists()


def test_an_inactive_type_is_said(browser: Client, phone: Phone) -> None:
    MessageType.objects.filter(pk=6).update(active=False)
    told = markup(browser.post(f"/aparelhos/{phone.pk}/sms-de-teste/", {"mobile": MOBILE}, follow=True))
    assert "O tipo de SMS “Envio avulso” está desativado" in told


def test_each_role_sees_the_buttons_it_may_press(phone: Phone) -> None:
    attendant, supervisor = card(browser_of(ATTENDANT)), card(browser_of(SUPERVISOR))
    assert "Enviar SMS de teste" not in attendant
    assert "Enviar SMS de teste" in supervisor
    assert "Testar conexão" not in attendant + supervisor
    assert "Regras<" not in attendant + supervisor
