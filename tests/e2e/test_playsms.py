"""*Contas playSMS* in a browser: an account is made, calls at once, and its secrets can be read on any screen."""

from __future__ import annotations

import urllib.parse
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from recado.outbox.models import Message
from tests.e2e.accessibility import grave_faults
from tests.e2e.steps import cut_off, sideways
from tests.playsms.conftest import make_account

pytestmark = pytest.mark.sqlite


def test_an_account_is_made_and_its_first_call_sends(page: Page, live_server: LiveServer) -> None:
    page.goto("/")
    page.get_by_role("link", name="Contas playSMS").click()
    page.get_by_role("link", name="Nova conta").click()
    page.get_by_label("Usuário").fill("gsan")
    page.get_by_label("Tipo de SMS").select_option("Envio avulso")
    page.get_by_text("Acrescentar o 9 e assinalar a mensagem").click()
    page.get_by_role("button", name="Cadastrar conta").click()
    expect(page.get_by_text("Anote a senha agora.")).to_be_visible()
    password = page.locator(".rc-secret").inner_text()

    fields = {"app": "webservices", "u": "gsan", "p": password, "to": "558187654321", "ta": "pv", "msg": "Olá"}
    with urllib.request.urlopen(f"{live_server.url}/index.php?{urllib.parse.urlencode(fields)}") as answer:
        said = answer.read().decode()

    message = Message.objects.get()
    assert said == f"OK {message.pk}"
    page.goto(f"/mensagens/{message.pk}/")
    expect(page.get_by_text("o Recado acrescentou o 9 depois do DDD").first).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("button", ["Criar senha nova", "Ver o token", "Criar token novo"])
def test_a_secret_fits_and_can_be_read_by_everybody(
    new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page], width: int, button: str
) -> None:
    page = let_in(new_context(viewport={"width": width, "height": 800}))
    page.goto(f"/contas-playsms/{make_account().pk}/")
    page.get_by_role("button", name=button).click()
    expect(page.locator(".rc-secret")).to_be_visible()
    assert (sideways(page), cut_off(page), grave_faults(page)) == (0, [], [])
