"""The whole product, used as people use it: a browser, the screens, the gateway, a phone in software on a real line.

The screens run in a thread (`live_server`), the gateway in another, the phone in a third; the browser is Debian's
Chromium, one for each worker of a parallel run. A page that logs an error, breaks the content security policy or meets
a 500 fails its test, whatever the test is about. Nothing sleeps: playwright waits for what it is told to expect.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from recado.emulator.serve import RunningEmulator
from recado.people.membership import give_role
from recado.people.roles import ADMINISTRATOR
from tests.gateway.conftest import Scene, scene

__all__ = ["scene"]

# Four times what the slowest live part, the header, lets pass until it asks again: one missed asking fails no test.
PATIENCE_MS = 60_000
PASSWORD = "agua-limpa-todo-dia"
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
# Chromium writes a violation to the console too, but not what was refused where.
_TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) =>
  console.error("CSP", event.violatedDirective, event.blockedURI, event.sourceFile, event.lineNumber), true)"""


@pytest.fixture(scope="package")
def chromium(django_db_setup: None) -> Iterator[Browser]:
    """The browser of this worker, for as long as its tests are those of this folder.

    Playwright keeps an event loop in this thread. Where there is one, Django refuses its database unless told
    otherwise, and opens another connection, which would not know the seeds that each test puts back. Loop and
    exceptions end together, so that no other test runs with them.
    """
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("Chromium is not installed; on Debian: apt-get install chromium")
    expect.set_options(timeout=PATIENCE_MS)
    database = connections["default"]
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            connections["default"] = database
            browser = playwright.chromium.launch(
                executable_path=path, args=list(_QUIET), ignore_default_args=["--disable-back-forward-cache"]
            )
            yield browser
            browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Troubles:
    """What no page may do; `forgive` names a part of a line that one test provokes on purpose."""

    lines: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)

    def forgive(self, part: str) -> None:
        self.forgiven.append(part)

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.lines.append(f"script: {error.error}"))
        context.on("response", self._see)

    def left(self) -> list[str]:
        return [line for line in self.lines if not any(part in line for part in self.forgiven)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.lines.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _see(self, response: Response) -> None:
        if response.status >= 500:
            self.lines.append(f"{response.status}: {response.url}")


@pytest.fixture
def troubles() -> Iterator[Troubles]:
    seen = Troubles()
    yield seen
    assert not seen.left()


@pytest.fixture
def new_context(
    chromium: Browser, live_server: LiveServer, troubles: Troubles, settings: Settings
) -> Iterator[Callable[..., BrowserContext]]:
    """Make a window of its own, not logged in: as `Browser.new_context`, at the address of the screens.

    The windows are closed while the test's settings still stand: a live part that asked after that would find no
    demonstration.
    """
    made: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        usual: dict[str, object] = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
        where: dict[str, object] = {
            "base_url": live_server.url,
            "locale": "pt-BR",
            "timezone_id": "America/Sao_Paulo",
        }
        context = chromium.new_context(**(where | usual | options))
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(_TELL_VIOLATIONS)
        troubles.watch(context)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def attendant(transactional_db: None) -> User:
    """Somebody who may see every screen."""
    user = User.objects.create_user("ana", password=PASSWORD, first_name="Ana", last_name="Lima")
    give_role(user, ADMINISTRATOR)
    return user


@pytest.fixture
def let_in(attendant: User, live_server: LiveServer) -> Callable[[BrowserContext], Page]:
    """Give a page of the window, with the attendant logged in; what the login screen does has tests of its own."""

    def enter(context: BrowserContext) -> Page:
        client = Client()
        client.force_login(attendant, backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies["sessionid"]
        context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
        return context.new_page()

    return enter


@pytest.fixture
def page(new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page]) -> Page:
    """A page in which the attendant is logged in."""
    return let_in(new_context())


@pytest.fixture
def emulator(scene: Scene, settings: Settings) -> RunningEmulator:
    """A demonstration, as `recado run --demo` makes it: one phone in software, served by the gateway."""
    _, running = scene.add_phone()
    settings.RECADO_DEMO = True
    settings.RECADO_EMULATOR_CONTROL = running.control_path
    scene.start()
    return running


@pytest.fixture(params=[(1280, 1), (390, 1), (640, 2)], ids=["wide", "narrow", "zoomed"])
def sized_page(
    request: pytest.FixtureRequest,
    new_context: Callable[..., BrowserContext],
    let_in: Callable[[BrowserContext], Page],
) -> Page:
    """A window of 1280 px, of a telephone, and of 1280 px at a zoom of 200 %: half the CSS pixels, twice as dense."""
    width, density = request.param
    return let_in(new_context(viewport={"width": width, "height": 800 // density}, device_scale_factor=density))
