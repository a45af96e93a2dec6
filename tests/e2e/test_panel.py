"""*Painel*: another period, a period that cannot be, what is drawn, and what is printed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessibility import grave_faults
from tests.e2e.steps import sideways
from tests.support.outbox import make_phone, queue_message, send_all

pytestmark = pytest.mark.sqlite

SENT, NOT_SENT = "#1351b4", "#b35900"
# How many pixels of a canvas have nearly each of these colours.
_PAINTED = """(canvas, colours) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return colours.map((colour) => {
    const wanted = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    let found = 0;
    for (let at = 0; at < data.length; at += 4)
      if (data[at + 3] > 200 && wanted.every((value, place) => Math.abs(data[at + place] - value) < 8)) found += 1;
    return found;
  });
}"""
_WIDTHS = "[...document.querySelectorAll('.rc-chart canvas')].map((canvas) => canvas.width)"
_ROOM = "[...document.querySelectorAll('.rc-chart')].map((box) => box.clientWidth * devicePixelRatio)"
# Playwright's own waiting for a condition asks for `eval`, which the policy refuses. A browser that is given another
# size may take it in more than one step, each with its own layout: what stands for some frames is what stands.
_FITTED = """async () => {
  let still = 0;
  for (let left = 600; left && still < 10; left -= 1) {
    still = %s && String(WIDTHS) === String(ROOM) ? still + 1 : 0;
    await new Promise(requestAnimationFrame);
  }
  return { widths: WIDTHS, room: ROOM };
}""".replace("WIDTHS", _WIDTHS).replace("ROOM", _ROOM)


def _fitted(page: Page, condition: str) -> list[int]:
    """Wait until each drawing has all the room of its place, while the condition holds; give the widths, in pixels."""
    seen = page.evaluate(_FITTED % condition)
    assert seen["widths"] == seen["room"]
    widths: list[int] = seen["widths"]
    return widths


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


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize("width", [1280, 390])
def test_each_table_of_numbers_has_its_drawing(page: Page, width: int) -> None:
    queue_message()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/painel/")
    tables, drawings = page.locator(".rc-figure table"), page.get_by_role("img", name=re.compile("^Gráfico: "))
    expect(drawings).to_have_count(tables.count())
    assert drawings.count() >= 5
    for drawing in drawings.all():
        painted = drawing.locator("canvas").evaluate(_PAINTED, [SENT, NOT_SENT])
        assert painted[0] > 500
        by_day = "mensagens por dia" in (drawing.get_attribute("aria-label") or "")
        assert (painted[1] > 50) == by_day
    _fitted(page, "true")
    assert sideways(page) == 0
    assert not grave_faults(page)


@pytest.mark.usefixtures("sent")
def test_a_drawing_is_made_anew_for_another_width_and_another_zoom(page: Page) -> None:
    page.goto("/painel/")
    wide = _fitted(page, "true")
    page.set_viewport_size({"width": 390, "height": 900})
    narrow = _fitted(page, "innerWidth === 390")
    assert max(narrow) < min(wide)
    # As a zoom to 200 % of a window of 780 pixels.
    page.set_viewport_size({"width": 780, "height": 900})
    zoomed = {"width": 390, "height": 900, "deviceScaleFactor": 2, "mobile": False}
    page.context.new_cdp_session(page).send("Emulation.setDeviceMetricsOverride", zoomed)
    zoomed_in = _fitted(page, "devicePixelRatio === 2 && innerWidth === 390")
    assert min(zoomed_in) >= 2 * min(narrow)
    assert page.locator(".rc-chart canvas").first.evaluate(_PAINTED, [SENT])[0] > 500


@pytest.mark.usefixtures("sent")
def test_paper_has_the_whole_drawing_with_more_pixels(page: Page) -> None:
    page.goto("/painel/")
    before = _fitted(page, "true")
    page.evaluate(f"addEventListener('beforeprint', () => document.body.dataset.drawn = {_WIDTHS})")
    page.pdf()
    # Twice the pixels of the paper's width, or of half of it.
    expect(page.locator("body")).to_have_attribute("data-drawn", ",".join(["1400"] * 2 + ["668"] * (len(before) - 2)))
    assert _fitted(page, "true") == before
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 900})
    _fitted(page, "innerWidth === 700")
    assert sideways(page) == 0
    expect(page.locator(".rc-chart canvas").first).to_be_visible()


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(("days", "pages"), [(29, 2), (91, 3)])
def test_a_month_is_two_pages_of_paper_and_a_quarter_three_at_most(page: Page, days: int, pages: int) -> None:
    today = timezone.localdate()
    page.goto(f"/painel/?inicio={today - timedelta(days=days):%d/%m/%Y}&fim={today:%d/%m/%Y}")
    expect(page.locator(".rc-chart canvas").last).to_be_visible()
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf())) <= pages


@pytest.mark.usefixtures("sent")
def test_each_page_of_paper_says_whose_numbers_it_has_of_when_and_who_printed_it(page: Page) -> None:
    page.goto("/painel/?inicio=21/11/2001&fim=22/11/2001")
    head = page.locator(".rc-paper-head")
    expect(head).to_be_hidden()
    page.locator("[data-printed-at]").evaluate("place => (place.textContent = '')")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    # What browsers repeat on each page.
    expect(head).to_have_css("display", "table-header-group")
    expect(head).to_contain_text("Painel de 21/11/2001 a 22/11/2001")
    expect(head).to_contain_text(re.compile(r"Números de \d\d/\d\d/\d{4}, \d\d:\d\d"))
    expect(head).to_contain_text(re.compile(r"Impresso em \d\d/\d\d/\d{4}, \d\d:\d\d por Ana Lima"))
    assert sideways(page) == 0
    for table in page.locator(".rc-figure table").all():
        assert table.evaluate("table => table.parentElement.scrollWidth - table.parentElement.clientWidth") <= 0


@pytest.mark.usefixtures("sent")
def test_without_scripts_the_tables_are_open_and_nothing_is_missing(
    new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page]
) -> None:
    page = let_in(new_context(java_script_enabled=False))
    page.goto("/painel/")
    for table in page.locator(".rc-figure table").all():
        expect(table).to_be_visible()
    expect(page.locator("[data-drawing]:visible")).to_have_count(0)
    expect(page.locator(".rc-figures table").first).to_contain_text("Menos de 10 s")
