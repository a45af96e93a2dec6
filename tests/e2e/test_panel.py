"""*Painel*: another period, a period that cannot be, and what is printed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.support.outbox import make_phone, queue_message, send_all

pytestmark = pytest.mark.sqlite


@pytest.fixture
def sent(transactional_db: None) -> None:
    """One message sent today, and one ten days ago."""
    now, phone = timezone.now(), make_phone()
    for at in (now - timedelta(days=10), now):
        queue_message(at=at)
        send_all(phone, at)


@pytest.mark.usefixtures("sent")
def test_another_period_is_chosen_by_a_link_or_by_its_days(page: Page) -> None:
    page.goto("/painel/")
    expect(page.get_by_text("1 SMS pedido = 1 mensagem: 1 enviada. Tudo confere.")).to_be_visible()
    page.get_by_role("link", name="Últimos 30 dias").click()
    expect(page.get_by_text("2 SMS pedidos = 2 mensagens: 2 enviadas. Tudo confere.")).to_be_visible()
    page.get_by_role("textbox", name="Data inicial").fill("22/11/2001")
    page.get_by_role("textbox", name="Data final").fill("21/11/2001")
    page.get_by_role("button", name="Mostrar período").click()
    expect(page.locator("#erros")).to_contain_text("A data final deve ser igual ou posterior à data inicial.")
    expect(page.locator("#erros")).to_be_focused()
    expect(page.get_by_role("textbox", name="Data inicial")).to_have_value("22/11/2001")
    page.get_by_role("button", name="Abrir calendário: data final").click()
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name="Data final").fill("22/11/2001")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile(r"^Painel"))
    expect(page.get_by_text("0 SMS pedidos = 0 mensagens. Tudo confere.")).to_be_visible()


@pytest.mark.usefixtures("sent")
def test_on_paper_each_drawing_has_its_table(page: Page) -> None:
    page.goto("/painel/")
    tables = page.locator(".rc-figure table")
    expect(tables.first).to_be_hidden()
    page.evaluate(
        "addEventListener('beforeprint', () => document.body.dataset.open = "
        "document.querySelectorAll('.rc-figure details[open]').length)"
    )
    page.pdf()
    expect(page.locator("body")).to_have_attribute("data-open", str(tables.count()))
    expect(tables.first).to_be_hidden()
