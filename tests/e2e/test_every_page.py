"""Every screen, wide, narrow and at a zoom of 200 %: nothing logged, nothing refused by the policy, no sideways scroll,
nothing cut off, no grave axe fault.

The first two are watched for in every test of this folder; here each screen is opened, once with little in it and once
with all that it can show.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import resolve
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from recado.emulator.serve import RunningEmulator
from recado.outbox.models import Status
from recado.web.urls import urlpatterns
from tests.e2e.accessibility import grave_faults
from tests.e2e.conftest import Troubles
from tests.e2e.pages import LONG_NAME, fill_the_house
from tests.e2e.pictures import keep_picture
from tests.e2e.steps import cut_off, missing_icons, sideways
from tests.web.attendance import go_wrong, open_ra

pytestmark = pytest.mark.sqlite
_NAMED = re.compile(r"\{\w+\}")

# Each page of the screens stands in one of these lists, or in `NO_PAGE` with the reason; a test below fails for one
# that does not. `EMPTY` are looked at with nothing in the database, `FULL` with all that they can show: what stands in
# braces is named by `fill_the_house`.
EMPTY = (
    "/",
    "/mensagens/",
    "/mensagens-com-erro/",
    "/emails-com-erro/",
    "/emails-com-erro/descartados/",
    "/ra/",
    "/ra/inserir/",
    "/sair/",
    "/demonstracao/celular/",
    "/cliente/",
    "/painel/",
    "/respostas/",
    "/pedidos-de-nao-receber/",
    "/ajuda/",
    "/ajuda/situacoes/",
    "/ajuda/inserir-ra/",
    "/ajuda/guia-da-api/",
    "/usuarios/",
    "/usuarios/novo/",
    "/minha-senha/",
    "/auditoria/",
    "/parametros/",
    "/aparelhos/parear/",
    "/aparelhos/parear/desfazer/?address=A4:77:33:00:00:01",
    "/tipos/",
    "/tipos/novo/",
    "/tipos/1/",
    "/faturamento/mensagem/",
    "/faturamento/envio/",
    "/faturamento/consentimentos/?cliente=501",
    "/avaliar/obrigado/",
    "/contas-playsms/",
    "/contas-playsms/nova/",
    "/aparelhos/",
    "/alarmes/",
    "/lotes/",
    "/lotes/novo/",
    "/sistemas/",
    "/sistemas/novo/",
)
FULL = (
    "/",
    "/mensagens/?inicio={today}&fim={today}",
    "/mensagens/?inicio=31/02/2026&fim=x",
    "/mensagens/?inicio={today}&fim={today}&estado=failed&ordem=-celular",
    "/mensagens-com-erro/",
    "/mensagens-com-erro/?motivo=no_credit",
    "/mensagens-com-erro/reenviar-todas/",
    "/emails-com-erro/",
    "/emails-com-erro/?motivo=talvez",
    "/emails-com-erro/reenviar-todos/",
    "/emails-com-erro/descartar/?todos=sim",
    "/emails-com-erro/descartados/",
    "/emails/{mail}/reenviar/",
    "/emails/{mail}/corrigir/",
    "/emails/{mail}/confirmar/",
    "/ra/",
    "/ra/{ra}/",
    "/ra/{ra}/encerrar/",
    "/ra/{ra}/reiterar/",
    "/ra/{ra}/protocolo/{reiterated}/",
    "/ra/{ra}/solicitante/{requester}/celular/",
    "/mensagens/{failed}/",
    "/mensagens/{failed}/reenviar/",
    "/mensagens/{failed}/corrigir/",
    "/mensagens/{failed}/descartar/",
    "/mensagens/{unsure}/",
    "/mensagens/{unsure}/reenviar/",
    "/mensagens/{unsure}/corrigir/",
    "/mensagens/{unsure}/descartar/",
    "/mensagens/{unsure}/confirmar/",
    "/demonstracao/celular/",
    "/painel/",
    "/respostas/",
    "/pedidos-de-nao-receber/",
    "/auditoria/?acao=ra_viewed",
    "/parametros/",
    "/tipos/1/?versao=1",
    "/usuarios/{person}/",
    "/contas-playsms/{playsms}/",
    "/aparelhos/",
    "/aparelhos/{phone}/",
    "/aparelhos/{phone}/sms-de-teste/",
    "/alarmes/",
    "/sistemas/",
    "/sistemas/{system}/",
    "/sistemas/{system}/avisos/",
    "/sistemas/avisos/{endpoint}/",
)
_PART, _ACTION = "a part of a page", "an action, which leads to a page"
_OF_A_BATCH = "test_every_page_of_a_batch_fits_and_can_be_read_by_everybody, in test_batches"
NO_PAGE = {
    "login": "test_the_login_fits_without_anybody_logged_in",
    "home_live": _PART,
    "live_header": _PART,
    "message_live": _PART,
    "phones_live": _PART,
    "type_preview": _PART,
    "ra_close_notice": _PART,
    "ra_sms_status": _PART,
    "demo_phone_screen": _PART,
    "demo_phone_faults": _PART,
    "demo_phone_command": _ACTION,
    "customer_search": _ACTION,
    "message_search": _ACTION,
    "reply_search": _ACTION,
    "ra_search": _ACTION,
    "reply_read": _ACTION,
    "wish_search": _ACTION,
    "wish_new": _ACTION,
    "wish_end": _ACTION,
    "pairing_live": _PART,
    "pairing_scan": _ACTION,
    "pairing_pair": _ACTION,
    "pairing_answer": _ACTION,
    "pairing_cancel": _ACTION,
    "phone_check": _ACTION,
    "phones_pause": _ACTION,
    "phones_resume": _ACTION,
    "phone_pause": _ACTION,
    "phone_resume": _ACTION,
    "user_reset": _ACTION,
    "playsms_password": "test_a_secret_fits_and_can_be_read_by_everybody, in test_playsms",
    "playsms_token": "test_a_secret_fits_and_can_be_read_by_everybody, in test_playsms",
    "playsms_activate": _ACTION,
    "user_deactivate": _ACTION,
    "user_activate": _ACTION,
    "type_test": _ACTION,
    "type_delete": _ACTION,
    "attention_resend": _ACTION,
    "mail_faults_resend": _ACTION,
    "mail_faults_undo": _ACTION,
    "attention_discard": "test_the_pages_that_only_a_button_leads_to",
    "message_undo": _ACTION,
    "message_export": "a file",
    "health": "for programs",
    "batch": _OF_A_BATCH,
    "batch_prepare": _OF_A_BATCH,
    "batch_cut": _OF_A_BATCH,
    "batch_faults": _OF_A_BATCH,
    "batch_messages": _OF_A_BATCH,
    "batch_return": _OF_A_BATCH,
    "batch_cancel": _OF_A_BATCH,
    "batch_live": _PART,
    "batch_preview": _PART,
    "batch_upload": _ACTION,
    "batch_from_requests": _ACTION,
    "batch_correct": _ACTION,
    "batch_send": _ACTION,
    "batch_approve": _ACTION,
    "batch_pause": _ACTION,
    "batch_resume": _ACTION,
    "batch_model": "a file",
    "batch_faults_file": "a file",
    "batch_export": "a file",
    "token_new": "test_a_token_and_a_call_with_it, in test_systems",
    "token_revoke": _ACTION,
    "client_activate": _ACTION,
    "endpoint_secret": "test_an_endpoint_and_its_secret, in test_systems",
    "endpoint_switch": _ACTION,
    "delivery_again": _ACTION,
    "billing_export": "a file",
    "billing_faults": "a file",
    "billing_live": _PART,
    "billing_measure": _PART,
    "billing_run": _ACTION,
    "evaluation": "test_a_customer_answers_from_a_phone_without_login, in test_billing",
}


def test_every_page_is_looked_at_or_is_none_and_says_why() -> None:
    looked_at = {resolve(_NAMED.sub("1", path).partition("?")[0]).url_name for path in (*EMPTY, *FULL)}
    named = {str(pattern.name) for pattern in urlpatterns}
    assert named - looked_at - NO_PAGE.keys() == set(), "add them to EMPTY, FULL or NO_PAGE"
    assert NO_PAGE.keys() & looked_at == set()
    assert NO_PAGE.keys() <= named


def _look_at(page: Page, paths: tuple[str, ...] | list[str]) -> list[str]:
    """Open each; gives what is wider than the window, and by how much, and what axe-core finds grave."""
    found = []
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        expect(page.locator("h1")).to_be_visible()
        page.evaluate("document.fonts.ready.then(() => true)")
        if beyond := sideways(page):
            found.append(f"{path}: {beyond} px")
        found += [f"{path}: cut: {words}" for words in cut_off(page)]
        found += [f"{path}: no such icon: {name}" for name in missing_icons(page)]
        found += [f"{path}: {fault}" for fault in grave_faults(page)]
    return found


def test_empty_screens(sized_page: Page, emulator: RunningEmulator) -> None:
    assert "\n".join(_look_at(sized_page, EMPTY)) == ""


def test_full_screens(sized_page: Page, emulator: RunningEmulator) -> None:
    emulator.control.unplug()
    named = fill_the_house()
    assert "\n".join(_look_at(sized_page, [path.format(**named) for path in FULL])) == ""


def test_the_pages_that_only_a_button_leads_to(sized_page: Page) -> None:
    failed = [go_wrong(open_ra(mobile=f"+55819000002{number:02d}").message) for number in range(2)]
    sized_page.goto("/mensagens-com-erro/")
    for message in failed:
        sized_page.locator(f'input[name=ids][value="{message.pk}"]').check(force=True)
    sized_page.get_by_role("button", name="Descartar", exact=False).first.click()
    expect(sized_page.get_by_role("heading", level=1)).to_contain_text("Descartar mensagens com erro")
    assert (sideways(sized_page), cut_off(sized_page), grave_faults(sized_page)) == (0, [], [])


def test_on_a_wide_screen_a_list_fits_beside_the_menu_and_its_reasons_can_be_read(page: Page) -> None:
    for message in (open_ra(mobile=f"+55819000002{number:02d}").message for number in range(2)):
        go_wrong(message)
    go_wrong(open_ra().message, Status.UNCERTAIN)
    today = f"{timezone.localdate():%d/%m/%Y}"
    for path in ("/mensagens-com-erro/", "/ra/", f"/mensagens/?inicio={today}&fim={today}"):
        page.goto(path)
        for table in page.locator(".rc-table-wrap").all():
            assert table.evaluate("box => box.scrollWidth - box.clientWidth") == 0, path
    page.goto("/mensagens-com-erro/")
    for reason in page.get_by_role("cell", name="Número inexistente").all():
        # Wide enough for the longest usual word, which was once cut in two.
        assert reason.evaluate("cell => cell.clientWidth") > 160


def test_a_page_that_is_not_there_is_a_page_of_the_house(sized_page: Page, troubles: Troubles) -> None:
    troubles.forgive("404")
    assert _look_at(sized_page, ["/nao-existe/", "/mensagens/999999/"]) == []
    expect(sized_page.get_by_role("link", name="Ir para a tela principal")).to_be_visible()


def test_a_picture_of_a_screen_is_kept_for_whoever_asks(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SCREENS_FOLDER", raising=False)
    page.goto("/parametros/")
    assert keep_picture(page) is None
    monkeypatch.setenv("SCREENS_FOLDER", str(tmp_path / "telas"))
    path = keep_picture(page)
    assert path is not None
    assert path.name.startswith("parametros--")
    assert path.name.endswith("--1280.png")
    assert path.read_bytes().startswith(b"\x89PNG")


def test_the_login_fits_without_anybody_logged_in(new_context: Callable[..., BrowserContext]) -> None:
    for width in (1280, 390):
        page = new_context(viewport={"width": width, "height": 800}).new_page()
        assert _look_at(page, ["/entrar/"]) == []


def test_on_a_narrow_screen_the_menu_opens_by_its_button(
    new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page]
) -> None:
    page = let_in(new_context(viewport={"width": 390, "height": 800}))
    page.goto("/")
    entry = page.get_by_role("navigation", name="Menu principal").get_by_role("link", name="Consultar RA")
    expect(entry).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    entry.click()
    expect(page.get_by_role("heading", name="Consultar RA", level=1)).to_be_visible()


def test_on_a_narrow_screen_no_table_of_the_manual_scrolls(
    new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page]
) -> None:
    page = let_in(new_context(viewport={"width": 390, "height": 800}))
    for slug in ("situacoes", "motivos", "glossario", "talvez-enviada-o-que-fazer", "enviar-sms-em-lote"):
        page.goto(f"/ajuda/{slug}/")
        for table in page.locator(".rc-table-wrap").all():
            assert table.evaluate("box => box.scrollWidth - box.clientWidth") == 0, slug
        assert grave_faults(page) == []


def test_a_customers_story_on_any_screen(sized_page: Page, emulator: RunningEmulator) -> None:
    for _ in range(2):
        open_ra(name=LONG_NAME, description="palavra" * 50)
    sized_page.goto("/")
    sized_page.get_by_label("Protocolo, RA ou celular").fill("(81) 91234-5678")
    sized_page.get_by_role("button", name="Procurar").click()
    expect(sized_page.get_by_role("heading", name="2 RAs")).to_be_visible()
    assert grave_faults(sized_page) == []
    assert sideways(sized_page) == 0
