"""A field for a file speaks Portuguese in a browser that does not, and is one control for hand, keyboard and ear."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.accessibility import browser_words, grave_faults
from tests.e2e.test_keyboard import tab_to

pytestmark = pytest.mark.sqlite
PLACES = (("/lotes/novo/", "Arquivo CSV ou XLSX"), ("/faturamento/envio/", "Arquivo de contas (CSV)"))
NONE_YET = "Nenhum arquivo escolhido."


@pytest.fixture(params=PLACES, ids=["batch", "bills"])
def field(
    request: pytest.FixtureRequest,
    new_context: Callable[..., BrowserContext],
    let_in: Callable[[BrowserContext], Page],
) -> Locator:
    """The field, in a browser that speaks English."""
    path, label = request.param
    page = let_in(new_context(locale="en-US"))
    page.goto(path)
    return page.get_by_label(label)


def chosen(field: Locator) -> Locator:
    return field.page.locator(".rc-file-name")


def test_its_button_and_what_was_chosen_are_told_in_portuguese(field: Locator, tmp_path: Path) -> None:
    page = field.page
    expect(page.get_by_text("Escolher arquivo", exact=True)).to_be_visible()
    expect(chosen(field)).to_have_text(NONE_YET)
    assert browser_words(page) == []
    file = tmp_path / "manutenção do centro.csv"
    file.write_bytes(b"celular\n81912345678\n")
    with page.expect_file_chooser() as choosing:
        page.mouse.click(*middle(page.get_by_text("Escolher arquivo", exact=True)))
    choosing.value.set_files(file)
    expect(chosen(field)).to_have_text("manutenção do centro.csv")
    field.set_input_files([])
    expect(chosen(field)).to_have_text(NONE_YET)
    assert grave_faults(page) == []


def middle(target: Locator) -> tuple[float, float]:
    box = target.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_keyboard_opens_it_and_its_button_shows_the_focus(field: Locator) -> None:
    page = field.page
    tab_to(page, field)
    button = page.get_by_text("Escolher arquivo", exact=True)
    assert button.evaluate("button => getComputedStyle(button).outlineStyle") == "solid"
    with page.expect_file_chooser():
        page.keyboard.press("Space")


def test_a_screen_reader_hears_its_label_its_button_and_what_was_chosen(field: Locator, tmp_path: Path) -> None:
    expect(field).to_have_accessible_name(re.compile(r"^Arquivo .*\(obrigatório\) Escolher arquivo$"))
    expect(field).to_have_accessible_description(re.compile("Nenhum arquivo escolhido"))
    file = tmp_path / "contas.csv"
    file.write_bytes(b"x")
    field.set_input_files(file)
    expect(field).to_have_accessible_description(re.compile(r"contas\.csv"))


def test_sent_empty_it_is_refused_in_portuguese(field: Locator) -> None:
    field.evaluate("field => field.form.requestSubmit()")
    expect(field.page.get_by_role("alert")).to_contain_text("Há 1 campo para corrigir")
    expect(field).to_have_accessible_description(re.compile("Escolha (um arquivo|o arquivo de contas)"))
    expect(field.page).to_have_title(re.compile("^(.[0-9]+. )?Erro: "))


def test_without_scripts_it_is_the_browsers_own(
    new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page]
) -> None:
    page = let_in(new_context(java_script_enabled=False))
    for path, label in PLACES:
        page.goto(path)
        expect(page.get_by_label(label)).to_have_css("opacity", "1")
        expect(page.get_by_text("Escolher arquivo", exact=True)).to_be_hidden()
