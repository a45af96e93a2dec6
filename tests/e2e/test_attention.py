"""*Mensagens com erro*: what went wrong on the line is told, and a person's decision goes out over it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from recado.emulator.serve import RunningEmulator
from recado.outbox.models import SENT_GROUP, Message, Status
from tests.e2e.steps import MOBILE, OTHER_MOBILE, open_ra, row_of
from tests.gateway.conftest import until

pytestmark = pytest.mark.sqlite

UNASSIGNED_NUMBER = {"value": 1, "times": 1}


def test_a_refused_number_is_corrected_and_the_sms_arrives_at_the_new_one(
    page: Page, emulator: RunningEmulator
) -> None:
    emulator.control.set_fault("reject", UNASSIGNED_NUMBER)
    protocol = open_ra(page)
    # The protocol stands whatever becomes of its SMS.
    expect(page.locator("#sms-situacao")).to_contain_text("Com erro")
    page.get_by_role("link", name="Mensagens com erro").click()
    row = row_of(page, protocol)
    expect(row).to_contain_text("Número inexistente")
    row.get_by_role("link", name="Corrigir número").click()
    expect(page.get_by_text(MOBILE).first).to_be_visible()
    page.get_by_label("Número novo").fill(OTHER_MOBILE)
    page.get_by_role("button", name="Corrigir e enviar").click()
    expect(page.get_by_text(f"Número corrigido para {OTHER_MOBILE}.")).to_be_visible()
    (arrived,) = emulator.wait_on_air(1)
    assert (arrived.number, protocol in arrived.text) == ("+5581900000034", True)
    until(lambda: Message.objects.get(number="+5581900000034").status in SENT_GROUP)
    assert Message.objects.get(number="+5581900000012").status == Status.CANCELLED


def test_a_refused_message_is_ticked_and_sent_again(page: Page, emulator: RunningEmulator) -> None:
    emulator.control.set_fault("reject", UNASSIGNED_NUMBER)
    protocol = open_ra(page)
    expect(page.locator("#sms-situacao")).to_contain_text("Com erro")
    page.goto("/mensagens-com-erro/")
    page.get_by_label("Marcar todas desta página").check()
    page.get_by_role("button", name="Reenviar 1 mensagem").click()
    expect(page.get_by_text("1 mensagem voltou para a fila.")).to_be_visible()
    (arrived,) = emulator.wait_on_air(1)
    assert protocol in arrived.text
    assert Message.objects.count() == 1


def test_a_message_that_may_have_gone_out_waits_for_a_person_who_says_that_it_did(
    page: Page, emulator: RunningEmulator
) -> None:
    emulator.control.set_fault("drop_after_submit", {"value": "on_air", "times": 1})
    protocol = open_ra(page)
    expect(page.locator("#sms-situacao")).to_contain_text("Talvez enviada")
    emulator.control.plug()
    page.goto("/mensagens-com-erro/")
    row = row_of(page, protocol)
    expect(page.get_by_text("O cliente pode já ter recebido.")).to_be_visible()
    row.get_by_role("link", name="Já foi enviada").click()
    expect(page.get_by_text("Não se desfaz.")).to_be_visible()
    page.get_by_role("button", name="Sim, já foi enviada").click()
    expect(page.get_by_text("A mensagem foi marcada como enviada.")).to_be_visible()
    expect(page.get_by_text("Nenhuma mensagem com erro.")).to_be_visible()
    assert Message.objects.get().status in SENT_GROUP
    assert len(emulator.on_air) == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_that_it_was_sent_is_confirmed_once_by_a_double_click_too(
    new_context: Callable[..., BrowserContext],
    let_in: Callable[[BrowserContext], Page],
    emulator: RunningEmulator,
    scripts: bool,
) -> None:
    page = let_in(new_context(java_script_enabled=scripts))
    emulator.control.set_fault("drop_after_submit", {"value": "on_air", "times": 1})
    open_ra(page)
    until(lambda: Message.objects.get().status == Status.UNCERTAIN)
    page.goto("/mensagens-com-erro/")
    page.get_by_role("link", name="Já foi enviada").click()
    page.get_by_role("button", name="Sim, já foi enviada").dblclick()
    expect(page.get_by_text("Nenhuma mensagem com erro.")).to_be_visible()
    message = Message.objects.get()
    assert message.status in SENT_GROUP
    assert message.changes.filter(before=Status.UNCERTAIN, after=Status.SENT).count() == 1


def test_a_discarded_message_is_taken_back_by_the_button_that_the_next_page_offers(
    page: Page, emulator: RunningEmulator
) -> None:
    emulator.control.set_fault("reject", UNASSIGNED_NUMBER)
    protocol = open_ra(page)
    expect(page.locator("#sms-situacao")).to_contain_text("Com erro")
    page.goto("/mensagens-com-erro/")
    row_of(page, protocol).get_by_role("link", name="Descartar").click()
    page.get_by_role("textbox").fill("Cliente avisado por telefone.")
    page.get_by_role("button", name="Descartar mensagem").click()
    expect(page.get_by_text("Nenhuma mensagem com erro.")).to_be_visible()
    page.get_by_role("button", name="Desfazer").click()
    expect(row_of(page, protocol)).to_be_visible()


def test_two_people_who_press_at_once_send_it_once(
    page: Page,
    new_context: Callable[..., BrowserContext],
    let_in: Callable[[BrowserContext], Page],
    emulator: RunningEmulator,
) -> None:
    emulator.control.set_fault("reject", UNASSIGNED_NUMBER)
    open_ra(page)
    expect(page.locator("#sms-situacao")).to_contain_text("Com erro")
    other = let_in(new_context())
    for screen in (page, other):
        screen.goto("/mensagens-com-erro/")
        screen.get_by_label("Marcar todas desta página").check()
    for screen in (page, other):
        screen.get_by_role("button", name="Reenviar 1 mensagem").click()
    expect(page.get_by_text("1 mensagem voltou para a fila.")).to_be_visible()
    expect(other.get_by_text("1 mensagem ficou como estava: já não está com erro.")).to_be_visible()
    emulator.wait_on_air(1)
    until(lambda: Message.objects.get().status in SENT_GROUP)
    assert len(emulator.on_air) == 1


def test_several_are_discarded_with_one_reason(page: Page, emulator: RunningEmulator) -> None:
    emulator.control.set_fault("reject", UNASSIGNED_NUMBER | {"times": 2})
    for mobile in (MOBILE, OTHER_MOBILE):
        open_ra(page, mobile)
        expect(page.locator("#sms-situacao")).to_contain_text("Com erro")
    page.goto("/mensagens-com-erro/")
    page.get_by_label("Marcar todas desta página").check()
    page.get_by_role("button", name="Descartar 2 mensagens").click()
    page.get_by_label("Motivo").fill("Clientes avisados por telefone.")
    page.get_by_role("button", name="Descartar 2 mensagens").click()
    expect(page.get_by_text("2 mensagens descartadas: não serão enviadas.")).to_be_visible()
    expect(page.get_by_text("Nenhuma mensagem com erro.")).to_be_visible()
