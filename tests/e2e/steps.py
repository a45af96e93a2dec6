"""What an attendant does with the screens, for the tests to tell in few words. People and numbers are fictitious."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

MOBILE = "(81) 90000-0012"
OTHER_MOBILE = "(81) 90000-0034"
# The phone in software confirms the receipt a moment after the send.
SENT = re.compile("Enviada|Entregue")
PROTOCOL = re.compile(r"\d{4}1\d{9}")


def fill_ra(page: Page, mobile: str = MOBILE, name: str = "Beatriz Souza") -> None:
    """Open *Inserir RA* and fill it in, not sent."""
    page.goto("/ra/inserir/")
    page.get_by_label("Tipo de solicitação").select_option(index=1)
    page.get_by_label("Especificação").select_option(index=1)
    page.get_by_label("Meio de solicitação").select_option(index=1)
    page.get_by_label("Nome do solicitante").fill(name)
    page.get_by_label("Celular com DDD").fill(mobile)


def open_ra(page: Page, mobile: str = MOBILE, name: str = "Beatriz Souza") -> str:
    """Insert an RA; gives the protocol that the page shows, and leaves the page there."""
    fill_ra(page, mobile, name)
    page.get_by_role("button", name="Inserir", exact=True).click()
    expect(page.get_by_text("Informe o protocolo ao cliente.")).to_be_visible()
    return shown_protocol(page)


def shown_protocol(page: Page) -> str:
    protocol = page.locator("strong.rc-protocol").inner_text()
    assert PROTOCOL.fullmatch(protocol)
    return protocol


def consult(page: Page, start: str, end: str, situation: str = "Todas") -> None:
    """Search by a period, typed as the mask lets it: digits only."""
    page.goto("/mensagens/")
    date_field(page, "Data inicial").press_sequentially(start)
    date_field(page, "Data final").press_sequentially(end)
    choose(page, situation)
    search(page)


def search(page: Page) -> None:
    page.get_by_role("button", name="Pesquisar").click()


def date_field(page: Page, label: str) -> Locator:
    return page.get_by_role("textbox", name=label)


def choose(page: Page, label: str) -> None:
    """Tick a radio button by its words: the design system draws it there, over the real one."""
    page.locator("label").get_by_text(label, exact=True).click()


def around_today() -> tuple[str, str]:
    """Yesterday and tomorrow, in digits: a test that runs at midnight finds its messages all the same."""
    today = timezone.localdate()
    return f"{today - timedelta(days=1):%d%m%Y}", f"{today + timedelta(days=1):%d%m%Y}"


def row_of(page: Page, words: str) -> Locator:
    """The row of a list that holds `words`."""
    return page.get_by_role("row").filter(has_text=words)


_STILL = """(still) => {
  if (window.still === undefined) {
    for (const name of ["htmx:beforeRequest", "htmx:beforeOnLoad"])
      document.addEventListener(name, (event) => window.still && event.preventDefault(), true);
  }
  window.still = still;
}"""


@contextmanager
def still(page: Page) -> Iterator[None]:
    """No live part is asked for or replaced meanwhile: what takes several looks has the same page before it at each."""
    page.wait_for_load_state()
    page.evaluate(_STILL, True)
    yield
    page.evaluate(_STILL, False)


def measured(page: Page, script: str) -> Any:
    """What `script` says of the page, once it has its styles, its scripts and its letters."""
    page.wait_for_load_state()
    page.evaluate("document.fonts.ready.then(() => true)")
    return page.evaluate(script)


def sideways(page: Page) -> int:
    """How many pixels the page is wider than its window; 0 is right."""
    overflow: int = measured(page, "document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return max(0, overflow)


def astray(page: Page) -> list[str]:
    """The cells of a list turned into cards whose content stands below its label instead of beside it."""
    found: list[str] = measured(page, _ASTRAY)
    return found


_ASTRAY = """() => [...document.querySelectorAll(".rc-stack td[data-label]")].filter((cell) => {
  const content = cell.firstElementChild?.getBoundingClientRect();
  return getComputedStyle(cell).display !== "table-cell" && content?.width
    && content.left - cell.getBoundingClientRect().left < 80;
}).map((cell) => `${cell.dataset.label}: ${cell.innerText.slice(0, 40)}`)"""

_CUT_OFF = """() => [...document.querySelectorAll("main *, header *, footer *")].filter((element) => {
  const style = getComputedStyle(element);
  if (element.clientWidth <= 1 || !element.innerText?.trim() || style.visibility === "hidden") return false;
  // What is there for screen readers alone is cut on purpose.
  const head = element.closest("th");
  if (element.closest(".sr-only, .br-skiplink, select")) return false;
  if (head && getComputedStyle(head).position === "absolute") return false;
  const hides = (value) => value === "hidden" || value === "clip";
  return (hides(style.overflowX) && element.scrollWidth > element.clientWidth + 1) ||
    (hides(style.overflowY) && element.scrollHeight > element.clientHeight + 1);
}).map((element) => element.innerText.trim().slice(0, 60))"""


def cut_off(page: Page) -> list[str]:
    """The words of each element that is too small for them and neither grows nor scrolls."""
    found: list[str] = measured(page, _CUT_OFF)
    return found


_WITHOUT_A_PICTURE = """() => [...document.querySelectorAll(".fas")]
  .filter((icon) => getComputedStyle(icon, "::before").content === "none").map((icon) => icon.className)"""


def missing_icons(page: Page) -> list[str]:
    """The classes of each icon that `vendor/fontawesome/icons.css` has no rule for."""
    found: list[str] = measured(page, _WITHOUT_A_PICTURE)
    return found
