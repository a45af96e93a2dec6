"""*Fila e aparelhos*: the queue moves on the page by itself, all sending stops and goes on, and every page tells."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from recado.emulator.serve import RunningEmulator
from recado.outbox.models import SENT_GROUP, Message
from recado.phones.models import Condition, Phone
from tests.gateway.conftest import queue, until

pytestmark = pytest.mark.sqlite

HEADER_POLL_MS = 15_000
PAGE_POLL_MS = 5_000


@pytest.fixture
def page(new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page]) -> Page:
    """A page whose clock is put forward instead of waiting for it to ask again."""
    context = new_context()
    context.clock.install()
    return let_in(context)


def test_all_sending_stops_and_goes_on_and_the_queue_is_told_without_a_reload(
    page: Page, emulator: RunningEmulator
) -> None:
    until(lambda: Phone.objects.get().condition == Condition.READY)
    page.goto("/aparelhos/")
    page.get_by_role("button", name="Pausar todo o envio").click()
    expect(page.get_by_text("Envio pausado: 1 aparelho pausado.")).to_be_visible()
    expect(page.locator("#aparelhos-agora")).to_contain_text("pausado")
    waiting = queue(key="while all is paused")
    page.clock.fast_forward(PAGE_POLL_MS)
    expect(
        page.get_by_text("1 mensagem na fila. Nenhum aparelho pronto: a fila espera; nada se perde.")
    ).to_be_visible()

    page.get_by_role("button", name="Retomar todo o envio").click()
    expect(page.get_by_text("Envio retomado: 1 aparelho de volta.")).to_be_visible()
    emulator.wait_on_air(1)
    until(lambda: Message.objects.get(pk=waiting.pk).status in SENT_GROUP)
    page.clock.fast_forward(PAGE_POLL_MS)
    expect(page.get_by_text("Nenhuma mensagem na fila.")).to_be_visible()
    expect(page.get_by_text("0,2 por minuto (1 enviada nos últimos 5 minutos)")).to_be_visible()


def test_a_phone_that_goes_down_and_a_message_that_fails_are_seen_on_any_open_page(
    page: Page, emulator: RunningEmulator
) -> None:
    until(lambda: Phone.objects.get().condition == Condition.READY)
    page.goto("/ra/inserir/")
    count = page.locator("[data-count=attention]")
    icon = page.locator("link[rel=icon]")
    expect(count).to_be_hidden()
    expect(icon).to_have_attribute("href", re.compile("favicon"))
    emulator.control.set_fault("reject", {"value": 1, "times": 1})
    failed = queue(key="refused")
    until(lambda: Message.objects.get(pk=failed.pk).status == "failed")
    emulator.control.unplug()
    until(lambda: Phone.objects.get().condition == Condition.DISCONNECTED)
    page.clock.fast_forward(HEADER_POLL_MS)
    expect(count).to_have_text("1")
    expect(count).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(1\) Inserir RA"))
    expect(icon).to_have_attribute("href", re.compile("favicon-parado"))
    expect(page.locator("#aparelhos-agora")).to_contain_text("desconectado")


def test_header_and_card_never_say_different_things_and_all_is_announced_once(
    page: Page, emulator: RunningEmulator
) -> None:
    until(lambda: Phone.objects.get().condition == Condition.READY)
    page.goto("/aparelhos/")
    header, card = page.locator("#aparelhos-agora"), page.locator("article .br-tag").first
    expect(header).to_contain_text("pronto")
    emulator.control.unplug()
    until(lambda: Phone.objects.get().condition == Condition.DISCONNECTED)
    page.clock.fast_forward(PAGE_POLL_MS)
    expect(card).to_contain_text("Desconectado")
    expect(header).to_contain_text("desconectado")
    expect(header).to_have_count(1)
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("favicon-parado"))
    expect(page.locator("#aviso-vivo")).to_have_text(re.compile(r"desconectado\.$"))
