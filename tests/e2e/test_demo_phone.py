"""*Celular de demonstração*: what goes over the line shows up by itself, and its switches reach the line."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from recado.emulator.serve import RunningEmulator
from recado.outbox.models import SENT_GROUP, Message, Status
from recado.phones.models import Condition, Phone
from tests.gateway.conftest import queue, until

pytestmark = pytest.mark.sqlite

HEADER_POLL_MS = 15_000


def test_sms_appear_as_they_arrive_with_part_encoding_and_time(page: Page, emulator: RunningEmulator) -> None:
    page.goto("/demonstracao/celular/")
    expect(page.get_by_text("Nenhuma mensagem passou pela linha ainda.")).to_be_visible()
    queue("+5581900000007", "Bom dia, sua água volta às 8h.", key="short")
    bubbles = page.locator(".rc-phone-messages li")
    expect(bubbles).to_have_count(1)
    expect(bubbles.first).to_contain_text("Para (81) 90000-0007")
    expect(bubbles.first).to_contain_text("7 bits")
    queue("+5581900000008", "Aviso. " * 40, key="long")
    expect(bubbles).to_have_count(3)
    expect(bubbles.nth(2)).to_contain_text("parte 2/2")
    expect(page.get_by_text("3 SMS saíram deste aparelho.")).to_be_visible()


def test_a_cable_pulled_on_the_page_is_told_in_the_header_and_plugged_again_the_queue_goes_out(
    new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page], emulator: RunningEmulator
) -> None:
    context = new_context()
    # The header asks every 15 s: the browser's clock is put forward instead of waiting.
    context.clock.install()
    page = let_in(context)
    until(lambda: Phone.objects.get().condition == Condition.READY)
    page.goto("/demonstracao/celular/")
    header = page.locator("#aparelhos-agora")
    expect(header).to_contain_text("Aparelho 1: pronto")

    page.get_by_role("button", name="Desligar o cabo").click()
    expect(page.get_by_text("O cabo foi desligado.")).to_be_visible()
    until(lambda: Phone.objects.get().condition == Condition.DISCONNECTED)
    page.clock.fast_forward(HEADER_POLL_MS)
    expect(header).to_contain_text("desconectado")
    waiting = queue(key="while unplugged")

    page.get_by_role("button", name="Ligar o cabo").click()
    (arrived,) = emulator.wait_on_air(1)
    assert arrived.number == waiting.number
    until(lambda: Message.objects.get(pk=waiting.pk).status in SENT_GROUP)
    page.clock.fast_forward(HEADER_POLL_MS)
    expect(header).to_contain_text("Aparelho 1: pronto")
    expect(page.locator(".rc-phone-messages li")).to_have_count(1)


def test_a_fault_switched_on_strikes_the_next_sms_and_the_switch_goes_back_by_itself(
    page: Page, emulator: RunningEmulator
) -> None:
    page.goto("/demonstracao/celular/")
    page.get_by_label("Código de Operadora recusa").fill("1")
    page.get_by_role("button", name="Ligar a falha Operadora recusa").click()
    expect(page.get_by_text("A falha foi ligada.")).to_be_visible()
    expect(page.get_by_role("button", name="Desligar a falha Operadora recusa")).to_be_visible()
    refused = queue(key="struck")
    until(lambda: Message.objects.get(pk=refused.pk).status == Status.FAILED)
    expect(page.get_by_role("button", name="Ligar a falha Operadora recusa")).to_be_visible()
    assert emulator.on_air == []


def test_a_phone_that_is_not_running_is_said_so_and_shown_again_when_it_runs(
    page: Page, emulator: RunningEmulator
) -> None:
    page.goto("/demonstracao/celular/")
    expect(page.locator(".rc-phone")).to_be_visible()
    here = emulator.control_path
    away = here.with_name("away")
    here.rename(away)
    expect(page.get_by_text("O emulador não está em execução.")).to_be_visible()
    away.rename(here)
    expect(page.locator(".rc-phone")).to_be_visible()
