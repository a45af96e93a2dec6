"""What is wrong with the page on screen for somebody: what axe-core finds grave, and what it does not look for.

Its script is run in the page by the browser's own tools, so the content security policy stays as it is for everybody.
Every test that looks at a page for its faults comes here, so that a page that is tested is tested for all of them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

from tests.e2e.contrast import faint_words
from tests.e2e.pictures import keep_picture
from tests.e2e.steps import still

_AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
_GRAVE = ("serious", "critical")
_WIDE = 1000
_RUN = """async () => (await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], resultTypes: ["violations"],
  })).violations.map(({id, impact, nodes}) =>
    ({id, impact, where: nodes.slice(0, 3).map((node) => node.html.slice(0, 200))}))
"""
_ILL_FORMED = """() => {
  const found = [], all = (selector) => [...document.querySelectorAll(selector)];
  const seen = (element) => element.getClientRects().length > 0;
  const heads = all("h1, h2, h3, h4, h5, h6").filter(seen);
  const first = heads.filter((head) => head.tagName === "H1");
  if (first.length !== 1) found.push(`${first.length} headings of the first level`);
  let level = 0;
  for (const head of heads) {
    const own = Number(head.tagName[1]);
    if (own > level + 1) found.push(`a level is left out before: ${head.innerText}`);
    level = own;
  }
  const title = document.title.replace(/^\\(\\d+\\) /, "").replace(/^Erro: /, "");
  if (title !== `${first[0]?.innerText.trim()} – Recado`) found.push(`the title: ${document.title}`);
  if (document.documentElement.lang !== "pt-BR") found.push("the language");
  const ids = all("[id]").map((element) => element.id);
  found.push(...ids.filter((id, place) => ids.indexOf(id) !== place).map((id) => `an id twice: ${id}`));
  found.push(...all("[tabindex]").filter((one) => one.tabIndex > 0).map((one) => `tabindex: ${one.id}`));
  found.push(...all("main table").filter((table) => seen(table) && !table.caption && !table.closest("[aria-label]"))
    .map((table) => `a table without a name: ${table.innerText.slice(0, 40)}`));
  const border = (box) => getComputedStyle(box.nextElementSibling || box, "::before").borderColor;
  found.push(...all(".br-radio input:not([aria-invalid=true]), .br-checkbox input:not([aria-invalid=true])")
    .filter((box) => seen(box) && !box.checked && border(box) !== "rgb(136, 136, 136)")
    .map((box) => `a box that is faint, or red before it was refused: ${box.name}`));
  return found;
}"""
# What the browser checks, or draws, it tells in its own language, whatever the page's is.
_BROWSER_WORDS = """() => [...document.querySelectorAll("main input, main select, main textarea")].filter((field) => {
  if (field.type === "hidden" || !field.getClientRects().length) return false;
  if (["file", "date", "time", "month", "datetime-local"].includes(field.type)) {
    return getComputedStyle(field).opacity !== "0";
  }
  const checked = field.required || ["email", "url", "number"].includes(field.type) || field.pattern
    || field.minLength > 0 || field.min || field.max;
  return checked && field.form && !field.form.noValidate;
}).map((field) => `${field.type} ${field.name}`)"""


@cache
def _script() -> str:
    return _AXE.read_text(encoding="utf-8")


def grave_faults(page: Page) -> list[str]:
    """What is gravely wrong with the page, in words, with where; keeps its picture.

    The serious and critical faults of axe-core; headings, title, language and names; words that the browser would say;
    and, on a wide screen, words of controls that are too faint in any of their states.
    """
    with still(page):
        keep_picture(page)
        page.evaluate(_script())
        found = [
            f"{fault['id']} ({fault['impact']}): {fault['where']}"
            for fault in page.evaluate(_RUN)
            if fault["impact"] in _GRAVE
        ]
        found += page.evaluate(_ILL_FORMED)
        found += [f"the browser speaks: {field}" for field in browser_words(page)]
        if page.viewport_size and page.viewport_size["width"] > _WIDE:
            found += [f"too faint, {words}" for words in faint_words(page)]
    return found


def browser_words(page: Page) -> list[str]:
    """The fields of which the browser speaks, or which it draws, in words of its own, in its own language."""
    found: list[str] = page.evaluate(_BROWSER_WORDS)
    return found
