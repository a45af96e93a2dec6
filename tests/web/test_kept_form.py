"""A form never loses what was typed: not with the session, not with its token, not with the database."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client

from recado.people.models import Account
from recado.service_requests.models import ServiceRequest
from recado.web.kept_form import FIELD, KeptForm, unsealed
from tests.web.attendance import new_ra_form, words

PASSWORD = "agua-limpa-todo-dia"
HERE = {"Origin": "http://testserver"}
SEND = "Enviar o que eu tinha digitado"


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_user("ana", password=PASSWORD)


def hidden(answer: HttpResponse) -> dict[str, list[str]]:
    """What the page's form would send, but for its token."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', answer.content.decode(), re.S):
        found.setdefault(name, []).append(unescape(value))
    return found


def sealed(answer: HttpResponse) -> str:
    found = re.search(rf'name="{FIELD}" value="([^"]+)"', answer.content.decode())
    assert found is not None
    return unescape(found[1])


def log_in(client: Client, seal: str, password: str = PASSWORD) -> HttpResponse:
    return client.post("/entrar/", {"username": "ana", "password": password, FIELD: seal}, headers=HERE)


def chosen_by_another(person: User) -> None:
    """The password is the same, but an administrator knows it."""
    Account.objects.create(user=person, must_change_password=True)


def test_what_was_sent_after_the_session_had_ended_is_there_after_the_login(person: User) -> None:
    client = Client()
    form = new_ra_form(name="Beatriz “a firme” <b>", description="linha 1\nlinha 2")
    asked = client.post("/ra/inserir/", form, headers=HERE)
    assert asked.status_code == 401
    assert "Entre de novo: o que você digitou continua guardado." in words(asked)
    refused = log_in(client, sealed(asked), "errada")
    back = log_in(client, sealed(refused))
    assert "Você entrou de novo" in words(back)
    assert 'action="/ra/inserir/"' in back.content.decode()
    assert hidden(back)["name"] == ["Beatriz “a firme” <b>"]
    assert hidden(back)["description"] == ["linha 1\nlinha 2"]
    assert not ServiceRequest.objects.exists()
    assert client.post("/ra/inserir/", hidden(back)).status_code == 302
    assert ServiceRequest.objects.get().description == "linha 1\nlinha 2"


def test_it_is_in_no_cookie_no_session_and_no_cache(person: User) -> None:
    client = Client()
    asked = client.post("/ra/inserir/", new_ra_form(name="Beatriz Souza"), headers=HERE)
    back = log_in(client, sealed(asked))
    for answer in (asked, back):
        assert "no-store" in answer.headers["Cache-Control"]
    assert "Beatriz" not in str(dict(client.session)) + str(client.cookies)


def test_who_logged_in_meanwhile_in_another_window_gets_it_back_too(person: User) -> None:
    client = Client()
    asked = client.post("/ra/inserir/", new_ra_form(name="Beatriz Souza"), headers=HERE)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert hidden(log_in(client, sealed(asked)))["name"] == ["Beatriz Souza"]


def choose(client: Client, seal: str, old: str = PASSWORD) -> HttpResponse:
    typed = {"old_password": old, "new_password1": "outra-senha-longa", "new_password2": "outra-senha-longa"}
    return client.post("/minha-senha/", {**typed, FIELD: seal}, headers=HERE)


def test_a_password_that_must_be_chosen_first_loses_nothing_either(person: User) -> None:
    client = Client()
    asked = client.post("/ra/inserir/", new_ra_form(name="Beatriz Souza"), headers=HERE)
    chosen_by_another(person)
    due = log_in(client, sealed(asked))
    assert "Escolha a sua senha." in words(due)
    assert "O que você digitou continua guardado." in words(due)
    refused = choose(client, sealed(due), "errada")
    assert "O que você digitou continua guardado." in words(refused)
    back = choose(client, sealed(refused))
    assert "Senha trocada" in words(back)
    assert 'action="/ra/inserir/"' in back.content.decode()
    assert hidden(back)["name"] == ["Beatriz Souza"]
    assert all("no-store" in answer.headers["Cache-Control"] for answer in (due, refused, back))
    assert client.post("/ra/inserir/", hidden(back), headers=HERE).status_code == 302
    assert ServiceRequest.objects.count() == 1


