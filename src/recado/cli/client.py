"""`recado client`: other systems that call the API, and their tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recado.cli.base import CommandFailed, RecadoCommand, RecadoGroup, Refused, table, with_django
from recado.cli.deeds import note, shell_user

if TYPE_CHECKING:
    from recado.clients.models import Client


@click.group(
    cls=RecadoGroup,
    epilog="""\b
Exemplos:
  recado client add portal --from 192.0.2.10
  recado client token portal "produção" --scope messages:send --scope messages:read
  recado client list
  recado client revoke rcd_AbCdEf""",
)
def client() -> None:
    """Cadastra sistemas que usam a API e cria os tokens deles."""


@client.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplo:
  recado client add portal --from 192.0.2.10 --from 198.51.100.0/24""",
)
@click.argument("name", metavar="SISTEMA")
@click.option(
    "--from", "networks", multiple=True, metavar="ENDEREÇO", help="De onde pode chamar; sem isto, de qualquer lugar."
)
@click.option("--rate", type=int, default=None, metavar="N", help="Chamadas por minuto; sem isto, 6000.")
@with_django
def add(name: str, networks: tuple[str, ...], rate: int | None) -> None:
    """Cadastra o SISTEMA; depois crie um token para ele."""
    from django.db import transaction
    from django.utils import timezone

    from recado.clients.models import USUAL_RATE
    from recado.clients.tokens import register
    from recado.web.forms.clients import NewClientForm

    given = {"name": name, "networks": "\n".join(networks), "rate": USUAL_RATE if rate is None else rate}
    form = NewClientForm(given)
    if not form.is_valid():
        raise Refused(" ".join(str(error) for errors in form.errors.values() for error in errors))
    cleaned = form.cleaned_data
    with transaction.atomic():
        row = register(
            cleaned["name"],
            networks=cleaned["networks"],
            rate_per_minute=cleaned["rate"],
            actor=shell_user(),
            now=timezone.now(),
        )
        note("CLIENT_ADDED", row.name)
    click.echo(f'Sistema {row.name} cadastrado. Crie um token: recado client token {row.name} "produção" --scope …')


@client.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplo:
  recado client token portal "produção" --scope messages:send --scope messages:read --days 365""",
)
@click.argument("name", metavar="SISTEMA")
@click.argument("purpose", metavar="PARA_QUE")
@click.option("--scope", "scopes", multiple=True, required=True, metavar="ALCANCE", help="O que o token abre; repita.")
@click.option("--days", type=int, default=365, show_default=True, metavar="DIAS", help="Por quantos dias vale.")
@with_django
def token(name: str, purpose: str, scopes: tuple[str, ...], days: int) -> None:
    """Cria um token do SISTEMA e o mostra uma vez."""
    from django.db import transaction
    from django.utils import timezone

    from recado.clients.scopes import ScopeRefused, parse_scopes
    from recado.clients.tokens import MOST_DAYS, issue

    row = _client(name)
    try:
        wanted = parse_scopes(scopes)
    except ScopeRefused as refusal:
        raise Refused(str(refusal)) from refusal
    if not 1 <= days <= MOST_DAYS:
        raise Refused(f"Um token vale de 1 a {MOST_DAYS} dias.")
    with transaction.atomic():
        made = issue(row, name=purpose[:60], scopes=wanted, days=days, actor=shell_user(), now=timezone.now())
        note("TOKEN_MADE", row.name, f"{made.row.hint}…: {made.row.scopes}")
    click.echo(f"Token: {made.secret}")
    click.echo("Anote-o agora: ele não será mostrado de novo.")


@client.command(
    "list",
    cls=RecadoCommand,
    epilog="""\b
Exemplo:
  recado client list""",
)
@with_django
def list_clients() -> None:
    """Mostra os sistemas e os tokens deles."""
    from django.utils import timezone

    from recado.clients.models import Token

    now = timezone.now()
    rows = []
    for row in Token.objects.select_related("client__user").order_by("client__user__username", "-created_at"):
        ended = "revogado" if row.revoked_at else "vencido" if now >= row.expires_at else "em vigor"
        standing = ended if row.client.user.is_active else "sistema desativado"
        used = f"{timezone.localtime(row.last_used_at):%d/%m/%Y %H:%M}" if row.last_used_at else "nunca"
        rows.append((row.client.name, row.name, f"{row.hint}…", row.scopes, standing, used))
    if not rows:
        click.echo("Nenhum token. Cadastre um sistema: recado client add NOME")
        return
    click.echo(table(("Sistema", "Para", "Token", "Abre", "Situação", "Último uso"), rows))


@client.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplo:
  recado client revoke rcd_AbCdEf""",
)
@click.argument("hint", metavar="COMEÇO")
@with_django
def revoke(hint: str) -> None:
    """Revoga o token que tem este COMEÇO (veja-o em recado client list)."""
    from django.db import transaction
    from django.utils import timezone

    from recado.clients.models import Token
    from recado.clients.tokens import revoke as revoke_token

    found = list(Token.objects.select_related("client__user").filter(hint=hint.rstrip("…"), revoked_at=None))
    if len(found) != 1:
        raise CommandFailed(
            "Nenhum token em vigor tem este começo." if not found else "Mais de um token tem este começo."
        )
    with transaction.atomic():
        revoke_token(found[0].pk, actor=shell_user(), now=timezone.now())
        note("TOKEN_REVOKED", found[0].client.name, f"{found[0].hint}…")
    click.echo(f"Token {found[0].hint}… revogado: não abre mais nada.")


def _client(name: str) -> Client:
    from recado.clients.models import Client

    row = Client.objects.select_related("user").filter(user__username=name).first()
    if row is None:
        raise CommandFailed(f"Não existe o sistema {name}. Cadastre-o: recado client add {name}")
    return row
