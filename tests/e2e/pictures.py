"""`make screens`: a picture of every screen, wide, narrow and at a zoom of 200 %, for people to look at.

They are taken where each screen is looked at for faults, so that a screen that is tested has its picture. Without
`SCREENS_FOLDER`, the folder, nothing is written.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

FOLDER = "SCREENS_FOLDER"


def keep_picture(page: Page) -> Path | None:
    """Write the whole page on screen, named by test, address and width; the path, or None when nobody asks for it."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return None
    test = re.sub(
        r"\W+", "_", os.environ.get("PYTEST_CURRENT_TEST", "").partition("::")[2].partition("[")[0].partition(" ")[0]
    )
    address = urlsplit(page.url)
    named = re.sub(r"\W+", "-", f"{address.path}-{address.query}").strip("-") or "inicio"
    width = page.viewport_size["width"] if page.viewport_size else 0
    path = Path(folder) / f"{named[:80]}--{test[:60]}--{width}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    # Of a page that was scrolled the picture would show the links past the menu, in its midst.
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=path, full_page=True, animations="disabled", caret="hide")
    return path
