"""Login tells nothing about who exists, closes after five refusals, and lets nobody else in."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recado.people.membership import give_role
from recado.people.models import AuditEntry
from recado.people.roles import INTEGRATION
from recado.web.views import session

REFUSED = "Usuário ou senha incorretos."


def log_in(client, username="ana", password="uma-senha-longa", **more):
    return client.post("/entrar/", {"username": username, "password": password, **more})


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/", "/mensagens/", "/mensagens/1/", "/mensagens-com-erro/", "/ra/", "/ra/inserir/"])
def test_a_stranger_is_sent_to_the_login_and_comes_back(anonymous, url):
    answer = anonymous.get(url)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/entrar/?next={url}"


def test_a_known_user_goes_to_the_page_that_was_asked_for(anonymous, user):
    assert log_in(anonymous).headers["Location"] == "/"
    anonymous.logout()
    assert log_in(anonymous, next="/mensagens/").headers["Location"] == "/mensagens/"


def test_login_leads_to_no_other_host(anonymous, user):
    assert log_in(anonymous, next="https://example.org/").headers["Location"] == "/"


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("ana", "errada"),
        ("ninguém", "uma-senha-longa"),
        ("parada", "uma-senha-longa"),
        ("x" * 5000, "errada"),
        ("a\0na", "uma-senha-longa"),
        ("ana", "uma\0senha"),
    ],
)
def test_every_refusal_reads_the_same(anonymous, user, username, password):
    User.objects.create_user("parada", password="uma-senha-longa", is_active=False)
    page = log_in(anonymous, username, password).content.decode()
    assert REFUSED in page
    assert "existe" not in page
    assert "<title>Erro: Entrar – Recado</title>" in page


@pytest.mark.django_db
def test_empty_fields_are_asked_for(anonymous):
    page = log_in(anonymous, "", "").content.decode()
    assert "Há 2 campos para corrigir" in page
    assert '<a href="#id_username">Informe o usuário.</a>' in page
    assert '<a href="#id_password">Informe a senha.</a>' in page


def test_five_refusals_close_the_login_for_that_user(anonymous, user):
    for _ in range(5):
        answer = log_in(anonymous, password="errada")
    assert answer.status_code == 429
    assert "Muitas tentativas. Tente de novo em 15 minutos ou fale com a TI." in answer.content.decode()
    assert log_in(anonymous).status_code == 429


@pytest.fixture
def forgotten():
    session.REFUSED.forget()
    yield
    session.REFUSED.forget()


def test_one_password_with_every_name_is_no_longer_listened_to_nor_recorded(user, forgotten):
    stranger, colleague = Client(REMOTE_ADDR="192.0.2.7"), Client(REMOTE_ADDR="192.0.2.8")
    refused = 0
    while refused < 300 and log_in(stranger, f"pessoa{refused}", "errada").status_code == 200:
        refused += 1
    assert refused == 200
    written = AuditEntry.objects.count()
    answer = log_in(stranger, "ana", "uma-senha-longa")
    assert answer.status_code == 429
    assert "Muitas tentativas." in answer.content.decode()
    assert AuditEntry.objects.count() == written
    assert log_in(colleague).status_code == 302


def test_behind_the_proxy_a_strangers_guesses_shut_out_nobody_else(user, settings):
    settings.RECADO_HTTPS = True
    stranger, colleague = (
        Client(REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": address, "X-Forwarded-Proto": "https"})
        for address in ("203.0.113.9", "198.51.100.4")
    )
    for _ in range(5):
        log_in(stranger, password="errada")
    assert log_in(stranger).status_code == 429
    assert log_in(colleague).status_code == 302


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (1, "203.0.113.9, 198.51.100.4", "198.51.100.4"),
        (2, "203.0.113.9, 198.51.100.4, 192.0.2.1", "198.51.100.4"),
        (2, "198.51.100.4", "198.51.100.4"),
        (1, "198.51.100.4:51624", "198.51.100.4"),
        (1, "[2001:db8::1]:51624", "2001:db8::1"),
        (1, "2001:DB8:0::1", "2001:db8::1"),
        (1, "unknown", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "198.51.100.4,", "127.0.0.1"),
    ],
)
def test_whose_address_counts_behind_proxies(user, settings, proxies, forwarded, address):
    settings.RECADO_HTTPS, settings.RECADO_PROXIES = True, proxies
    client = Client(REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"})
    log_in(client)
    assert AuditEntry.objects.get().address == address


def test_another_system_is_not_let_in_by_its_right_password_and_that_is_on_record(anonymous, db):
    give_role(User.objects.create_user("sistema", password="uma-senha-longa"), INTEGRATION)
    page = log_in(anonymous, "sistema").content.decode()
    assert "Este usuário é de outro sistema e não entra nas telas." in page
    assert anonymous.get("/minha-senha/").status_code == 302
    assert "outro sistema" not in log_in(anonymous, "sistema", "errada").content.decode()
    told = AuditEntry.objects.order_by("pk").values_list("who", "deed", "detail")
    assert list(told) == [("sistema", "refused", "o papel não tem telas"), ("sistema", "refused", "")]


def test_a_new_password_opens_a_login_that_was_closed(browser, anonymous):
    User.objects.create_user("bruno", password="uma-senha-longa")
    for _ in range(5):
        log_in(anonymous, "bruno", "errada")
    assert log_in(anonymous, "bruno").status_code == 429
    page = browser.post(f"/usuarios/{User.objects.get(username='bruno').pk}/senha/").content.decode()
    password = re.search(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", page)[0]
    assert log_in(anonymous, "bruno", password).status_code == 302


def test_the_password_may_be_pasted_and_kept_by_the_browser(anonymous, db):
    page = anonymous.get("/entrar/").content.decode()
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page


def test_whoever_is_logged_in_needs_no_login(browser):
    assert browser.get("/entrar/").headers["Location"] == "/"


def test_logout_is_by_post_and_a_get_only_asks(browser):
    assert "Sair do Recado" in browser.get("/sair/").content.decode()
    assert browser.get("/").status_code == 200
    assert browser.post("/sair/").headers["Location"] == "/entrar/"
    assert browser.get("/").status_code == 302
