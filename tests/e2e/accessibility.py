"""What axe-core says of the page on screen.

Its script is run in the page by the browser's own tools, so the content security policy stays as it is for everybody.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

from tests.e2e.pictures import keep_picture

_AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
_GRAVE = ("serious", "critical")
_RUN = """async () => (await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], resultTypes: ["violations"],
  })).violations.map(({id, impact, nodes}) =>
    ({id, impact, where: nodes.slice(0, 3).map((node) => node.html.slice(0, 200))}))
"""


@cache
def _script() -> str:
    return _AXE.read_text(encoding="utf-8")


def grave_faults(page: Page) -> list[str]:
    """The serious and critical faults of the page, each with the rule and where it is broken; keeps its picture."""
    keep_picture(page)
    page.evaluate(_script())
    found = page.evaluate(_RUN)
    return [f"{fault['id']} ({fault['impact']}): {fault['where']}" for fault in found if fault["impact"] in _GRAVE]
