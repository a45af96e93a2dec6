"""`recado playsms account`: who may call by the playSMS door, for those who set it up from a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recado.cli.base import CommandFailed, RecadoCommand, RecadoGroup, Refused, table, with_django
from recado.cli.deeds import note, shell_user
from recado.cli.terminal import ask_secret
from recado.conf.networks import NetworkRefused, tidied
from recado.outbox.own_types import OwnType

if TYPE_CHECKING:
    from recado.playsms.models import Account
    from recado.playsms.settling import Wishes

_NINTH = {"completar": "complete", "recusar": "refuse"}


@click.group(
    cls=RecadoGroup,
    epilog="""\b
Exemplo:
  recado playsms account add gsan""",
)
def playsms() -> None:
    """Cuida da porta playSMS, pela qual o GSAN e outros sistemas enviam sem mudar de programa."""


@playsms.group(
    cls=RecadoGroup,
    epilog="""\b
Exemplos:
  recado playsms account add gsan --ninth-digit completar
  recado playsms account list
  recado playsms account password gsan""",
)
def account() -> None:
    """Inclui, muda e desativa as contas da porta playSMS."""


@account.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado playsms account add gsan --ninth-digit completar
  recado playsms account add cobranca --type 7 --from 192.0.2.10 --phone "Aparelho 2"
  recado playsms account add antigo --own-password     pergunta a senha que o sistema já usa""",
)
@click.argument("name", metavar="USUÁRIO")
@click.option(
    "--type",
    "type_id",
    type=int,
    default=OwnType.BY_HAND.value,
    show_default=True,
    help="Número do tipo de SMS.",
)
@click.option(
    "--ninth-digit",
    type=click.Choice(list(_NINTH)),
    default="recusar",
    show_default=True,
    help="O que fazer com celular de 10 dígitos. O GSAN só envia assim: use completar.",
)
@click.option("--window", type=click.IntRange(0, 1440), default=10, show_default=True, help="Minutos de repetição.")
@click.option("--from", "networks", multiple=True, metavar="ENDEREÇO", help="De onde pode chamar; pode repetir.")
@click.option("--phone", "phones", multiple=True, metavar="APARELHO", help="Só por este aparelho; pode repetir.")
@click.option("--replies", is_flag=True, help="Pode ler as respostas de quem recebeu SMS seu.")
@click.option("--own-password", is_flag=True, help="Pergunta a senha, em vez de criar uma.")
@with_django
def add(
    name: str,
    type_id: int,
    ninth_digit: str,
    window: int,
    networks: tuple[str, ...],
    phones: tuple[str, ...],
    replies: bool,
    own_password: bool,
) -> None:
    """Inclui a conta USUÁRIO e mostra a senha uma vez."""
    from django.contrib.auth.validators import ASCIIUsernameValidator
    from django.core.exceptions import ValidationError
    from django.db import IntegrityError
    from django.utils import timezone

    from recado.playsms import settling
    from recado.playsms.accounts import SecretRefused
    from recado.playsms.models import Account

    try:
        ASCIIUsernameValidator()(name[:60])
    except ValidationError:
        raise Refused("Use no usuário só letras sem acento, números e os sinais @ . + - _") from None
    if len(name) > 60 or Account.objects.filter(name__iexact=name).exists():
        raise CommandFailed(f"Já existe a conta {name}, ou o nome passa de 60 letras.")
    wishes = _wishes(type_id, ninth_digit, window, networks, phones, replies)
    own = _asked("Senha") if own_password else None
    try:
        made, password = settling.add(name, wishes, actor=shell_user(), now=timezone.now(), own_password=own)
    except (settling.AccountRefused, SecretRefused) as refusal:
        raise Refused(str(refusal)) from refusal
    except IntegrityError:
        raise CommandFailed(f"Já existe a conta {name}.") from None
    note("CLIENT_ADDED", _subject(made), made.type.name)
    click.echo(f"Conta {name} incluída; os SMS saem com o tipo “{made.type.name}”.")
    if own is None:
        _show(f"Senha: {password}")
    click.echo("No GSAN, o endereço é: http://SERVIDOR/index.php?app=webservices&u=usuario&p=senha")


@account.command("list", cls=RecadoCommand)
@with_django
def list_accounts() -> None:
    """Mostra as contas."""
    from django.utils import timezone

    from recado.playsms.models import Account

    rows = [
        (
            row.name,
            row.type.name,
            row.get_ninth_digit_display(),
            "ativa" if row.active else "desativada",
            f"{timezone.localtime(row.last_used_at):%d/%m/%Y %H:%M}" if row.last_used_at else "nunca",
            row.last_refusal or "nenhuma",
        )
        for row in Account.objects.select_related("type")
    ]
    if not rows:
        click.echo("Nenhuma conta. Inclua a primeira: recado playsms account add gsan --ninth-digit completar")
        return
    click.echo(table(("Usuário", "Tipo de SMS", "10 dígitos", "Estado", "Último uso", "Última recusa"), rows))


