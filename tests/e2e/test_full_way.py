"""The main job, from the RA to the customer's phone and back to the screen; on every database."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from recado.emulator.serve import RunningEmulator
from recado.outbox.models import SENT_GROUP, Message
from tests.e2e.steps import MOBILE, SENT, around_today, consult, open_ra, row_of
from tests.gateway.conftest import until

NUMBER = "+5581900000012"


def test_an_ra_reaches_the_customers_phone_twice_and_is_found_on_the_screen(
    page: Page, emulator: RunningEmulator
) -> None:
    protocol = open_ra(page)
    opened = emulator.wait_on_air(1)
    assert [(sms.number, protocol in sms.text) for sms in opened] == [(NUMBER, True)]
    # The page was open before the SMS went out; it tells by itself what became of it.
    expect(page.locator("#sms-situacao")).to_contain_text(SENT)

    consult(page, *around_today())
    expect(page.get_by_role("heading", name="1 mensagem")).to_be_visible()
    row = row_of(page, protocol)
    expect(row).to_contain_text(MOBILE)
    expect(row).to_contain_text(SENT)

    row.get_by_role("link", name="RA").click()
    page.get_by_role("link", name="Encerrar", exact=True).click()
    page.get_by_label("Motivo do encerramento").select_option("2")
    expect(page.locator("#aviso-sms")).to_contain_text("1 celular receberá")
    promised = page.locator("#aviso-sms .rc-bubble").inner_text()
    page.get_by_label("Parecer do encerramento").fill("Vazamento consertado.")
    page.get_by_role("button", name="Encerrar RA").click()
    expect(page.get_by_role("heading", name="Encerramento")).to_be_visible()

    _, closed = emulator.wait_on_air(2)
    assert (closed.number, closed.text) == (NUMBER, promised)
    assert protocol in closed.text
    until(lambda: Message.objects.filter(status__in=SENT_GROUP).count() == 2)
    consult(page, *around_today(), "Enviadas")
    expect(page.get_by_role("heading", name="2 mensagens")).to_be_visible()
    expect(row_of(page, protocol)).to_have_count(2)
