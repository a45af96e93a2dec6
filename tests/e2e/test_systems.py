"""*Sistemas integrados* in a browser: a system gets a token and calls with it; events get an address and a secret."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from recado.outbox.models import Message
from tests.e2e.accessibility import grave_faults
from tests.e2e.steps import cut_off, sideways

pytestmark = pytest.mark.sqlite


def test_a_token_and_a_call_with_it(page: Page, live_server: LiveServer) -> None:
    page.goto("/")
    page.get_by_role("link", name="Sistemas integrados").click()
    page.get_by_role("link", name="Novo sistema").click()
    page.get_by_role("button", name="Cadastrar sistema").click()
    expect(page.get_by_text("Informe o nome do sistema.").first).to_be_visible()
    page.get_by_label("Nome do sistema").fill("portal")
    page.get_by_role("button", name="Cadastrar sistema").click()
    page.get_by_label("Para que é").fill("produção")
    page.get_by_text("Enviar mensagens (messages:send)").click()
    page.get_by_role("button", name="Criar token").click()
    token = page.locator(".rc-secret").inner_text()
    assert (sideways(page), cut_off(page), grave_faults(page)) == (0, [], [])

    request = urllib.request.Request(
        f"{live_server.url}/api/v1/messages",
        json.dumps({"number": "81987654321", "text": "Olá"}).encode(),
        {"Authorization": f"Bearer {token}", "Idempotency-Key": "k1", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["id"] == Message.objects.get().pk

    page.get_by_role("link", name="Voltar ao sistema").click()
    expect(page.get_by_text("Em vigor")).to_be_visible()
    page.get_by_role("button", name="Revogar").click()
    expect(page.get_by_text("não abre mais nada")).to_be_visible()


def test_an_endpoint_and_its_secret(
    new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page]
) -> None:
    page = let_in(new_context(viewport={"width": 390, "height": 800}))
    page.goto("/sistemas/novo/")
    page.get_by_label("Nome do sistema").fill("portal")
    page.get_by_role("button", name="Cadastrar sistema").click()
    page.get_by_role("link", name="Novo endereço de avisos").click()
    page.get_by_label("Endereço").fill("http://portal.companhia.example/")
    page.get_by_role("button", name="Cadastrar endereço").click()
    expect(page.get_by_text("por http qualquer um no caminho").first).to_be_visible()
    page.get_by_label("Endereço").fill("https://portal.companhia.example/avisos")
    page.get_by_role("button", name="Cadastrar endereço").click()
    expect(page.locator(".rc-secret")).to_contain_text("whsec_")
    assert (sideways(page), cut_off(page), grave_faults(page)) == (0, [], [])
