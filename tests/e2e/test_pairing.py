"""*Parear aparelho* in a real browser: what moves moves by itself, a PIN half typed stays; without scripts by reload.

The gateway's part is played by the test.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from recado.pairing import tasks
from recado.pairing.finds import Find
from recado.pairing.models import PairingTask, Step
from tests.e2e.accessibility import grave_faults
from tests.e2e.steps import sideways

pytestmark = pytest.mark.sqlite
ADDRESS = "A4:77:33:00:00:01"
FINDS = (
    Find(ADDRESS, "Aparelho de nome bem comprido da recepção", -58, False, True, (f"bluetooth:{ADDRESS}",), True),
    Find("A4:77:33:00:00:02", "Fone", None, True, False, (), True),
)


def take() -> PairingTask:
    task = tasks.take("servidor", timezone.now())
    assert task is not None
    return task


def looked_around(page: Page) -> None:
    page.goto("/aparelhos/parear/")
    page.get_by_role("button", name="Procurar aparelhos").click()
    expect(page.get_by_role("heading", name="Procurando aparelhos")).to_be_visible()
    tasks.finish(take(), timezone.now(), finds=FINDS)


def well(page: Page) -> list[str]:
    return [*grave_faults(page), *([f"{beyond} px too wide"] if (beyond := sideways(page)) else [])]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_phone_is_found_compared_and_paired_without_a_reload(
    new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page], width: int
) -> None:
    page = let_in(new_context(viewport={"width": width, "height": 800}))
    looked_around(page)
    expect(page.get_by_role("heading", name="2 aparelhos encontrados")).to_be_visible()
    assert well(page) == []
    page.get_by_label("Nome no Recado para Aparelho de nome").fill("Recepção")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Pareando com")).to_be_visible()
    task = take()
    tasks.ask(task, Step.COMPARE, "004217", timezone.now())
    expect(page.locator("#aviso-vivo")).to_contain_text("o aparelho mostra o número 004217")
    assert well(page) == []
    page.get_by_role("button", name="Sim, é o mesmo número").click()
    expect(page.get_by_text("Se o aparelho perguntar, aceite nele.")).to_be_visible()
    assert tasks.take_answer(task) == tasks.Answer(True, "")
    tasks.finish(task, timezone.now())
    expect(page.get_by_text(f"Pareado com {ADDRESS}.")).to_be_visible()


def test_a_pin_half_typed_stays_while_the_page_asks_on(page: Page) -> None:
    looked_around(page)
    page.get_by_role("button", name="Parear Aparelho de nome").click()
    expect(page.get_by_role("heading", name="Pareando com")).to_be_visible()
    task = take()
    tasks.ask(task, Step.PIN, "", timezone.now())
    page.get_by_label("PIN do aparelho").fill("12")
    assert well(page) == []
    for _ in range(2):
        with page.expect_response(lambda answer: "/parear/vivo/" in answer.url) as answer:
            pass
        assert answer.value.status == 204
    expect(page.get_by_label("PIN do aparelho")).to_have_value("12")
    page.get_by_label("PIN do aparelho").press_sequentially("34")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Se o aparelho perguntar")).to_be_visible()
    assert tasks.take_answer(task) == tasks.Answer(True, "1234")


def test_without_scripts_a_reload_shows_how_far_it_is(
    new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page]
) -> None:
    page = let_in(new_context(java_script_enabled=False))
    page.goto("/aparelhos/parear/")
    page.get_by_role("button", name="Procurar aparelhos").click()
    expect(page.get_by_role("heading", name="Procurando aparelhos")).to_be_visible()
    tasks.finish(take(), timezone.now(), finds=FINDS)
    page.get_by_role("link", name="Atualizar a página").click()
    expect(page.get_by_role("heading", name="2 aparelhos encontrados")).to_be_visible()
