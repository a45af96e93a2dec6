"""Every error has a page in the same look, with a way on; the one for 500 needs no database."""

import logging
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.test import Client, RequestFactory

from recado.phones.models import Phone
from recado.web.views import errors
from tests.support.outbox import NOW, make_phone


def fail(*args, **kwargs):
    raise RuntimeError("fictitious fault")


def test_an_unknown_address_leads_on(browser):
    answer = browser.get("/nada/")
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "<h1>Página não encontrada</h1>" in page
    assert "Ir para a tela principal" in page


@pytest.mark.django_db
def test_an_unknown_address_shows_a_stranger_no_menu(anonymous):
    page = anonymous.get("/nada/").content.decode()
    assert "Página não encontrada" in page
    assert "Menu principal" not in page


def test_a_forbidden_page_leads_on(browser, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionDenied

    monkeypatch.setattr("recado.web.views.home.day_figures", refuse)
    answer = browser.get("/")
    assert answer.status_code == 403
    assert "Acesso não permitido" in answer.content.decode()


def test_a_fault_shows_a_code_that_stands_in_the_log(browser, monkeypatch, caplog):
    monkeypatch.setattr("recado.web.views.home.day_figures", fail)
    with caplog.at_level(logging.ERROR):
        answer = browser.get("/")
    assert answer.status_code == 500
    page = answer.content.decode()
    assert "Algo falhou e a página não abriu." in page
    code = re.search(r"informe à TI o código ([A-Z2-9]{6})\.", page)[1]
    assert f"Código {code}: RuntimeError em GET /" in caplog.text
    assert "fictitious fault" not in page


def test_the_page_for_a_fault_asks_nothing_of_the_database(rf):
    # Without the `db` mark any query fails this test.
    answer = errors.server_error(rf.get("/"))
    assert answer.status_code == 500
    assert "Algo falhou" in answer.content.decode()


def test_the_page_for_a_fault_stands_without_style_sheets(rf, settings, caplog):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    answer = errors.server_error(rf.get("/"))
    assert answer.status_code == 500
    assert re.search(r"código [A-Z2-9]{6}\.", answer.content.decode())


def test_a_form_without_its_token_says_that_nothing_was_done(user):
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/entrar/", {"username": "ana", "password": "uma-senha-longa"})
    assert answer.status_code == 403
    assert "nada foi gravado" in answer.content.decode()


@pytest.mark.django_db
def test_an_unreadable_request_is_answered_in_words(anonymous):
    answer = anonymous.get("/entrar/", headers={"host": "outro.exemplo"})
    assert answer.status_code == 400
    assert "Pedido não entendido" in answer.content.decode()


@pytest.mark.django_db
def test_a_body_past_the_limit_is_answered_in_words(anonymous):
    answer = anonymous.post("/entrar/", "username=" + "x" * 3_000_000, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert "Pedido não entendido" in answer.content.decode()


@pytest.mark.django_db
def test_health_is_told_without_login(anonymous):
    answer = anonymous.get("/saude/")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "database": "ok", "disk": "ok", "gateway": "ok"},
    )


@pytest.mark.django_db
def test_health_says_when_the_database_is_silent(rf: RequestFactory, monkeypatch):
    from recado.web.views.health import health

    def refuse():
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = health(rf.get("/saude/"))
    assert answer.status_code == 503


@pytest.mark.parametrize("fault", [OperationalError, InterfaceError])
def test_health_answers_a_logged_in_browser_as_a_program_while_the_database_is_away(browser, monkeypatch, fault):
    def refuse(*args, **kwargs):
        raise fault("server closed the connection unexpectedly")

    with monkeypatch.context() as away:
        away.setattr(connection, "cursor", refuse)
        answer = browser.get("/saude/")
    assert answer.status_code == 503
    assert answer.json() == {"status": "fail", "database": "fail", "disk": "ok", "gateway": "unknown"}


@pytest.mark.parametrize("reason", ["database or disk is full", "server closed the connection unexpectedly"])
def test_a_database_that_refuses_says_that_nothing_was_kept(browser, monkeypatch, reason):
    def refuse(*args, **kwargs):
        raise OperationalError(reason)

    monkeypatch.setattr("recado.web.views.ra_new.RaNewForm", refuse)
    answer = browser.post("/ra/inserir/", {"name": "Ana"})
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "Nada do que você enviou foi gravado." in page
    assert reason not in page


@pytest.mark.django_db
def test_health_says_when_the_disk_takes_no_more(anonymous, monkeypatch):
    monkeypatch.setattr("recado.web.views.health.LEAST_FREE_BYTES", 1 << 62)
    answer = anonymous.get("/saude/")
    assert answer.status_code == 503
    assert answer.json() == {"status": "fail", "database": "ok", "disk": "full", "gateway": "ok"}


@pytest.mark.django_db
def test_health_says_when_nothing_sends(anonymous):
    phone = make_phone(holder="")
    Phone.objects.filter(pk=phone.pk).update(created_at=NOW)
    answer = anonymous.get("/saude/")
    assert answer.status_code == 503
    assert answer.json() == {"status": "fail", "database": "ok", "disk": "ok", "gateway": "silent"}
