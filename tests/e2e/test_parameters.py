"""*Parâmetros* in a real browser: the button says how many values it would change."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from recado import parameters

pytestmark = pytest.mark.sqlite


def test_the_button_counts_what_would_change(page: Page) -> None:
    page.goto("/parametros/")
    expect(page.get_by_role("button", name="Salvar mudanças")).to_be_visible()
    pace = page.get_by_label("Ritmo de aparelhos novos")
    pace.fill("8")
    expect(page.get_by_role("button", name="Salvar 1 mudança")).to_be_visible()
    page.get_by_text("Serviço não procede", exact=True).click()
    expect(page.get_by_role("button", name="Salvar 2 mudanças")).to_be_visible()
    pace.fill("7")
    expect(page.get_by_role("button", name="Salvar 1 mudança")).to_be_visible()
    pace.fill("abc")
    page.get_by_role("button", name="Salvar 2 mudanças").click()
    expect(page.get_by_role("link", name="Informe um número de segundos")).to_be_visible()
    expect(page.get_by_role("button", name="Salvar 2 mudanças")).to_be_visible()
    page.get_by_role("button", name=re.compile("Voltar ao padrão.*ritmo")).click()
    page.get_by_role("button", name="Salvar 1 mudança").click()
    expect(page.get_by_text("1 mudança salva.")).to_be_visible()
    assert parameters.get().pace == parameters.defaults().pace
    expect(page.get_by_role("button", name="Salvar mudanças")).to_be_visible()
