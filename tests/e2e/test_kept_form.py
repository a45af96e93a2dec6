"""What an attendant has typed while the session ends under it, in a real browser."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from recado.service_requests.models import Requester
from tests.e2e.accessibility import grave_faults
from tests.e2e.conftest import PASSWORD, Troubles
from tests.e2e.steps import sideways

pytestmark = pytest.mark.sqlite


def fill_in(page: Page) -> None:
    page.goto("/ra/inserir/")
    page.get_by_label("Tipo de solicitação").select_option(label="Água")
    page.get_by_label("Especificação").select_option(label="Vazamento na rua")
    page.get_by_label("Meio de solicitação").select_option(label="Telefone")
    page.get_by_label("Nome do solicitante").fill("Beatriz Souza")
    page.get_by_label("Celular com DDD").fill("(81) 91234-5678")


def test_a_session_that_ends_under_a_form_loses_nothing_of_it(page: Page, troubles: Troubles) -> None:
    troubles.forgive("401")
    page.clock.install()
    fill_in(page)
    Session.objects.all().delete()
    # The header asks for itself again, finds no session, and leaves the form alone.
    page.clock.fast_forward("00:16")
    expect(page.get_by_role("alert")).to_contain_text("Sua sessão terminou.")
    expect(page.get_by_label("Nome do solicitante")).to_have_value("Beatriz Souza")
    page.get_by_role("button", name="Inserir", exact=True).click()
    expect(page.get_by_text("o que você digitou continua guardado")).to_be_visible()
    page.get_by_label("Usuário").fill("ana")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_role("heading", name="Você entrou de novo")).to_be_visible()
    assert grave_faults(page) == []
    assert sideways(page) == 0
    page.get_by_role("button", name="Enviar o que eu tinha digitado").click()
    expect(page.get_by_text("Inserir outro")).to_be_visible()
    assert Requester.objects.get().name == "Beatriz Souza"


def test_a_form_from_before_another_login_is_sent_by_one_more_button(page: Page, troubles: Troubles) -> None:
    troubles.forgive("403")
    fill_in(page)
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Inserir", exact=True).click()
    expect(page.get_by_role("heading", name="A página ficou aberta por muito tempo")).to_be_visible()
    page.get_by_role("button", name="Enviar o que eu tinha digitado").click()
    expect(page.get_by_text("Inserir outro")).to_be_visible()
    assert Requester.objects.get().name == "Beatriz Souza"
