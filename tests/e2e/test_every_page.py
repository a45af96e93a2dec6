"""Every screen, wide and narrow: nothing logged, nothing refused by the policy, no sideways scroll, no grave axe fault.

The first two are watched for in every test of this folder; here each screen is opened, once with little in it and once
with all that it can show.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from recado.emulator.serve import RunningEmulator
from recado.gsm.causes import Cause
from recado.outbox.models import Status
from recado.service_requests.operations import NewRequester, reiterate
from tests.e2e.accessibility import grave_faults
from tests.e2e.conftest import Troubles
from tests.e2e.steps import sideways
from tests.gateway.conftest import queue
from tests.web.attendance import go_wrong, open_ra

pytestmark = pytest.mark.sqlite

LONG_NAME = "Maria Aparecida da Conceição Albuquerque Cavalcanti de Vasconcelos"[:60]
NOTHING_YET = ("/", "/mensagens/", "/mensagens-com-erro/", "/ra/", "/ra/inserir/", "/sair/", "/demonstracao/celular/")
NOTHING_YET += ("/cliente/", "/painel/", "/respostas/", "/ajuda/", "/ajuda/situacoes/", "/ajuda/inserir-ra/")
NOTHING_YET += (
    "/usuarios/",
    "/usuarios/novo/",
    "/minha-senha/",
    "/auditoria/",
    "/parametros/",
    "/aparelhos/parear/",
    "/aparelhos/parear/desfazer/?address=A4:77:33:00:00:01",
    "/tipos/",
    "/tipos/novo/",
)
NOTHING_YET += ("/tipos/1/",)


@pytest.fixture(params=[1280, 390], ids=["wide", "narrow"])
def sized_page(
    request: pytest.FixtureRequest,
    new_context: Callable[..., BrowserContext],
    let_in: Callable[[BrowserContext], Page],
) -> Page:
    return let_in(new_context(viewport={"width": request.param, "height": 800}))


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
        found += [f"{path}: {fault}" for fault in grave_faults(page)]
    return found


def test_empty_screens(sized_page: Page, emulator: RunningEmulator) -> None:
    assert _look_at(sized_page, NOTHING_YET) == []


def test_full_screens(sized_page: Page, emulator: RunningEmulator) -> None:
    emulator.control.unplug()
    opened = open_ra(name=LONG_NAME, description="palavra" * 50)
    reiterated = reiterate(
        opened.service_request.pk,
        requester=NewRequester("João Inventado", "+5581987654321", f"{'a' * 40}@example.com"),
        now=timezone.now(),
    )
    failed = go_wrong(opened.message)
    unsure = go_wrong(queue(text="Texto sem brancos: " + "x" * 400, key="unsure"), Status.UNCERTAIN)
    for number in range(12):
        go_wrong(queue(f"+55819000001{number:02d}", key=f"failed {number}"), cause=Cause.NO_CREDIT)
    ra = opened.service_request.pk
    today = f"{timezone.localdate():%d/%m/%Y}"
    paths = ["/", f"/mensagens/?inicio={today}&fim={today}", "/mensagens/?inicio=31/02/2026&fim=x"]
    paths += ["/mensagens-com-erro/", "/mensagens-com-erro/?motivo=no_credit", "/mensagens-com-erro/reenviar-todas/"]
    paths += [f"/ra/{ra}/", f"/ra/{ra}/encerrar/", f"/ra/{ra}/reiterar/", "/ra/", "/demonstracao/celular/"]
    paths += ["/painel/", f"/mensagens/?inicio={today}&fim={today}&estado=failed&ordem=-celular"]
    paths += [f"/ra/{ra}/protocolo/{reiterated.requester.pk}/"]
    paths += [f"/ra/{ra}/solicitante/{opened.requester.pk}/celular/", "/auditoria/?acao=ra_viewed"]
    for message in (failed, unsure):
        paths += [f"/mensagens/{message.pk}/{page}" for page in ("", "reenviar/", "corrigir/", "descartar/")]
    assert _look_at(sized_page, paths) == []


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


def test_a_customers_story_on_any_screen(sized_page: Page, emulator: RunningEmulator) -> None:
    for _ in range(2):
        open_ra(name=LONG_NAME, description="palavra" * 50)
    sized_page.goto("/")
    sized_page.get_by_label("Protocolo, RA ou celular").fill("(81) 91234-5678")
    sized_page.get_by_role("button", name="Procurar").click()
    expect(sized_page.get_by_role("heading", name="2 RA")).to_be_visible()
    assert grave_faults(sized_page) == []
    assert sideways(sized_page) == 0
