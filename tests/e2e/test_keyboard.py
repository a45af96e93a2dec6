"""Each screen's main way without a mouse: reached by Tab, done by Enter, Space and typing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from recado import parameters
from recado.emulator.serve import RunningEmulator
from recado.outbox.models import Message, MessageType, Status
from recado.phones.models import Phone
from recado.service_requests.models import Requester, ServiceRequest
from tests.e2e.conftest import Troubles
from tests.e2e.steps import around_today
from tests.web.attendance import go_wrong, open_ra

pytestmark = pytest.mark.sqlite
MOST_STEPS = 120


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is on `wanted`, which is then seen to have an outline or another mark."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            shown = wanted.evaluate("element => element.getClientRects().length > 0")
            assert shown, "the focus is on what nobody sees"
            return
    pytest.fail(f"Tab does not reach {wanted}")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def test_the_first_tab_leads_past_the_menu(page: Page) -> None:
    page.goto("/ra/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Ir para o conteúdo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#conteudo")).to_be_focused()


def test_an_ra_is_inserted_reiterated_and_closed(page: Page) -> None:
    page.goto("/ra/inserir/")
    for label, typed in (
        ("Tipo de solicitação", "Água"),
        ("Especificação", "Vazamento na rua"),
        ("Meio de solicitação", "Telefone"),
        ("Nome do solicitante", "Beatriz Souza"),
        ("Celular com DDD", "81 91234-5678"),
    ):
        tab_to(page, page.get_by_label(label))
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Informe o protocolo ao cliente.")).to_be_visible()
    ra = ServiceRequest.objects.get()
    page.goto(f"/ra/{ra.pk}/reiterar/")
    tab_to(page, page.get_by_label("Nome do solicitante"))
    page.keyboard.type("Carlos Lima")
    tab_to(page, button(page, "Reiterar RA"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Ver RA")).to_be_visible()
    assert Requester.objects.count() == 2
    page.goto(f"/ra/{ra.pk}/encerrar/")
    tab_to(page, page.get_by_label("Motivo do encerramento"))
    page.keyboard.type("Conclusão do serviço")
    tab_to(page, page.get_by_label("Parecer do encerramento"))
    page.keyboard.type("Consertado.")
    tab_to(page, button(page, "Encerrar RA"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"RA {ra.pk}")).to_be_visible()
    ra.refresh_from_db()
    assert ra.closed_at is not None


def test_messages_are_searched_sorted_and_opened(page: Page) -> None:
    message = open_ra().message
    start, end = around_today()
    page.goto("/mensagens/")
    tab_to(page, page.get_by_role("textbox", name="Data inicial"))
    page.keyboard.type(start)
    tab_to(page, page.get_by_role("textbox", name="Data final"))
    page.keyboard.type(end)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 mensagem")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Celular"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Celular")).to_have_attribute("aria-sort", "ascending")
    tab_to(page, page.get_by_role("link", name=f"Mensagem do protocolo {message.protocol}"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Mensagem do protocolo {message.protocol}", level=1)).to_be_visible()


def test_a_customer_is_found_from_the_main_screen(page: Page) -> None:
    open_ra()
    page.goto("/")
    tab_to(page, page.get_by_label("Protocolo, RA ou celular"))
    page.keyboard.type("81912345678")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="O que aconteceu")).to_be_visible()


def test_failed_messages_are_ticked_and_sent_again(page: Page) -> None:
    failed = [go_wrong(open_ra(mobile=f"+55819000003{number:02d}").message) for number in range(2)]
    page.goto("/mensagens-com-erro/")
    for message in failed:
        tab_to(page, page.locator(f'input[name=ids][value="{message.pk}"]'))
        page.keyboard.press("Space")
        page.locator("body").evaluate("() => document.activeElement.blur()")
    tab_to(page, page.get_by_role("button", name="Reenviar 2 mensagens"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nenhuma mensagem com erro.")).to_be_visible()
    assert Message.objects.filter(status=Status.QUEUED).count() == 2


def test_a_text_is_changed(page: Page, troubles: Troubles) -> None:
    # Who goes on while the phone's drawing is asked for ends that request, and htmx says so.
    troubles.forgive("htmx:")
    page.goto("/tipos/1/")
    tab_to(page, page.get_by_label("Texto"))
    page.keyboard.press("Control+A")
    page.keyboard.type("Protocolo {PROTOCOLO}.")
    expect(page.locator("#previa .rc-bubble").first).to_contain_text("Protocolo 2026")
    tab_to(page, button(page, "Conferir mudanças"))
    page.keyboard.press("Enter")
    tab_to(page, button(page, "Salvar nova versão"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Versão 2 em vigor.")).to_be_visible()
    assert MessageType.objects.get(pk=1).template == "Protocolo {PROTOCOLO}."


def test_a_parameter_is_changed_by_enter_in_its_field(page: Page) -> None:
    page.goto("/parametros/")
    tab_to(page, page.get_by_label("Assinatura"))
    page.keyboard.type("Conte conosco.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 mudança salva.")).to_be_visible()
    assert parameters.get().signature == "Conte conosco."
    tab_to(page, page.get_by_role("button", name="Voltar ao padrão").first)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Assinatura")).to_have_value("")


def test_a_phone_is_paused(page: Page, emulator: RunningEmulator) -> None:
    page.goto("/aparelhos/")
    phone = Phone.objects.get()
    tab_to(page, page.get_by_role("button", name=f"Pausar {phone.name}"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Retomar {phone.name}")).to_be_visible()


def test_a_user_is_made(page: Page) -> None:
    page.goto("/usuarios/novo/")
    tab_to(page, page.locator("#id_username"))
    page.keyboard.type("carla.nova")
    tab_to(page, page.locator("#id_first_name"))
    page.keyboard.type("Carla")
    tab_to(page, page.locator("input[name=role]").first)
    page.keyboard.press("Space")
    tab_to(page, button(page, "Cadastrar usuário"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("carla.nova").first).to_be_visible()
    assert User.objects.filter(username="carla.nova").exists()