def test_a_form_sent_from_another_window_before_the_password_is_chosen_goes_along(person: User) -> None:
    chosen_by_another(person)
    client = Client()
    log_in(client, "")
    due = client.post("/ra/inserir/", new_ra_form(name="Beatriz Souza"), headers=HERE)
    assert due.status_code == 403
    assert hidden(choose(client, sealed(due)))["name"] == ["Beatriz Souza"]


def test_the_session_may_end_over_the_choice_of_a_password_too(person: User) -> None:
    chosen_by_another(person)
    client = Client()
    log_in(client, "")
    due = client.post("/ra/inserir/", new_ra_form(name="Beatriz Souza"), headers=HERE)
    client.logout()
    asked = choose(client, sealed(due))
    assert asked.status_code == 401
    again = log_in(client, sealed(asked))
    assert hidden(choose(client, sealed(again)))["name"] == ["Beatriz Souza"]


def test_an_old_token_gives_the_form_back_with_a_new_one(person: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(
        "/ra/inserir/", {**new_ra_form(name="Beatriz Souza"), "csrfmiddlewaretoken": "x" * 64}, headers=HERE
    )
    assert answer.status_code == 403
    assert "O que você digitou está guardado nesta página." in words(answer)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"[^§]*?' + SEND, answer.content.decode())
    tokens = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.content.decode())
    assert token is not None
    again = client.post("/ra/inserir/", {**hidden(answer), "csrfmiddlewaretoken": tokens[-1]}, headers=HERE)
    assert again.status_code == 302


@pytest.mark.parametrize("origin", ["http://mal.exemplo", "null", ""])
def test_what_a_strangers_page_sends_is_never_offered_to_be_sent_again(person: User, origin: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/ra/inserir/", new_ra_form(), headers={"Origin": origin} if origin else {})
    assert answer.status_code == 403
    assert SEND not in answer.content.decode()
    stranger = Client().post("/ra/inserir/", new_ra_form(), headers={"Origin": origin} if origin else {})
    assert stranger.status_code == 302


def test_a_database_that_is_away_gives_the_form_back(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError

    with monkeypatch.context() as away:
        away.setattr("recado.web.views.ra_new.RaNewForm", refuse)
        answer = browser.post("/ra/inserir/", new_ra_form(name="Beatriz Souza"), headers=HERE)
    assert answer.status_code == 503
    assert "no-store" in answer.headers["Cache-Control"]
    assert browser.post("/ra/inserir/", hidden(answer), headers=HERE).status_code == 302


def test_passwords_are_not_given_back(person: User) -> None:
    typed = {"old_password": PASSWORD, "new_password1": "outra-senha-longa", "new_password2": "outra-senha-longa"}
    asked = Client().post("/minha-senha/", typed, headers=HERE)
    assert asked.status_code == 302
    kept = unsealed(sealed(Client().post("/usuarios/novo/", {"username": "carla", "senha": "x"}, headers=HERE)))
    assert kept == KeptForm("/usuarios/novo/", (("username", "carla"),))


def test_a_file_has_to_be_chosen_again_and_the_page_says_so(person: User) -> None:
    client = Client()
    typed = {"name": "x", "file": SimpleUploadedFile("lote.csv", b"a;b")}
    back = log_in(client, sealed(client.post("/ra/inserir/", typed, headers=HERE)))
    assert "O arquivo que você escolheu não fica guardado" in words(back)


@pytest.mark.parametrize("seal", ["", "x", "a:b:c"])
def test_only_what_a_page_of_ours_sealed_comes_out(person: User, seal: str) -> None:
    assert unsealed(seal) is None
    assert unsealed(signing.dumps(["/x/", [], False], salt="another use of the key")) is None
    assert log_in(Client(), seal).status_code == 302


def test_a_long_address_and_many_values_of_one_name_stay(person: User) -> None:
    kept = KeptForm("/tipos/1/?versao=2", (("days", "1"), ("days", "2"), ("name", "")), had_files=True)
    assert unsealed(kept.sealed()) == kept
