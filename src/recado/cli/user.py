"""`recado user`: who may use the screens, for the first administrator and for a forgotten password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recado.cli.base import CommandFailed, RecadoCommand, RecadoGroup, Refused, table, with_django
from recado.cli.deeds import note
from recado.cli.terminal import ask_secret
from recado.people.roles import ADMINISTRATOR, ATTENDANT, ROLES

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@click.group(
    cls=RecadoGroup,
    epilog="""\b
Exemplos:
  recado user add ana.lima
  recado user add bruno.melo --role supervisor
  recado user add chefia --admin
  recado user password ana.lima""",
)
def user() -> None:
    """Inclui usuários das telas e troca senhas."""


@user.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado user add ana.lima               pergunta a senha
  recado user add ana.lima --generate    cria uma senha e a mostra uma vez
  recado user add bruno.melo --role supervisor
  recado user add chefia --admin         pode tudo""",
)
@click.argument("name", metavar="USUÁRIO")
@click.option(
    "--role",
    "slug",
    type=click.Choice([role.slug for role in ROLES]),
    default=ATTENDANT.slug,
    show_default=True,
    help="O que o usuário pode fazer.",
)
@click.option("--admin", is_flag=True, help="Administrador de tudo, como o primeiro.")
@click.option("--generate", is_flag=True, help="Cria a senha e a mostra uma vez, em vez de perguntar.")
@with_django
def add(name: str, slug: str, admin: bool, generate: bool) -> None:
    """Inclui o USUÁRIO."""
    from django.contrib.auth.models import User
    from django.core.exceptions import ValidationError
    from django.db import IntegrityError, transaction

    from recado.people.membership import give_role
    from recado.people.passwords import set_password

    role = ADMINISTRATOR if admin else next(role for role in ROLES if role.slug == slug)
    candidate = User(username=name, is_staff=admin, is_superuser=admin)
    try:
        candidate.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise Refused(f"Usuário não aceito: {' '.join(error.messages)}") from error
    _refuse_taken(name)
    password = _new_password(candidate, generate=generate)
    try:
        with transaction.atomic():
            candidate.save(force_insert=True)
            set_password(candidate, password, generated=generate)
            if not admin:
                give_role(candidate, role)
            note("USER_ADDED", name, f"papel {role.name}")
    except IntegrityError:
        _refuse_taken(name)
        raise
    click.echo(f"Usuário {name} incluído como {role.name.lower()}.")
    _show_generated(password, generate=generate)


@user.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado user password ana.lima
  recado user password ana.lima --generate""",
)
@click.argument("name", metavar="USUÁRIO")
@click.option("--generate", is_flag=True, help="Cria a senha e a mostra uma vez, em vez de perguntar.")
@with_django
def password(name: str, generate: bool) -> None:
    """Troca a senha do USUÁRIO; as sessões abertas dele terminam."""
    from django.contrib.auth.models import User
    from django.db import transaction

    from recado.cli.preparation import first_login
    from recado.people.passwords import set_password

    person = User.objects.filter(username=name).first()
    if person is None:
        raise CommandFailed(f"Não existe o usuário {name}. Veja quem existe: recado user list")
    new = _new_password(person, generate=generate)
    with transaction.atomic():
        set_password(person, new, generated=generate)
        note("PASSWORD_RESET", name)
    # Takes the file of the first password away when it is no longer the password.
    first_login()
    click.echo(f"Senha de {name} trocada.")
    _show_generated(new, generate=generate)


@user.command("list", cls=RecadoCommand)
@with_django
def list_users() -> None:
    """Mostra os usuários."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    from recado.people.membership import role_of

    rows = [
        (
            person.username,
            role.name.lower() if (role := role_of(person)) else "nenhum",
            "ativo" if person.is_active else "inativo",
            f"{timezone.localtime(person.last_login):%d/%m/%Y %H:%M}" if person.last_login else "nunca",
        )
        for person in User.objects.prefetch_related("groups").order_by("username")
    ]
    if not rows:
        click.echo("Nenhum usuário. Inclua o primeiro: recado user add NOME --admin")
        return
    click.echo(table(("Usuário", "Papel", "Estado", "Último acesso"), rows))


def _refuse_taken(name: str) -> None:
    from django.contrib.auth.models import User

    # The screens refuse it too: two names that differ in their capitals are one for who reads the record.
    if taken := User.objects.filter(username__iexact=name).values_list("username", flat=True).first():
        raise CommandFailed(f"Já existe o usuário {taken}. Para trocar a senha: recado user password {taken}")


def _new_password(person: User, *, generate: bool) -> str:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from recado.people.passwords import new_password

    if generate:
        return new_password()
    otherwise = "Sem terminal para perguntar a senha. Use --generate, que cria uma."
    typed = ask_secret("Senha", again="Repita a senha", otherwise=otherwise)
    try:
        validate_password(typed, person)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    return typed


def _show_generated(password: str, *, generate: bool) -> None:
    if generate:
        click.echo(f"Senha: {password}")
        click.echo("Anote-a agora: ela não será mostrada de novo. Ao entrar, o usuário escolherá a sua.")
