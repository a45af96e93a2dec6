"""A phone tested from its card, in the browser: the answer comes by itself, and without scripts by loading again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from recado.emulator.serve import RunningEmulator
from recado.phones.models import Phone
from tests.gateway.conftest import until

pytestmark = pytest.mark.sqlite


def test_both_tests_are_answered_on_the_card_by_themselves(page: Page, emulator: RunningEmulator) -> None:
    page.goto("/aparelhos/")
    card = page.get_by_role("article", name="Aparelho 1")
    expect(card).to_contain_text("Pronto")
    card.get_by_role("button", name="Testar conexão").click()
    expect(card).to_contain_text("Conexão boa")

    card.get_by_role("link", name="Enviar SMS de teste").click()
    page.get_by_label("Celular que recebe o teste").fill("(81) 90000-0012")
    page.get_by_role("button", name="Enviar SMS de teste").click()
    (sms,) = emulator.wait_on_air(1)
    assert sms.text.startswith("Teste do Recado pelo Aparelho 1, ")
    expect(card).to_contain_text("SMS de teste: enviada")
    card.get_by_role("link", name="Ver a mensagem do teste").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mensagem")


def test_without_scripts_the_answer_is_there_after_loading_again(
    new_context: Callable[..., BrowserContext],
    let_in: Callable[[BrowserContext], Page],
    emulator: RunningEmulator,
) -> None:
    page = let_in(new_context(java_script_enabled=False))
    page.goto("/aparelhos/")
    page.get_by_role("button", name="Testar conexão").click()
    expect(page.get_by_role("article")).to_contain_text(re.compile("Testando a conexão|Conexão boa"))
    until(lambda: Phone.objects.get().check_answered_at)
    page.reload()
    expect(page.get_by_text("Conexão boa")).to_be_visible()


def test_rules_are_set_by_keyboard_and_said_on_the_card(page: Page, emulator: RunningEmulator) -> None:
    page.goto("/aparelhos/")
    page.get_by_role("link", name="Regras de Aparelho 1").click()
    page.get_by_label("Cota de SMS por dia").fill("500")
    page.get_by_label("DDDs preferidos").fill("81, 82")
    page.get_by_label("DDDs preferidos").press("Enter")
    expect(page.get_by_text("Regras de Aparelho 1 salvas.")).to_be_visible()
    card = page.get_by_role("article", name="Aparelho 1")
    expect(card).to_contain_text("0 de 500 SMS")
    expect(card).to_contain_text("81, 82")