@account.command(cls=RecadoCommand)
@click.argument("name", metavar="USUÁRIO")
@click.option("--own", is_flag=True, help="Pergunta a senha que o sistema já usa, em vez de criar uma.")
@with_django
def password(name: str, own: bool) -> None:
    """Troca a senha da conta USUÁRIO; a de antes não abre mais nada."""
    from recado.playsms import accounts

    held = _account(name)
    try:
        new = accounts.set_password(held, _asked("Senha") if own else None)
    except accounts.SecretRefused as refusal:
        raise Refused(str(refusal)) from refusal
    note("CLIENT_CHANGED", _subject(held), "senha nova")
    click.echo(f"Senha de {name} trocada.")
    if not own:
        _show(f"Senha: {new}")


@account.command(cls=RecadoCommand)
@click.argument("name", metavar="USUÁRIO")
@click.option("--new", is_flag=True, help="Cria outro; os de antes não abrem mais nada.")
@click.option("--own", is_flag=True, help="Pergunta o token que o sistema já usa, e o aceita também.")
@with_django
def token(name: str, new: bool, own: bool) -> None:
    """Mostra o token da conta USUÁRIO, para quem chama com h=."""
    from recado.playsms import accounts

    held = _account(name)
    if own:
        try:
            accounts.keep_token(held, _asked("Token"))
        except accounts.SecretRefused as refusal:
            raise Refused(str(refusal)) from refusal
        note("CLIENT_CHANGED", _subject(held), "token próprio")
        click.echo(f"O token próprio de {name} vale a partir de agora.")
        return
    shown = accounts.renew_token(held) if new else accounts.token_of(held)
    note("CLIENT_CHANGED", _subject(held), "token novo" if new else "viu o token")
    click.echo(f"Token: {shown}")


@account.command(cls=RecadoCommand)
@click.argument("name", metavar="USUÁRIO")
@with_django
def disable(name: str) -> None:
    """Desativa a conta USUÁRIO: nada mais entra por ela."""
    _set_active(name, active=False)


@account.command(cls=RecadoCommand)
@click.argument("name", metavar="USUÁRIO")
@with_django
def enable(name: str) -> None:
    """Reativa a conta USUÁRIO, com a senha de antes."""
    _set_active(name, active=True)


def _set_active(name: str, *, active: bool) -> None:
    from recado.playsms import settling

    held = _account(name)
    if settling.set_active(held, active):
        note("CLIENT_CHANGED", _subject(held), "reativada" if active else "desativada")
    click.echo(f"Conta {name} {'reativada' if active else 'desativada'}.")


def _account(name: str) -> Account:
    from recado.playsms.models import Account

    held = Account.objects.filter(name=name).first()
    if held is None:
        raise CommandFailed(f"Não existe a conta {name}. Veja quais há: recado playsms account list")
    return held


def _wishes(
    type_id: int,
    ninth_digit: str,
    window: int,
    networks: tuple[str, ...],
    phones: tuple[str, ...],
    replies: bool,
) -> Wishes:
    from recado.outbox.models import MessageType
    from recado.phones.models import Phone
    from recado.playsms.models import NinthDigit
    from recado.playsms.settling import Wishes

    if not MessageType.objects.filter(pk=type_id).exists():
        raise Refused(f"Não há o tipo de SMS {type_id}. Veja os tipos na tela Tipos e textos.")
    known = dict(Phone.objects.values_list("name", "pk"))
    if missing := [name for name in phones if name not in known]:
        raise Refused(f"Não há o aparelho {missing[0]}. Veja quais há: recado phones list")
    try:
        allowed = tidied("\n".join(networks))
    except NetworkRefused as refusal:
        raise Refused(str(refusal)) from refusal
    return Wishes(
        type_id=type_id,
        ninth_digit=NinthDigit(_NINTH[ninth_digit]),
        phone_ids=frozenset(known[name] for name in phones),
        window_seconds=60 * window,
        networks=allowed,
        reads_replies=replies,
    )


def _asked(what: str) -> str:
    again, otherwise = f"Repita: {what.lower()}", f"Sem terminal para perguntar: {what.lower()}."
    return ask_secret(what, again=again, otherwise=otherwise)


def _subject(held: Account) -> str:
    return f"playSMS {held.name}"


def _show(secret: str) -> None:
    click.echo(secret)
    click.echo("Anote-a agora: ela não será mostrada de novo.")
