"""`recado client`: systems and tokens from the command line."""

from __future__ import annotations

import re

import pytest

from recado.clients.models import Client, Token
from tests.cli.conftest import Recado

pytestmark = pytest.mark.django_db


def test_a_system_gets_a_token_that_is_shown_once(recado: Recado) -> None:
    assert recado("client", "add", "portal", "--from", "192.0.2.7").exit_code == 0
    assert Client.objects.get().networks == "192.0.2.7/32"

    result = recado("client", "token", "portal", "produção", "--scope", "messages:send", "--days", "30")
    found = re.search(r"rcd_[\w-]{43}", result.output)
    assert found is not None

    listed = recado("client", "list").output
    assert found[0] not in listed
    assert re.search(r"portal +produção +rcd_\S{6}… +messages:send +em vigor +nunca", listed)

    assert "revogado" in recado("client", "revoke", found[0][:10]).output
    assert Token.objects.get().revoked_at is not None
    assert "revogado" in recado("client", "list").output


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("add", "portal do cliente"), 2, "Use só letras sem acento"),
        (("add", "portal", "--from", "casa"), 2, "não é um endereço"),
        (("add", "portal", "--rate", "0"), 2, "O mínimo é 1."),
        (("token", "portal", "x", "--scope", "tudo"), 1, "Não existe o sistema portal"),
        (("revoke", "rcd_nada"), 1, "Nenhum token em vigor"),
    ],
)
def test_what_is_refused_is_said(recado: Recado, arguments: tuple[str, ...], code: int, said: str) -> None:
    result = recado("client", *arguments)
    assert result.exit_code == code
    assert said in result.output


def test_an_unknown_scope_or_too_many_days_are_refused(recado: Recado) -> None:
    recado("client", "add", "portal")
    assert "messages:send" in recado("client", "token", "portal", "x", "--scope", "tudo").output
    assert "de 1 a" in recado("client", "token", "portal", "x", "--scope", "messages:send", "--days", "0").output
    assert "Nenhum token" in recado("client", "list").output
