"""Every screen by the keyboard alone, on paper, and in the colours that a reader has chosen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from recado.emulator.serve import RunningEmulator
from tests.e2e.pages import fill_the_house
from tests.e2e.steps import cut_off, sideways, still
from tests.e2e.test_every_page import EMPTY, FULL
from tests.web.attendance import go_wrong, open_ra

pytestmark = pytest.mark.sqlite
MOST_STEPS = 400
# The width of A4 in CSS pixels, less the margins that browsers leave.
PAPER = 718

# All that the keyboard can reach in the page's own part, in order: of radio buttons of one name only one.
_REACHABLE = """() => {
  const groups = new Set();
  const kinds = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  return [...document.querySelector("main").querySelectorAll(kinds)]
    .filter((element) => {
      if (element.disabled || element.type === "hidden" || element.tabIndex < 0) return false;
      if (!element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) return false;
      if (element.type !== "radio") return true;
      const group = `${element.form?.id} ${element.name}`;
      return !groups.has(group) && groups.add(group);
    }).length;
}"""
# Where the focus is: gone from the page's own part; or what is wrong with how it is seen; and whether it went on.
_FOCUS = """() => {
  const now = document.activeElement, before = window.lastFocus;
  if (!now || !now.closest("main") || now.id === "conteudo") return { out: true, wrong: [] };
  window.lastFocus = now;
  const said = now.innerText || now.name || now.getAttribute("aria-label") || "";
  const wrong = [], words = `${now.tagName} ${said.slice(0, 40)}`;
  const follows = !before || before.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING;
  if (!follows) wrong.push(`backwards: ${words}`);
  // What is drawn by a neighbour is marked there: the design system's boxes, a field for a file.
  const neighbour = now.nextElementSibling;
  const drawn = [now, neighbour, neighbour?.firstElementChild].filter(Boolean);
  const pseudo = neighbour ? [getComputedStyle(neighbour, "::before"), getComputedStyle(neighbour, "::after")] : [];
  const marked = [...drawn.map((element) => getComputedStyle(element)), ...pseudo]
    .some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
  if (!marked) wrong.push(`unmarked: ${words}`);
  const box = (now.getBoundingClientRect().width > 1 ? now : neighbour || now).getBoundingClientRect();
  if (box.bottom <= 0 || box.top >= innerHeight || !box.width) wrong.push(`out of sight: ${words}`);
  return { out: false, wrong };
}"""


def walked(page: Page) -> list[str]:
    """Go through the page from its skip link on by Tab; what is wrong on the way."""
    page.get_by_role("link", name="Ir para o conteúdo").press("Enter")
    expect(page.locator("#conteudo")).to_be_focused()
    reachable, found = page.evaluate(_REACHABLE), []
    for steps in range(MOST_STEPS):
        page.keyboard.press("Tab")
        focus = page.evaluate(_FOCUS)
        found += focus["wrong"]
        if focus["out"]:
            return found if steps == reachable else [*found, f"{steps} of {reachable} were reached"]
    return [*found, "the focus does not leave"]


def test_the_keyboard_goes_through_every_page_and_out_again(page: Page, emulator: RunningEmulator) -> None:
    emulator.control.unplug()
    named = fill_the_house()
    found = []
    for path in dict.fromkeys(path.format(**named) for path in (*FULL, *EMPTY)):
        page.goto(path)
        # What refreshes itself would take the focus with it on the way.
        with still(page):
            found += [f"{path}: {wrong}" for wrong in walked(page)]
    assert "\n".join(found) == ""


def test_every_page_fits_on_paper(
    new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page], emulator: RunningEmulator
) -> None:
    named = fill_the_house()
    page = let_in(new_context(viewport={"width": PAPER, "height": 1000}))
    page.emulate_media(media="print")
    found = []
    for path in dict.fromkeys(path.format(**named) for path in FULL):
        page.goto(path)
        if beyond := sideways(page):
            found.append(f"{path}: {beyond} px")
        found += [f"{path}: cut: {words}" for words in cut_off(page)]
        beyond = page.evaluate(
            "Math.max(0, ...[...document.querySelectorAll('.rc-table-wrap')]"
            ".map((box) => box.scrollWidth - box.clientWidth))"
        )
        if beyond:
            found.append(f"{path}: a table by {beyond} px")
        found += [f"{path}: can be pressed: {words}" for words in page.locator("main button:visible").all_inner_texts()]
    assert "\n".join(found) == ""


def test_what_is_on_and_what_is_a_button_show_in_the_readers_own_colours(
    new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page]
) -> None:
    for number in range(11):
        go_wrong(open_ra(mobile=f"+558190000{number:04d}").message)
    page = let_in(new_context(forced_colors="active"))
    page.goto("/ra/")
    for selector in ("a.menu-item[aria-current]", ".br-pagination a[aria-current]"):
        assert page.locator(selector).evaluate("element => getComputedStyle(element).outlineStyle") == "solid", selector
    for selector in (".br-button.primary", ".br-tag.rc", ".rc-count:not([hidden])"):
        style = page.locator(selector).first.evaluate("element => getComputedStyle(element).borderTopStyle")
        assert style == "solid", selector


def test_nothing_moves_for_whoever_asked_for_that(page: Page) -> None:
    page.goto("/")
    slowest = page.evaluate(
        """() => Math.max(...[...document.querySelectorAll("*")].flatMap((element) => {
          const style = getComputedStyle(element);
          return `${style.transitionDuration}, ${style.animationDuration}`.split(", ").map(parseFloat);
        }))"""
    )
    assert slowest < 0.001
