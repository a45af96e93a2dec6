"""The billing screens and the customer's own page in a real browser: tags at the cursor, live length, steps, axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import Settings

from recado.billing import intake, runs
from recado.billing.models import Notice, Setup
from recado.evaluations.models import Evaluation
from recado.evaluations.operations import invite
from recado.mail.models import Mail
from tests.billing.conftest import HEADING, bill_row, line_of
from tests.e2e.accessibility import grave_faults
from tests.e2e.conftest import Troubles
from tests.e2e.steps import sideways

pytestmark = pytest.mark.sqlite


def test_a_tag_goes_where_the_cursor_of_its_text_is_and_the_length_follows(page: Page) -> None:
    page.goto("/faturamento/mensagem/")
    text = page.get_by_label("Texto SMS")
    text.fill("Conta de  vence logo.")
    text.evaluate("area => area.setSelectionRange(9, 9)")
    page.get_by_role("button", name="SMS: inserir VALOR").click()
    expect(text).to_have_value("Conta de {VALOR} vence logo.")
    expect(page.locator("#tamanho")).to_contain_text("95 caracteres, 1 SMS.")
    page.get_by_role("button", name="E-MAIL: inserir NOME").click()
    expect(page.get_by_label("Texto E-MAIL")).to_have_value("{NOME}")
    text.fill("{NADA}")
    expect(page.locator("#tamanho")).to_contain_text("A tag {NADA} não existe (linha 1, coluna 1).")
    page.get_by_role("button", name="Atualizar").click()
    expect(page.get_by_role("alert")).to_contain_text("Informe o valor mínimo da conta.")
    assert grave_faults(page) == []
    text.fill("Sua conta de {VALOR} vence em {VENCTO}.")
    page.get_by_label("Valor mínimo da conta").fill("10,00")
    page.locator("label", has_text="Residencial").click()
    page.get_by_label("Número máximo de tentativas").fill("5")
    page.get_by_role("button", name="Atualizar").click()
    expect(page.get_by_text("Versão 1 em vigor.")).to_be_visible()
    assert Setup.objects.get().email_text == "{NOME}"


def test_on_a_telephone_every_tag_has_its_buttons_within_reach(
    new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page]
) -> None:
    page = let_in(new_context(viewport={"width": 390, "height": 900}))
    page.goto("/faturamento/mensagem/")
    button = page.get_by_role("button", name="E-MAIL: inserir NOME")
    expect(button).to_be_visible()
    hidden = page.locator(".rc-table-wrap").evaluate("box => box.scrollWidth - box.clientWidth")
    assert hidden == 0
    assert grave_faults(page) == []


def test_a_file_is_sent_and_prepared_with_progress_on_any_screen(
    page: Page, tmp_path: Path, new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page]
) -> None:
    test_a_tag_goes_where_the_cursor_of_its_text_is_and_the_length_follows(page)
    today = timezone.localdate()
    rows = [bill_row(number, due_date=today + timedelta(days=number % 3)) for number in range(1, 6)]
    file = tmp_path / "contas.csv"
    file.write_text("\n".join([HEADING, *map(line_of, rows), "x"]), encoding="utf-8")
    page.goto("/faturamento/envio/")
    page.get_by_label("Arquivo de contas (CSV)").set_input_files(str(file))
    page.get_by_role("button", name="Enviar arquivo").click()
    expect(page.get_by_text("recebido. A leitura aparece nesta página.")).to_be_visible()
    assert not intake.read_some(timezone.now())
    page.goto("/faturamento/envio/")
    expect(page.get_by_text("5 contas novas, 0 mudadas, 0 iguais, 1 com problema.")).to_be_visible()
    page.get_by_role("button", name="Preparar").click()
    expect(page.get_by_text("Preparar do grupo 1, 11/2026 em andamento.")).to_be_visible()
    while runs.carry_on(timezone.now()):
        pass
    # Nobody touches the page: it sees by itself that the step is over.
    expect(page.get_by_role("heading", name="Avisos por situação")).to_be_visible()
    assert Notice.objects.filter(channel="sms", state="prepared").count() == 5
    narrow = let_in(new_context(viewport={"width": 390, "height": 800}))
    for sized in (page, narrow):
        for path in ("/faturamento/mensagem/", "/faturamento/envio/"):
            sized.goto(path)
            assert grave_faults(sized) == []
            assert sideways(sized) == 0


def test_undoing_and_leaving_change_nothing_that_is_in_force(page: Page) -> None:
    test_a_tag_goes_where_the_cursor_of_its_text_is_and_the_length_follows(page)
    assert page.get_by_label("Mês/ano de referência").get_attribute("readonly") is not None
    text, minimum = page.get_by_label("Texto SMS"), page.get_by_label("Valor mínimo da conta")
    text.fill("Outro texto.")
    minimum.fill("99,00")
    page.locator("label", has_text="Comercial").click()
    page.get_by_role("link", name="Desfazer").click()
    expect(text).to_have_value("Sua conta de {VALOR} vence em {VENCTO}.")
    expect(minimum).to_have_value("10,00")
    expect(page.get_by_label("Comercial")).not_to_be_checked()
    text.fill("Outro texto.")
    page.get_by_role("link", name="Cancelar").click()
    expect(page).to_have_url(re.compile(r"^https?://[^/]+/$"))
    assert Setup.objects.get().sms_text == "Sua conta de {VALOR} vence em {VENCTO}."


def test_collection_has_its_own_texts_beside_those_of_bills(
    new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page]
) -> None:
    page = let_in(new_context(viewport={"width": 390, "height": 900}))
    page.goto("/faturamento/mensagem/")
    page.get_by_role("link", name="Cobrança").click()
    expect(page.get_by_role("link", name="Cobrança")).to_have_attribute("aria-current", "true")
    # The buttons of the tags work once the page's scripts are there.
    page.wait_for_load_state()
    text = page.get_by_label("Texto SMS")
    page.get_by_role("button", name="SMS: inserir VALORDOC").click()
    expect(text).to_have_value("{VALORDOC}")
    expect(page.locator("#tamanho")).to_contain_text("74 caracteres, 1 SMS.")
    text.fill("{VALOR}")
    expect(page.locator("#tamanho")).to_contain_text("é de mensagem de conta, não de cobrança (linha 1, coluna 1)")
    text.fill("Documento de {VALORDOC}, válido até {VALIDADEDOC}.")
    page.get_by_label("Texto E-MAIL").fill("Olá, {NOME}.")
    page.get_by_label("Valor mínimo do documento").fill("50,00")
    page.locator("label", has_text="Residencial").click()
    page.get_by_label("Número máximo de tentativas").fill("5")
    page.get_by_role("button", name="Atualizar").click()
    expect(page.get_by_text("Versão 1 em vigor.")).to_be_visible()
    expect(page.get_by_role("link", name="Cobrança")).to_have_attribute("aria-current", "true")
    assert Setup.objects.get().kind == "collection"
    for path in ("/faturamento/mensagem/?tipo=cobranca", "/faturamento/envio/?tipo=cobranca"):
        page.goto(path)
        assert grave_faults(page) == []
        assert sideways(page) == 0


def test_a_customer_answers_from_a_phone_without_login(
    new_context: Callable[..., BrowserContext], settings: Settings, transactional_db: None, troubles: Troubles
) -> None:
    settings.RECADO_SMTP_URL, settings.RECADO_MAIL_FROM = "smtp://127.0.0.1:1", "recado@agua.example"
    settings.RECADO_PUBLIC_URL = "https://recado.agua.example"
    invite(ra_number=1, protocol="20261000000001", address="maria@example.com", now=timezone.now())
    (link,) = re.findall(r"https://recado\.agua\.example(/\S+)", Mail.objects.get().text)
    page = new_context(viewport={"width": 390, "height": 800}).new_page()
    page.goto(link)
    assert grave_faults(page) == []
    assert sideways(page) == 0
    page.get_by_role("button", name="Enviar avaliação").click()
    expect(page.get_by_role("alert")).to_contain_text("Escolha uma nota de 1 a 5.")
    page.locator("label", has_text="4 – Bom").click()
    page.get_by_label("Comentário, se quiser").fill("Vieram rápido.")
    page.get_by_role("button", name="Enviar avaliação").click()
    expect(page.get_by_text("Obrigado! Sua avaliação foi guardada")).to_be_visible()
    troubles.forgive("404")
    page.goto(link)
    expect(page.get_by_text("Este link já foi usado")).to_be_visible()
    assert grave_faults(page) == []
    assert Evaluation.objects.get().grade == 4


def test_a_customer_answers_without_scripts_and_is_told_what_is_missing(
    new_context: Callable[..., BrowserContext], settings: pytest.FixtureRequest
) -> None:
    settings.RECADO_SMTP_URL, settings.RECADO_MAIL_FROM = "smtp://127.0.0.1:1", "recado@agua.example"
    settings.RECADO_PUBLIC_URL = "https://recado.agua.example"
    invite(ra_number=1, protocol="20261000000001", address="maria@example.com", now=timezone.now())
    (path,) = re.findall(r"agua\.example(/avaliar/[\w-]+/)", Mail.objects.get().text)
    page = new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    page.goto(path)
    page.get_by_role("button", name="Enviar avaliação").click()
    expect(page.get_by_text("Escolha uma nota de 1 a 5.").first).to_be_visible()
    page.get_by_text("2 – Ruim").click()
    page.get_by_label("Comentário, se quiser").fill("Demorou.")
    page.get_by_role("button", name="Enviar avaliação").click()
    expect(page.get_by_text("Obrigado! Sua avaliação foi guardada")).to_be_visible()
    kept = Evaluation.objects.get()
    assert (kept.grade, kept.comment) == (2, "Demorou.")
