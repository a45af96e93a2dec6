"""Other systems: registered, given tokens that are shown once, taken out again; all of it audited."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.utils import timezone

from recado.clients.models import Client, Token
from recado.clients.scopes import Scope
from recado.clients.tokens import issue, recognise, register
from recado.people.models import AuditEntry
from tests.web.attendance import words

pytestmark = pytest.mark.django_db


def system() -> Client:
    return register("portal", networks="", rate_per_minute=60, actor="ana", now=timezone.now())


def make_token(browser: Browser, client: Client, **fields: object) -> HttpResponse:
    given = {"name": "produção", "scopes": [Scope.MESSAGES_SEND.value], "days": "30"}
    return browser.post(f"/sistemas/{client.pk}/tokens/", given | fields)


def deeds() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("deed", flat=True))


def test_a_system_is_registered_and_leads_to_its_tokens(browser: Browser) -> None:
    assert "Nenhum sistema cadastrado." in words(browser.get("/sistemas/"))
    answer = browser.post("/sistemas/novo/", {"name": "portal", "networks": "192.0.2.9/24", "rate": "60"})
    client = Client.objects.get()
    assert answer.headers["Location"] == f"/sistemas/{client.pk}/"
    assert (client.name, client.networks, client.rate_per_minute) == ("portal", "192.0.2.0/24", 60)
    assert "Nenhum token: o sistema ainda não entra." in words(browser.get(f"/sistemas/{client.pk}/"))
    assert deeds()[-1] == "client_added"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Informe o nome do sistema."),
        ({"name": "ANA"}, "Já existe um usuário ou sistema ANA."),
        ({"name": "portal do cliente"}, "Use só letras sem acento"),
        ({"networks": "casa"}, "“casa” não é um endereço"),
        ({"rate": "0"}, "O mínimo é 1."),
        ({"rate": "muitas"}, "Informe um número inteiro."),
    ],
)
def test_what_is_refused_is_said_and_nothing_typed_is_lost(browser: Browser, fields: dict[str, str], said: str) -> None:
    answer = browser.post("/sistemas/novo/", {"name": "portal", "networks": "192.0.2.9", "rate": "60"} | fields)
    assert said in words(answer)
    assert (fields.get("name", "portal")) in answer.content.decode()
    assert Client.objects.count() == 0


def test_a_token_is_shown_once_and_opens(browser: Browser) -> None:
    client = system()
    shown = words(make_token(browser, client))
    found = re.search(r"rcd_[\w-]{43}", shown)
    assert found is not None
    assert recognise(found[0], address="192.0.2.1", now=timezone.now()).client_id == client.pk
    page = words(browser.get(f"/sistemas/{client.pk}/"))
    assert found[0] not in page
    assert f"{found[0][:10]}…" in page
    assert "Em vigor" in page
    assert deeds()[-1] == "token_made"
    assert found[0][10:] not in str(AuditEntry.objects.values_list("detail", flat=True))


def test_a_token_without_scope_or_beyond_its_days_is_refused_in_place(browser: Browser) -> None:
    client = system()
    said = words(make_token(browser, client, scopes=[], days="5000", name=""))
    for sentence in ("Escolha ao menos uma coisa que o token abre.", "O máximo é 1.095.", "Diga para que é o token."):
        assert sentence in said
    assert Token.objects.count() == 0


def test_a_revoked_and_an_ended_token_say_so(browser: Browser) -> None:
    client = system()
    now = timezone.now()
    revoked = issue(client, name="a", scopes=[Scope.MESSAGES_READ], days=1, actor="ana", now=now).row
    issue(client, name="b", scopes=[Scope.MESSAGES_READ], days=1, actor="ana", now=now - timedelta(days=2))
    answer = browser.post(f"/sistemas/tokens/{revoked.pk}/revogar/")
    assert answer.headers["Location"] == f"/sistemas/{client.pk}/"
    page = words(browser.get(f"/sistemas/{client.pk}/"))
    assert "Revogado" in page
    assert "Vencido" in page
    assert "Em vigor" not in page
    assert deeds()[-1] == "token_revoked"


def test_a_system_is_let_in_no_more_and_again(browser: Browser) -> None:
    client = system()
    browser.post(f"/sistemas/{client.pk}/acesso/", {"ativo": "nao"})
    assert "Este sistema está desativado" in words(browser.get(f"/sistemas/{client.pk}/"))
    browser.post(f"/sistemas/{client.pk}/acesso/", {"ativo": "sim"})
    assert "Este sistema está desativado" not in words(browser.get(f"/sistemas/{client.pk}/"))
    assert deeds()[-2:] == ["client_changed", "client_changed"]


def test_the_limits_are_changed(browser: Browser) -> None:
    client = system()
    browser.post(f"/sistemas/{client.pk}/", {"networks": "192.0.2.1", "rate": "7"})
    client.refresh_from_db()
    assert (client.networks, client.rate_per_minute) == ("192.0.2.1/32", 7)
