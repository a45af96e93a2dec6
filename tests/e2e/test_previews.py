"""What is shown while a form is filled in: asked again before the answer came, it shows the last and tears nothing off.

A request that htmx aborts is an error in the browser's console, which `troubles` does not let pass.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from recado.service_requests.models import ServiceRequest
from tests.e2e.conftest import Troubles
from tests.e2e.steps import open_ra
from tests.e2e.test_batches import choose, jobs, written  # noqa: F401 - the fixture

pytestmark = pytest.mark.sqlite
# The event comes after the delay of a field that is typed in, right before htmx asks.
_LISTEN = "() => { window.asked = new Promise((done) => addEventListener('htmx:trigger', () => done(), {once: true})) }"


def ask_twice(
    page: Page, troubles: Troubles, address: str, first: Callable[[], object], then: Callable[[], object]
) -> None:
    """Do `then` while the answer to `first` is held back, and let it come after that."""
    held: list[Route] = []
    page.route(address, lambda route: route.continue_() if held else held.append(route))
    with page.expect_request(address):
        first()
    page.evaluate(_LISTEN)
    then()
    page.evaluate("() => window.asked")
    with page.expect_response(address):
        held[0].continue_()
    assert troubles.left() == []


def test_the_length_of_a_bills_sms(page: Page, troubles: Troubles) -> None:
    page.goto("/faturamento/mensagem/")
    text = page.get_by_label("Texto SMS")
    ask_twice(
        page,
        troubles,
        "**/faturamento/mensagem/tamanho/*",
        lambda: text.fill("Conta de {VALOR}."),
        lambda: text.fill("{NADA}"),
    )
    expect(page.locator("#tamanho")).to_contain_text("A tag {NADA} não existe")


def test_the_preview_of_a_batch(page: Page, jobs: None, tmp_path: Path, troubles: Troubles) -> None:  # noqa: F811
    choose(page, written(tmp_path, "celular;nome\n81900000000;Bia\n"))
    text = page.locator("#id_template")
    expect(text).to_be_visible()
    page.wait_for_load_state()
    ask_twice(page, troubles, "**/previa/", lambda: text.fill("Um {NOME}"), lambda: text.fill("Dois {NOME}"))
    expect(page.locator("#previa")).to_contain_text("Dois Bia")


def test_who_is_told_of_a_closing(page: Page, troubles: Troubles) -> None:
    open_ra(page)
    page.goto(f"/ra/{ServiceRequest.objects.get().pk}/encerrar/")
    reason = page.get_by_label("Motivo do encerramento")
    ask_twice(
        page,
        troubles,
        "**/encerrar/aviso/*",
        lambda: reason.select_option(index=1),
        lambda: reason.select_option("2"),
    )
    expect(page.locator("#aviso-sms")).to_contain_text("1 celular receberá")
