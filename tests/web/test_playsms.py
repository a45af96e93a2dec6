"""Accounts of the playSMS door: made, changed, given passwords that are shown once; all of it audited."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client as Browser

from recado.people.models import AuditEntry
from recado.playsms import accounts
from recado.playsms.models import Account, NinthDigit
from tests.playsms.conftest import make_account
from tests.support.outbox import make_phone
from tests.web.attendance import words

pytestmark = pytest.mark.django_db
FILLED = {"name": "gsan", "type": "6", "ninth_digit": "complete", "window_minutes": "10", "networks": ""}


def deeds() -> list[tuple[str, str, str]]:
    return list(AuditEntry.objects.exclude(deed="login").order_by("pk").values_list("deed", "subject", "detail"))


def test_an_account_is_made_and_its_password_shown_once(browser: Browser) -> None:
    assert "Nenhuma conta cadastrada" in words(browser.get("/contas-playsms/"))
    phone = make_phone()
    answer = browser.post(
        "/contas-playsms/nova/", FILLED | {"networks": "192.0.2.9/24", "phones": [phone.pk], "reads_replies": "on"}
    )

    account = Account.objects.get()
    shown = re.search(r'rc-secret">([^<]+)<', answer.content.decode())
    assert shown
    assert check_password(shown[1], account.password)
    assert "/index.php?app=webservices&u=usuario&p=senha" in words(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    assert (account.networks, account.window_seconds, account.ninth_digit, account.reads_replies) == (
        "192.0.2.0/24",
        600,
        NinthDigit.COMPLETE,
        True,
    )
    assert list(account.phones.all()) == [phone]
    assert deeds() == [("client_added", "playSMS gsan", "Envio avulso")]
    assert shown[1] not in browser.get(f"/contas-playsms/{account.pk}/").content.decode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Informe o usuário."),
        ({"name": "OUTRA"}, "Já existe a conta OUTRA."),
        ({"name": "com espaço"}, "Use só letras sem acento"),
        ({"type": "1"}, "Escolha um tipo da lista."),
        ({"type": ""}, "Escolha o tipo de SMS."),
        ({"ninth_digit": ""}, "Escolha o que fazer."),
        ({"window_minutes": "-1"}, "O mínimo é 0."),
        ({"window_minutes": "9999"}, "O máximo é 1440 minutos"),
        ({"networks": "casa"}, "“casa” não é um endereço"),
        ({"phones": "999"}, "Escolha aparelhos da lista."),
    ],
)
def test_what_is_refused_is_said(browser: Browser, fields: dict[str, str], said: str) -> None:
    make_account("outra")
    assert said in words(browser.post("/contas-playsms/nova/", FILLED | fields))
    assert Account.objects.count() == 1


def test_an_account_is_changed(browser: Browser) -> None:
    account = make_account()
    page = browser.get(f"/contas-playsms/{account.pk}/")
    assert "Nunca chamou" in words(page)
    browser.post(f"/contas-playsms/{account.pk}/", FILLED | {"ninth_digit": "refuse", "window_minutes": "0"})
    account.refresh_from_db()
    assert (account.ninth_digit, account.window_seconds) == (NinthDigit.REFUSE, 0)
    assert deeds() == [("client_changed", "playSMS gsan", "o que fazem as chamadas")]


def test_a_new_password_ends_the_old_one(browser: Browser) -> None:
    account = make_account()
    before = account.password
    assert "Anote a senha agora." in words(browser.post(f"/contas-playsms/{account.pk}/senha/"))
    account.refresh_from_db()
    assert account.password != before
    assert deeds() == [("client_changed", "playSMS gsan", "senha nova")]


def test_the_token_is_shown_and_renewed_and_both_are_recorded(browser: Browser) -> None:
    account = make_account()
    token = accounts.token_of(account)
    assert token in words(browser.post(f"/contas-playsms/{account.pk}/token/"))
    assert token not in words(browser.post(f"/contas-playsms/{account.pk}/token/", {"novo": "sim"}))
    assert [detail for _, _, detail in deeds()] == ["viu o token", "token novo"]


def test_an_account_is_switched_off_and_on(browser: Browser) -> None:
    account = make_account()
    for value, active in (("nao", False), ("nao", False), ("sim", True)):
        browser.post(f"/contas-playsms/{account.pk}/ativar/", {"ativa": value})
        account.refresh_from_db()
        assert account.active is active
    assert [detail for _, _, detail in deeds()] == ["desativada", "reativada"]


def test_a_refusal_is_told_in_the_list(browser: Browser) -> None:
    make_account(last_refusal="Senha ou token errado, do endereço 192.0.2.9.", last_refused_at="2026-11-22T12:00Z")
    assert "Senha ou token errado, do endereço 192.0.2.9." in words(browser.get("/contas-playsms/"))
