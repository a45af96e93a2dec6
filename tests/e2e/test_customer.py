"""*O cliente recebeu?*: a customer calls, and the attendant reads out what happened."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from recado.emulator.serve import RunningEmulator
from tests.e2e.steps import MOBILE, open_ra

pytestmark = pytest.mark.sqlite


def test_the_story_of_a_mobile_is_told_and_copied(
    new_context: Callable[..., BrowserContext],
    let_in: Callable[[BrowserContext], Page],
    emulator: RunningEmulator,
) -> None:
    context = new_context(permissions=["clipboard-read", "clipboard-write"])
    page = let_in(context)
    protocol = open_ra(page)
    emulator.wait_on_air(1)
    page.goto("/")
    page.get_by_label("Protocolo, RA ou celular").fill(MOBILE)
    page.get_by_role("button", name="Procurar").press("Enter")
    expect(page.get_by_role("heading", name=f"Celular {MOBILE}")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text=f"Protocolo {protocol}.")).to_be_visible()
    assert "0012" not in page.url
    page.get_by_role("button", name="Copiar resumo").click()
    expect(page.locator("#aviso-copia")).to_have_text("Resumo copiado")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"Celular {MOBILE}\nRA ")
    assert protocol in copied


def test_the_summary_is_copied_also_where_the_browser_keeps_its_clipboard_from_pages_without_https(
    page: Page, emulator: RunningEmulator
) -> None:
    open_ra(page)
    emulator.wait_on_air(1)
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto("/cliente/")
    box = page.get_by_role("textbox", name="Protocolo, RA ou celular")
    box.fill(MOBILE)
    box.press("Enter")
    button = page.get_by_role("button", name="Copiar resumo")
    button.click()
    # Told to those who see as well as to those who listen.
    expect(page.locator(".rc-copied")).to_have_text("Resumo copiado")
    expect(page.locator("#aviso-copia")).to_have_text("Resumo copiado")
    expect(button).to_be_focused()
    box.fill("")
    box.press("Control+v")
    assert box.input_value().startswith(f"Celular {MOBILE}")


def test_help_of_the_screen_is_one_step_away(page: Page) -> None:
    page.goto("/cliente/")
    page.get_by_role("link", name="Ajuda desta tela").click()
    expect(page.get_by_role("heading", name="O cliente recebeu?", level=1)).to_be_visible()
    picture = page.get_by_role("img", name="Tela O cliente recebeu?")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0
