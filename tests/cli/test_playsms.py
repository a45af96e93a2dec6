"""`recado playsms account`: a password shown once, what is refused said in a sentence."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.hashers import check_password

from recado.people.models import AuditEntry
from recado.playsms import accounts
from recado.playsms.models import Account, NinthDigit
from tests.cli.conftest import Recado
from tests.playsms.conftest import make_account
from tests.support.outbox import make_phone

pytestmark = pytest.mark.django_db
ADD = ("playsms", "account", "add")


def test_an_account_is_added_and_its_password_shown_once(recado: Recado) -> None:
    phone = make_phone("Aparelho 2")
    result = recado(
        *ADD, "gsan", "--ninth-digit", "completar", "--from", "192.0.2.9/24", "--phone", "Aparelho 2", "--window", "5"
    )

    account = Account.objects.get()
    shown = re.search(r"Senha: (\S+)", result.output)
    assert result.exit_code == 0
    assert shown
    assert check_password(shown[1], account.password)
    assert (account.ninth_digit, account.networks, account.window_seconds) == (
        NinthDigit.COMPLETE,
        "192.0.2.0/24",
        300,
    )
    assert list(account.phones.all()) == [phone]
    assert "/index.php?app=webservices&u=usuario&p=senha" in result.output
    assert AuditEntry.objects.get().subject == "playSMS gsan"


def test_a_password_that_the_system_had_is_asked_for_and_not_shown(recado: Recado) -> None:
    result = recado(*ADD, "antigo", "--own-password", input="senha-de-antes\nsenha-de-antes\n")
    assert result.exit_code == 0
    assert check_password("senha-de-antes", Account.objects.get().password)
    assert "senha-de-antes" not in result.output


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("com espaço",), "só letras sem acento", 2),
        (("GSAN",), "Já existe a conta GSAN", 1),
        (("novo", "--type", "99"), "Não há o tipo de SMS 99", 2),
        (("novo", "--type", "1"), "não leva o texto da chamada", 2),
        (("novo", "--phone", "Aparelho 9"), "Não há o aparelho Aparelho 9", 2),
        (("novo", "--from", "casa"), "não é um endereço", 2),
    ],
)
def test_what_is_refused_is_said(recado: Recado, words: tuple[str, ...], said: str, code: int) -> None:
    make_account("gsan")
    result = recado(*ADD, *words)
    assert result.exit_code == code
    assert said in result.output
    assert Account.objects.count() == 1


def test_accounts_are_listed_changed_and_switched_off(recado: Recado) -> None:
    assert "Nenhuma conta." in recado("playsms", "account", "list").output
    account = make_account()
    assert re.search(r"gsan +Envio avulso +Acrescentar", recado("playsms", "account", "list").output)

    before = accounts.token_of(account)
    assert f"Token: {before}" in recado("playsms", "account", "token", "gsan").output
    assert before not in recado("playsms", "account", "token", "gsan", "--new").output
    assert "Senha: " in recado("playsms", "account", "password", "gsan").output
    recado("playsms", "account", "disable", "gsan")
    assert not Account.objects.get().active
    recado("playsms", "account", "enable", "gsan")
    assert Account.objects.get().active
    assert "Não existe a conta outra." in recado("playsms", "account", "disable", "outra").output
