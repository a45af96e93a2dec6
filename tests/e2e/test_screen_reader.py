"""What a screen reader is told of the date field and its calendar: names, roles, states, and what is announced."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.sqlite

OPENER = "Abrir calendário: data inicial"
MONTHS = ("janeiro", "fevereiro", "março", "abril", "maio", "junho")
MONTHS += ("julho", "agosto", "setembro", "outubro", "novembro", "dezembro")


@pytest.fixture
def calendar(page: Page) -> Locator:
    """The calendar of the first date, opened by the keyboard on a day of November 2026."""
    page.goto("/mensagens/")
    page.get_by_role("textbox", name="Data inicial").fill("20/11/2026")
    page.get_by_role("button", name=OPENER).press("Enter")
    opened = page.get_by_role("group", name="Calendário: data inicial")
    expect(opened.get_by_role("button", name="20 de novembro")).to_be_focused()
    return opened


def spoken(page: Page) -> list[tuple[str, str, dict[str, Any]]]:
    """Role, name and states of what Chromium itself tells a screen reader, in order."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    return [
        (
            node["role"]["value"],
            node.get("name", {}).get("value", ""),
            {state["name"]: state["value"].get("value") for state in node.get("properties", ())},
        )
        for node in tree["nodes"]
        if not node.get("ignored")
    ]


def test_the_field_says_what_it_is_that_it_is_needed_and_how_it_is_written(page: Page) -> None:
    page.goto("/mensagens/")
    expect(page.locator("fieldset").first).to_match_aria_snapshot("""
      - group "Período de Envio da Mensagem":
        - textbox "Data inicial (obrigatório)":
          - /placeholder: dd/mm/aaaa
        - 'button "Abrir calendário: data inicial"'
        - textbox "Data final (obrigatório)":
          - /placeholder: dd/mm/aaaa
        - 'button "Abrir calendário: data final"'
    """)
    expect(page.get_by_role("button", name=OPENER)).to_have_attribute("aria-expanded", "false")


def test_a_refused_date_is_read_with_its_field(page: Page) -> None:
    page.goto("/mensagens/?inicio=31/02/2026&fim=x")
    field = page.get_by_role("textbox", name="Data inicial")
    expect(field).to_have_accessible_description("31/02/2026 não existe.")
    expect(field).to_have_attribute("aria-invalid", "true")


def test_the_calendar_names_its_month_its_choices_its_weekdays_and_its_days(page: Page, calendar: Locator) -> None:
    expect(page.get_by_role("button", name=OPENER)).to_have_attribute("aria-expanded", "true")
    expect(calendar).to_match_aria_snapshot("""
      - 'group "Calendário: data inicial"':
        - group "novembro de 2026":
          - button "Mês anterior"
          - button "Próximo mês"
          - combobox "Mês"
          - combobox "Ano"
          - table "novembro":
            - rowgroup:
              - row "domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado"
    """)
    told = spoken(page)
    options = [name for role, name, _ in told if role == "option"]
    assert set(MONTHS) <= set(options)
    assert "2026" in options
    pressed = [name for role, name, states in told if role == "button" and states.get("pressed") == "true"]
    assert pressed == ["20 de novembro"]


def test_another_month_is_announced_and_a_day_is_read_as_the_focus_comes_to_it(page: Page, calendar: Locator) -> None:
    live = calendar.locator("[aria-live=polite]")
    expect(live).to_have_text("novembro de 2026")
    page.keyboard.press("PageDown")
    expect(live).to_have_text("dezembro de 2026")
    expect(calendar.get_by_role("button", name="20 de dezembro")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(calendar.get_by_role("button", name="21 de dezembro")).to_be_focused()


def test_what_was_picked_is_announced_and_the_focus_is_back_at_the_button(page: Page, calendar: Locator) -> None:
    page.keyboard.press("ArrowRight")
    expect(calendar.get_by_role("button", name="21 de novembro")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=OPENER)).to_be_focused()
    expect(page.get_by_role("textbox", name="Data inicial")).to_have_value("21/11/2026")
    expect(page.locator("#aviso-copia")).to_have_text("Data inicial: 21/11/2026")
    expect(page.locator("#aviso-copia")).to_have_role("status")
