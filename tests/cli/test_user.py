"""`recado user` and the first administrator: no password that is easy, shown twice or left lying about."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from recado.cli.preparation import first_login
from recado.people.membership import role_of
from recado.people.models import AuditEntry, Deed
from recado.people.passwords import must_change_password, new_password
from recado.people.roles import ATTENDANT, ROLES, Role
from tests.cli.conftest import Recado, Shell

pytestmark = pytest.mark.django_db
GOOD = "um-segredo-bem-longo"


@pytest.fixture
def first_file() -> Iterator[Path]:
    path = Path(django_settings.RECADO_HOME) / "primeiro_acesso.txt"
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def works(username: str, password: str) -> bool:
    user = User.objects.get(username=username)
    return user.is_active and user.check_password(password)


def test_a_user_is_added_with_the_password_typed_twice(recado: Recado) -> None:
    result = recado("user", "add", "ana.lima", input=f"{GOOD}\n{GOOD}\n")

    assert result.exit_code == 0
    assert works("ana.lima", GOOD)
    assert not User.objects.get().is_superuser
    assert GOOD not in result.output


def test_an_administrator_is_one(recado: Recado) -> None:
    recado("user", "add", "chefia", "--admin", "--generate")

    assert User.objects.get().is_superuser


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.slug)
def test_a_role_may_be_given(recado: Recado, role: Role) -> None:
    User.objects.create_superuser("chefia")
    result = recado("user", "add", "ana.lima", "--role", role.slug, "--generate")

    assert result.stdout.startswith(f"Usuário ana.lima incluído como {role.name.lower()}.")
    assert role_of(User.objects.get(username="ana.lima")) is role


def test_without_a_role_a_user_is_an_attendant(recado: Recado) -> None:
    recado("user", "add", "ana.lima", "--generate")

    assert role_of(User.objects.get()) is ATTENDANT


def test_a_generated_password_is_shown_and_works(recado: Recado) -> None:
    output = recado("user", "add", "ana.lima", "--generate").stdout

    password = next(line.removeprefix("Senha: ") for line in output.splitlines() if line.startswith("Senha: "))
    assert works("ana.lima", password)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("curta\ncurta\n", "12"),
        ("123456789012\n123456789012\n", "numérica"),
        ("ana.lima.2026\nana.lima.2026\n", "parecida"),
    ],
    ids=["short", "digits", "the name"],
)
def test_an_easy_password_is_refused_with_its_reason(recado: Recado, typed: str, reason: str) -> None:
    result = recado("user", "add", "ana.lima.2026", input=typed)

    assert result.exit_code == 2
    assert reason in result.stderr
    assert not User.objects.exists()


def test_a_name_that_is_taken_or_none_is_refused(recado: Recado) -> None:
    recado("user", "add", "ana", "--generate")

    assert recado("user", "add", "ana", "--generate").exit_code == 1
    assert recado("user", "add", "ana lima", "--generate").exit_code == 2
    assert recado("user", "add", "x" * 200, "--generate").exit_code == 2
    assert User.objects.count() == 1


def test_a_password_is_changed(recado: Recado) -> None:
    recado("user", "add", "ana", "--generate")

    recado("user", "password", "ana", input=f"{GOOD}\n{GOOD}\n")

    assert works("ana", GOOD)
    assert recado("user", "password", "ninguem", "--generate").exit_code == 1


@pytest.mark.parametrize("command", ["add", "password"])
def test_a_generated_password_must_be_changed_at_the_next_login(recado: Recado, command: str) -> None:
    if command == "password":
        recado("user", "add", "ana", input=f"{GOOD}\n{GOOD}\n")
        assert not must_change_password(User.objects.get())

    output = recado("user", command, "ana", "--generate").stdout

    assert must_change_password(User.objects.get())
    assert "o usuário escolherá a sua" in output
    password = next(line.removeprefix("Senha: ") for line in output.splitlines() if line.startswith("Senha: "))
    browser = Client()
    browser.post("/entrar/", {"username": "ana", "password": password})
    assert browser.get("/")["Location"] == reverse("own_password")


def test_a_typed_password_need_not_be_changed(recado: Recado) -> None:
    recado("user", "add", "ana", input=f"{GOOD}\n{GOOD}\n")
    recado("user", "password", "ana", input=f"{GOOD}\n{GOOD}\n")

    assert not must_change_password(User.objects.get())


def test_the_list_tells_role_and_state(recado: Recado) -> None:
    assert "recado user add" in recado("user", "list").stdout
    recado("user", "add", "chefia", "--admin", "--generate")

    assert recado("user", "list").stdout.splitlines()[1].split() == ["chefia", "administrador", "ativo", "nunca"]


def test_the_first_administrator_is_made_once_with_a_private_file(first_file: Path) -> None:
    made, again = first_login(), first_login()

    assert made is not None
    assert again is not None
    assert (made.new, again.new) == (True, False)
    assert made.password == again.password
    assert works("admin", made.password)
    assert stat.S_IMODE(first_file.stat().st_mode) == 0o600


def test_the_file_goes_away_once_the_password_was_changed(first_file: Path, recado: Recado) -> None:
    first_login()

    recado("user", "password", "admin", "--generate")

    assert not first_file.exists()
    assert first_login() is None


def test_the_first_administrator_chooses_a_password_at_once_and_stands_in_the_audit(first_file: Path) -> None:
    made = first_login()
    assert made is not None

    browser = Client()
    browser.post("/entrar/", {"username": "admin", "password": made.password})

    assert browser.get("/")["Location"] == reverse("own_password")
    entry = AuditEntry.objects.get(deed=Deed.USER_ADDED)
    assert (entry.subject, entry.detail, entry.address) == (
        "admin",
        "papel Administrador, por ser o primeiro",
        "terminal",
    )


def test_the_first_password_of_a_demonstration_stays(first_file: Path, settings: Settings) -> None:
    settings.RECADO_DEMO = True
    first_login()

    assert not must_change_password(User.objects.get())


@pytest.mark.django_db(transaction=True)
def test_the_file_goes_away_when_the_password_is_changed_on_the_screen(first_file: Path) -> None:
    made = first_login()
    assert made is not None
    browser = Client()
    browser.post("/entrar/", {"username": "admin", "password": made.password})

    browser.post("/minha-senha/", {"old_password": made.password, "new_password1": GOOD, "new_password2": GOOD})

    assert works("admin", GOOD)
    assert not first_file.exists()


def test_a_name_that_differs_in_its_capitals_is_taken(recado: Recado) -> None:
    User.objects.create_user("ana.lima")

    result = recado("user", "add", "Ana.Lima", "--generate")

    assert "Já existe o usuário ana.lima." in result.stderr
    assert User.objects.count() == 1


def test_no_administrator_is_made_where_somebody_is_already(first_file: Path) -> None:
    User.objects.create_user("ana", password=GOOD)

    assert first_login() is None
    assert not first_file.exists()


def test_generated_passwords_are_long_and_never_the_same() -> None:
    made = {new_password() for _ in range(200)}

    assert len(made) == 200
    assert all(len(password) == 19 and password.isascii() for password in made)


def test_without_a_terminal_no_password_is_read_in_the_open(shell: Shell) -> None:
    shell.run("migrate")

    result = shell.run("user", "add", "ana.lima")

    assert result.returncode == 2
    assert "--generate" in result.stderr
    assert "Warning" not in result.stderr
