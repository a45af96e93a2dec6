"""Users and roles: made, changed, let in no more, never without an administrator; a password is shown once."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from recado.people.membership import role_of
from recado.people.models import AuditEntry
from recado.people.roles import ADMINISTRATOR, ATTENDANT, SUPERVISOR
from tests.web.attendance import words

GOOD = "cafe-na-varanda-azul"


def shown_password(answer: HttpResponse) -> str:
    found = re.search(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", words(answer))
    assert found is not None
    return found[0]


def add(browser: Client, **fields: str) -> HttpResponse:
    given = {"username": "bruno.melo", "first_name": "Bruno", "last_name": "Melo", "role": SUPERVISOR.slug}
    return browser.post("/usuarios/novo/", given | fields)


def log_in(username: str, password: str) -> Client:
    client = Client()
    answer = client.post("/entrar/", {"username": username, "password": password})
    assert answer.status_code == 302
    return client


def test_the_list_tells_role_last_login_and_state(browser: Client) -> None:
    User.objects.create_user("parada", is_active=False)
    page = words(browser.get("/usuarios/"))
    assert "2 usuários" in page
    assert re.search(r"ana Ana Lima Administrador .* parada – Atendente Nunca entrou Não", page)


def test_the_table_says_in_words_what_each_role_can(browser: Client) -> None:
    page = words(browser.get("/usuarios/"))
    assert "Inserir, reiterar e encerrar RA Pode Pode Pode Não pode" in page
    assert "Cadastrar usuários e dar papéis Não pode Não pode Pode Não pode" in page


def test_a_user_is_added_with_a_password_that_works_once(browser: Client) -> None:
    password = shown_password(add(browser))
    user = User.objects.get(username="bruno.melo")
    assert role_of(user) is SUPERVISOR
    assert password not in words(browser.get(f"/usuarios/{user.pk}/"))

    theirs = log_in("bruno.melo", password)
    assert theirs.get("/ra/").headers["Location"] == "/minha-senha/"
    assert "Escolha a sua senha." in words(theirs.get("/minha-senha/"))
    given = {"old_password": password, "new_password1": GOOD, "new_password2": GOOD}
    assert theirs.post("/minha-senha/", given).headers["Location"] == "/"
    assert theirs.get("/ra/").status_code == 200
    assert log_in("bruno.melo", GOOD).get("/ra/").status_code == 200


def test_what_was_typed_stays_when_the_form_is_refused(browser: Client) -> None:
    answer = add(browser, username="ana", role="")
    page = answer.content.decode()
    assert "Já existe o usuário ana. Escolha outro." in page
    assert "Escolha o papel." in page
    assert 'value="Bruno"' in page
    assert "Há 2 campos para corrigir" in page


@pytest.mark.parametrize("username", ["", "dona maria", "joão", "x" * 61, "ANA", "a\0b"])
def test_a_name_that_cannot_be_one_is_refused(browser: Client, username: str) -> None:
    assert add(browser, username=username).status_code == 200
    assert User.objects.count() == 1


def test_a_role_is_changed(browser: Client) -> None:
    add(browser)
    user = User.objects.get(username="bruno.melo")
    given = {"first_name": "Bruno", "last_name": "", "role": ATTENDANT.slug}
    assert browser.post(f"/usuarios/{user.pk}/", given).status_code == 302
    assert role_of(user) is ATTENDANT


def test_what_changed_of_a_user_is_recorded_and_nothing_where_nothing_did(browser: Client) -> None:
    add(browser)
    at = f"/usuarios/{User.objects.get(username='bruno.melo').pk}/"
    given = {"first_name": "Bruno", "last_name": "Melo", "role": SUPERVISOR.slug}
    browser.post(at, given)
    browser.post(at, given | {"role": ATTENDANT.slug, "last_name": "Mello"})
    details = AuditEntry.objects.filter(deed="user_changed").values_list("detail", flat=True)
    assert list(details) == ["papel Supervisor → Atendente, nome"]


def test_a_user_is_found_among_many_by_a_part_of_the_name(browser: Client) -> None:
    for number in range(12):
        User.objects.create_user(f"pessoa{number:02d}", first_name="Fulana", last_name=f"Número {number:02d}")
    assert "1–10 de 13 usuários" in words(browser.get("/usuarios/"))
    found = words(browser.get("/usuarios/?busca=número+07"))
    assert "1 usuário" in found
    assert "pessoa07" in found
    assert "pessoa06" not in found
    assert "pessoa07" in words(browser.get("/usuarios/?busca=NUMERO+07"))
    assert "Nenhum usuário com “zé”." in words(browser.get("/usuarios/?busca=zé"))
    assert browser.get("/usuarios/", {"busca": "a\0b"}).status_code == 200
    assert "11–12 de 12 usuários" in words(browser.get("/usuarios/?busca=fulana&pagina=2"))


def test_the_last_administrator_cannot_go(browser: Client, user: User) -> None:
    assert "Há um só administrador ativo." in words(browser.get("/usuarios/"))
    refused = browser.post(f"/usuarios/{user.pk}/", {"first_name": "Ana", "role": ATTENDANT.slug})
    assert "Este é o último administrador ativo." in words(refused)
    answer = browser.post(f"/usuarios/{user.pk}/desativar/", follow=True)
    assert "Este é o último administrador ativo." in words(answer)
    user.refresh_from_db()
    assert user.is_active
    assert role_of(user) is ADMINISTRATOR


def test_a_deactivated_user_is_let_in_no_more_until_activated(browser: Client) -> None:
    password = shown_password(add(browser))
    theirs = log_in("bruno.melo", password)
    user = User.objects.get(username="bruno.melo")
    browser.post(f"/usuarios/{user.pk}/desativar/")
    assert theirs.get("/").headers["Location"].startswith("/entrar/")
    assert Client().post("/entrar/", {"username": "bruno.melo", "password": password}).status_code == 200
    browser.post(f"/usuarios/{user.pk}/reativar/")
    log_in("bruno.melo", password)


def test_a_reset_ends_the_open_sessions_and_must_be_changed(browser: Client) -> None:
    first = shown_password(add(browser))
    theirs = log_in("bruno.melo", first)
    user = User.objects.get(username="bruno.melo")
    second = shown_password(browser.post(f"/usuarios/{user.pk}/senha/"))
    assert second != first
    assert theirs.get("/minha-senha/").headers["Location"].startswith("/entrar/")
    assert log_in("bruno.melo", second).get("/").headers["Location"] == "/minha-senha/"


def test_what_was_done_to_users_is_recorded_without_the_password(browser: Client) -> None:
    password = shown_password(add(browser))
    told = [f"{entry.deed} {entry.subject} {entry.detail}" for entry in AuditEntry.objects.filter(who="ana")]
    assert "user_added bruno.melo papel Supervisor" in told
    assert not any(password in line for line in told)


@pytest.mark.parametrize(
    ("old", "new", "again", "told"),
    [
        ("errada", GOOD, GOOD, "A senha atual está errada."),
        ("uma-senha-longa", GOOD, "outra-coisa-qualquer", "As duas senhas novas são diferentes."),
        ("uma-senha-longa", "curta", "curta", "12 caracteres"),
        ("uma-senha-longa", "123456789012", "123456789012", "numérica"),
        ("uma-senha-longa", "uma-senha-longa", "uma-senha-longa", "A senha nova é igual à atual."),
        ("", "", "", "Informe a senha atual."),
    ],
)
def test_a_bad_new_password_is_refused_with_its_reason(
    browser: Client, user: User, old: str, new: str, again: str, told: str
) -> None:
    given = {"old_password": old, "new_password1": new, "new_password2": again}
    assert told in words(browser.post("/minha-senha/", given))
    user.refresh_from_db()
    assert user.check_password("uma-senha-longa")


def test_the_session_that_changes_the_password_goes_on_and_the_others_end(browser: Client, user: User) -> None:
    elsewhere = log_in("ana", "uma-senha-longa")
    given = {"old_password": "uma-senha-longa", "new_password1": GOOD, "new_password2": GOOD}
    assert browser.post("/minha-senha/", given).status_code == 302
    assert browser.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
