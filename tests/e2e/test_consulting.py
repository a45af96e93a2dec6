"""*Consultar Mensagens Enviadas Via SMS* under a person's hands: mask, calendar, Limpar, Cancelar, pages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.steps import around_today, consult, date_field, search
from tests.gateway.conftest import queue

pytestmark = pytest.mark.sqlite


def test_the_mask_writes_the_slashes_and_lets_a_mistake_be_mended(page: Page) -> None:
    page.goto("/mensagens/")
    start = date_field(page, "Data inicial")
    start.press_sequentially("221126")
    expect(start).to_have_value("22/11/26")
    for _ in range(3):
        start.press("Backspace")
    start.press_sequentially("/2026")
    expect(start).to_have_value("22/11/2026")
    end = date_field(page, "Data final")
    end.press_sequentially("3/1/2027")
    expect(end).to_have_value("03/01/2027")


def test_a_date_pasted_from_elsewhere_is_shown_as_all_others_and_searched(page: Page) -> None:
    page.goto("/mensagens/")
    for label, pasted in (("Data inicial", "01-11-2026"), ("Data final", "2026-11-22")):
        field = page.get_by_role("textbox", name=label)
        field.focus()
        # As a paste does it: all at once, and no key pressed.
        page.keyboard.insert_text(pasted)
    page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="Data inicial")).to_have_value("01/11/2026")
    expect(page.get_by_role("textbox", name="Data final")).to_have_value("22/11/2026")
    page.get_by_role("button", name="Pesquisar").click()
    expect(page.get_by_role("heading", name="0 mensagens de 01/11/2026 a 22/11/2026")).to_be_visible()


def test_a_day_is_picked_from_the_calendar_by_keyboard_alone(page: Page) -> None:
    page.goto("/mensagens/")
    start = date_field(page, "Data inicial")
    start.press_sequentially("01032026")
    page.keyboard.press("Tab")
    opener = page.get_by_role("button", name="Abrir calendário: data inicial")
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("button", name="1 de março", exact=True)).to_be_focused()
    # The day before the first of a month is in the month before.
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="28 de fevereiro")).to_be_focused()
    page.keyboard.press("Enter")
    expect(start).to_have_value("28/02/2026")
    expect(opener).to_be_focused()
    expect(page.locator("#id_inicio_calendario")).to_be_hidden()


def test_the_calendar_chooses_month_and_year_begins_on_sunday_and_gives_no_day_of_its_neighbours(page: Page) -> None:
    page.goto("/mensagens/")
    start = date_field(page, "Data inicial")
    start.press_sequentially("15032026")
    page.get_by_role("button", name="Abrir calendário: data inicial").click()
    calendar = page.locator("#id_inicio_calendario")
    expect(calendar.get_by_role("columnheader").first).to_contain_text("dom")
    calendar.locator("calendar-select-month select").select_option(label="novembro")
    calendar.locator("calendar-select-year select").select_option(label="2025")
    # November 2025 begins on a Saturday and ends on a Sunday: October and December fill its weeks.
    neighbour = calendar.get_by_role("button", name="31 de outubro")
    expect(neighbour).to_have_css("color", "rgb(117, 117, 117)")
    place = neighbour.bounding_box()
    assert place is not None
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(start).to_have_value("15/03/2026")
    calendar.get_by_role("button", name="30 de novembro").click()
    expect(start).to_have_value("30/11/2025")
    expect(calendar).to_be_hidden()


def test_each_way_to_a_list_leads_to_where_it_begins(page: Page) -> None:
    for number in range(12):
        queue(key=f"row {number}")
    consult(page, *around_today())
    heading = page.get_by_role("heading", name=re.compile("^12 mensagens"))
    expect(heading).to_be_in_viewport()
    # The next Tab goes on from there, not through menu and form again.
    page.keyboard.press("Tab")
    expect(page.get_by_role("list", name="Total por situação").get_by_role("link")).to_be_focused()
    page.get_by_role("link", name="Página 2", exact=True).press("Enter")
    expect(page.get_by_text("11–12 de 12 mensagens")).to_be_visible()
    expect(heading).to_be_in_viewport()


def test_esc_closes_the_calendar_changes_nothing_and_gives_the_focus_back(page: Page) -> None:
    page.goto("/mensagens/")
    end = date_field(page, "Data final")
    end.press_sequentially("15032026")
    opener = page.get_by_role("button", name="Abrir calendário: data final")
    opener.press("Enter")
    expect(page.get_by_role("button", name="15 de março")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator("#id_fim_calendario")).to_be_hidden()
    expect(opener).to_be_focused()
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(end).to_have_value("15/03/2026")


def test_what_was_picked_from_the_calendar_is_what_is_searched(page: Page) -> None:
    queue(key="one")
    page.goto("/mensagens/")
    for label in ("data inicial", "data final"):
        # Without a date the calendar opens on today.
        page.get_by_role("button", name=f"Abrir calendário: {label}").press("Enter")
        expect(page.locator("calendar-month:visible")).to_be_focused()
        page.keyboard.press("Enter")
    search(page)
    expect(page.get_by_role("heading", name=re.compile("^1 mensagem "))).to_be_visible()


def test_limpar_empties_what_was_searched_and_cancelar_leaves_for_the_main_screen(page: Page) -> None:
    queue(key="one")
    consult(page, *around_today(), "Não Enviadas")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Limpar").click()
    for label in ("Data inicial", "Data final"):
        expect(date_field(page, label)).to_have_value("")
    expect(page.get_by_role("radio", name="Todas")).to_be_checked()
    expect(page.get_by_role("row")).to_have_count(0)
    page.get_by_role("link", name="Cancelar").click()
    expect(page.get_by_role("heading", name="Precisa de atenção")).to_be_visible()


def test_a_search_without_dates_says_so_and_puts_the_focus_where_the_reader_needs_it(page: Page) -> None:
    page.goto("/mensagens/")
    search(page)
    summary = page.locator("#erros")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Há 2 campos para corrigir")
    expect(page).to_have_title(re.compile("^Erro: "))
    summary.get_by_role("link", name="Informe a data final.").click()
    expect(date_field(page, "Data final")).to_be_focused()


def test_results_come_ten_a_page_in_order_and_may_be_asked_for_by_twenty_five(page: Page) -> None:
    for number in range(27):
        queue(f"+5581900000{number + 1:03d}", key=f"row {number}")
    consult(page, *around_today())
    expect(page.get_by_role("heading", name="27 mensagens")).to_be_visible()
    cells = page.locator(".rc-table-wrap tbody td:first-child")
    expect(cells).to_have_text([f"(81) 90000-0{number:03d}" for number in range(1, 11)])
    page.get_by_role("link", name="Página 3").click()
    expect(page.get_by_text("21–27 de 27 mensagens")).to_be_visible()
    expect(cells).to_have_text([f"(81) 90000-0{number:03d}" for number in range(21, 28)])
    page.get_by_role("link", name="25 por página").click()
    expect(page.get_by_text("1–25 de 27 mensagens")).to_be_visible()
    expect(cells).to_have_count(25)


def test_a_mobile_is_looked_for_under_further_filters_and_stays_out_of_the_address(page: Page) -> None:
    queue("+5581900000012", key="mine")
    queue("+5581900000034", key="other")
    page.goto("/mensagens/")
    for label, day in zip(("Data inicial", "Data final"), around_today(), strict=True):
        date_field(page, label).press_sequentially(day)
    page.get_by_text("Mais filtros").click()
    page.get_by_label("Celular").fill("+55 81 9 0000-0012")
    search(page)
    expect(page.get_by_role("heading", name=re.compile("^1 mensagem "))).to_be_visible()
    expect(page.get_by_label("Celular")).to_have_value("(81) 90000-0012")
    assert "0012" not in page.url
    found = page.url
    page.get_by_role("link", name=re.compile("^Mensagem ")).click()
    expect(page.get_by_role("heading", name="Histórico")).to_be_visible()
    page.get_by_role("link", name="Voltar").click()
    expect(page).to_have_url(found)
    expect(page.get_by_role("heading", name=re.compile("^1 mensagem "))).to_be_visible()


def test_a_column_orders_the_list_by_the_keyboard_alone(page: Page) -> None:
    for number in ("+5581900000099", "+5581900000011"):
        queue(number, key=number)
    consult(page, *around_today())
    cells = page.locator(".rc-table-wrap tbody td:first-child")
    expect(cells).to_have_text(["(81) 90000-0099", "(81) 90000-0011"])
    page.get_by_role("link", name="Celular").press("Enter")
    expect(page.get_by_role("columnheader", name="Celular")).to_have_attribute("aria-sort", "ascending")
    expect(cells).to_have_text(["(81) 90000-0011", "(81) 90000-0099"])
    page.get_by_role("link", name="Celular").press("Enter")
    expect(page.get_by_role("columnheader", name="Celular")).to_have_attribute("aria-sort", "descending")


def test_the_whole_result_is_taken_away_as_a_file(page: Page) -> None:
    for number in range(12):
        queue(f"+5581900000{number:03d}", key=f"row {number}")
    consult(page, *around_today())
    for label, ending in (("CSV", "csv"), ("Excel (XLSX)", "xlsx"), ("PDF", "pdf")):
        with page.expect_download() as started:
            page.get_by_role("link", name=label).click()
        assert re.fullmatch(rf"mensagens-[\d-]+-a-[\d-]+\.{ending}", started.value.suggested_filename)
        content = started.value.path().read_bytes()
        assert content
        if ending == "csv":
            assert content.decode("utf-8-sig").count("(81) 90000-00") == 12
