"""*Tipos e textos* in a real browser: the phone shows what is typed, a tag goes in by its button."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from recado.outbox.models import MessageType

pytestmark = pytest.mark.sqlite


def test_a_text_is_seen_while_it_is_typed_and_saved_after_its_difference_was_shown(page: Page) -> None:
    page.goto("/tipos/1/")
    page.get_by_label("Texto").fill("Seu pedido foi anotado. Protocolo ")
    expect(page.locator("#previa")).to_contain_text("Seu pedido foi anotado.")
    page.get_by_role("button", name="Inserir a tag PROTOCOLO").click()
    expect(page.locator("#previa .rc-bubble").first).to_contain_text("1000000000")
    page.get_by_role("button", name="Conferir mudanças").click()
    expect(page.get_by_role("heading", name="O que muda")).to_be_visible()
    page.get_by_role("button", name="Salvar nova versão").click()
    expect(page.get_by_text("Versão 2 em vigor.")).to_be_visible()
    assert MessageType.objects.get(pk=1).template == "Seu pedido foi anotado. Protocolo {PROTOCOLO}"


def test_going_back_from_the_difference_keeps_what_was_typed(page: Page) -> None:
    page.goto("/tipos/1/")
    page.get_by_label("Texto").fill("Outro texto, sem pressa.")
    page.get_by_role("button", name="Conferir mudanças").click()
    page.get_by_role("button", name="Voltar ao texto").click()
    expect(page.get_by_label("Texto")).to_have_value("Outro texto, sem pressa.")
