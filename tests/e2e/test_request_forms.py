"""*Inserir RA* sent twice, and the whole way without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from recado.emulator.serve import RunningEmulator
from recado.outbox.models import SENT_GROUP, Message
from recado.service_requests.models import ServiceRequest
from tests.e2e.steps import SENT, around_today, choose, date_field, fill_ra, open_ra, row_of, search, shown_protocol
from tests.gateway.conftest import until

pytestmark = pytest.mark.sqlite

_POST_TWICE = """async (form) => {
  const send = () => fetch(form.action, {method: "POST", body: new URLSearchParams(new FormData(form))});
  return (await Promise.all([send(), send()])).map((response) => response.url);
}"""


def test_a_form_posted_twice_at_once_gives_one_ra_and_one_sms(page: Page, emulator: RunningEmulator) -> None:
    fill_ra(page)
    first, second = page.locator("main form").evaluate(_POST_TWICE)
    assert first == second
    assert ServiceRequest.objects.count() == 1
    until(lambda: Message.objects.get().status in SENT_GROUP)
    assert len(emulator.on_air) == 1


def test_an_impatient_double_click_gives_one_ra(page: Page) -> None:
    fill_ra(page)
    page.get_by_role("button", name="Inserir", exact=True).dblclick()
    expect(page.get_by_text("Informe o protocolo ao cliente.")).to_be_visible()
    assert ServiceRequest.objects.count() == 1


def test_going_back_and_sending_again_shows_the_same_protocol(page: Page) -> None:
    protocol = open_ra(page)
    # The browser keeps the page as it was left and does not load it again.
    page.go_back(wait_until="commit")
    page.get_by_role("button", name="Inserir", exact=True).click()
    expect(page.get_by_text("Informe o protocolo ao cliente.")).to_be_visible()
    assert shown_protocol(page) == protocol
    assert ServiceRequest.objects.count() == 1


def test_the_main_way_works_without_scripts(
    new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page], emulator: RunningEmulator
) -> None:
    page = let_in(new_context(java_script_enabled=False))
    protocol = open_ra(page)
    expect(page.get_by_role("button", name="Copiar")).to_have_count(0)
    until(lambda: Message.objects.get().status in SENT_GROUP)
    page.reload()
    expect(page.locator("#sms-situacao")).to_contain_text(SENT)

    page.goto("/mensagens/")
    expect(page.get_by_role("button", name="Abrir calendário: data inicial")).to_have_count(0)
    start, end = around_today()
    date_field(page, "Data inicial").fill(f"{start[:2]}/{start[2:4]}/{start[4:]}")
    date_field(page, "Data final").fill(f"{end[:2]}/{end[2:4]}/{end[4:]}")
    choose(page, "Enviadas")
    search(page)
    row_of(page, protocol).get_by_role("link", name="RA").click()
    page.get_by_role("link", name="Encerrar", exact=True).click()
    page.get_by_label("Motivo do encerramento").select_option("2")
    page.get_by_role("button", name="Encerrar RA").click()
    expect(page.get_by_role("heading", name="Encerramento")).to_be_visible()
    assert len(emulator.wait_on_air(2)) == 2


def test_type_and_specification_keep_step(page: Page) -> None:
    page.goto("/ra/inserir/")
    kind = page.get_by_label("Tipo de solicitação")
    subtype = page.get_by_label("Especificação")
    everything = subtype.locator("option").count()
    kind.select_option(index=1)
    assert 1 < subtype.locator("option").count() < everything
    kind.select_option("")
    assert subtype.locator("option").count() == everything
    subtype.select_option(index=everything - 1)
    group = subtype.locator("option:checked").evaluate("option => option.closest('optgroup').label")
    assert kind.locator("option:checked").inner_text() == group
