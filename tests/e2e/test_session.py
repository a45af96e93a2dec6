"""The login under a person's hands."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import PASSWORD, Troubles

pytestmark = pytest.mark.sqlite

WRONG = "Usuário ou senha incorretos."
LOCKED = "Muitas tentativas. Tente de novo em 15 minutos ou fale com a TI."


def log_in(page: Page, username: str, password: str) -> None:
    page.get_by_label("Usuário").fill(username)
    page.get_by_label("Senha", exact=False).first.fill(password)
    page.get_by_role("button", name="Entrar").click()


def test_whoever_is_not_logged_in_logs_in_and_lands_where_they_wanted_to_go(
    new_context: Callable[..., BrowserContext], attendant: User
) -> None:
    page = new_context().new_page()
    page.goto("/mensagens/")
    expect(page.get_by_role("heading", name="Entrar")).to_be_visible()
    password = page.locator("#id_password")
    password.fill("abc")
    page.get_by_role("button", name="Mostrar senha").click()
    expect(password).to_have_attribute("type", "text")
    log_in(page, "ana", PASSWORD)
    expect(page.get_by_role("heading", name="Consultar Mensagens Enviadas Via SMS")).to_be_visible()
    expect(page.get_by_text("Ana Lima")).to_be_visible()
    page.get_by_role("button", name="Sair").click()
    expect(page.get_by_role("button", name="Entrar")).to_be_visible()


def test_wrong_passwords_are_refused_without_telling_which_and_the_fifth_locks(
    new_context: Callable[..., BrowserContext], attendant: User, troubles: Troubles
) -> None:
    troubles.forgive("429")
    page = new_context().new_page()
    page.goto("/entrar/")
    for _ in range(4):
        log_in(page, "ana", "errada")
        expect(page.locator("#erros")).to_contain_text(WRONG)
    log_in(page, "ana", "errada")
    expect(page.locator("#erros")).to_contain_text(LOCKED)
    log_in(page, "ana", PASSWORD)
    expect(page.locator("#erros")).to_contain_text(LOCKED)


def test_a_session_that_ended_brings_the_open_page_to_the_login_by_itself(page: Page, troubles: Troubles) -> None:
    troubles.forgive("401")
    page.goto("/")
    expect(page.get_by_role("heading", name="Precisa de atenção")).to_be_visible()
    Session.objects.all().delete()
    expect(page.get_by_role("button", name="Entrar")).to_be_visible()
