"""`recado phones`: the phones that send, told to Recado by name and link."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from recado.cli.base import CommandFailed, RecadoCommand, RecadoGroup, Refused, table, with_django
from recado.cli.deeds import shell_user
from recado.cli.phone_line import set_line
from recado.cli.phone_rules import rules_as_data, set_rules

if TYPE_CHECKING:
    from recado.phones.models import Phone
    from recado.phones.rules import Period

LONGEST_NAME = 40


@click.group(
    cls=RecadoGroup,
    epilog="""\b
Exemplos:
  recado phones probe serial:/dev/ttyUSB0
  recado phones add "Aparelho 1" --link serial:/dev/ttyUSB0
  recado phones list""",
)
def phones() -> None:
    """Procura, pareia, inclui, mostra, testa, pausa e retira aparelhos, e muda suas regras."""


phones.add_command(set_rules)
phones.add_command(set_line)


@phones.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado phones add "Aparelho 1" --link serial:/dev/ttyUSB0
  recado phones add "Aparelho 2" --link "serial:/dev/ttyACM0?baud=9600" --pace 10
  recado phones add "Filial" --link tcp:192.0.2.10:7000""",
)
@click.argument("name", metavar="NOME")
@click.option(
    "--link",
    required=True,
    metavar="LIGAÇÃO",
    help="serial:/dev/ttyUSB0, usb:…, tcp:ENDEREÇO:PORTA, bluetooth:ENDEREÇO ou map:ENDEREÇO.",
)
@click.option(
    "--pace",
    type=click.FloatRange(0, 3600),
    metavar="SEGUNDOS",
    help="Tempo mínimo entre o começo de dois envios no mesmo chip. Padrão: RECADO_PACE (7).",
)
@with_django
def add(name: str, link: str, pace: float | None) -> None:
    """Inclui o aparelho NOME; o envio por ele começa em seguida."""
    from django.db import IntegrityError, transaction

    from recado import parameters
    from recado.outbox import doorbell
    from recado.phones.models import Phone

    check_name(name)
    check_link(link)
    try:
        with transaction.atomic():
            Phone.objects.create(
                name=name.strip(), link=link, pace_seconds=parameters.get().pace if pace is None else pace
            )
            doorbell.ring()
    except IntegrityError:
        other = Phone.objects.filter(link=link).first()
        why = f"A ligação {link} já é do aparelho “{other.name}”." if other else f"Já existe o aparelho “{name}”."
        raise CommandFailed(why) from None
    click.echo(f"Aparelho “{name.strip()}” incluído. Para ver como está: recado phones list")


@phones.command("list", cls=RecadoCommand)
@click.option("--verbose", is_flag=True, help="Também as regras e o que já foi enviado de cada um.")
@click.option("--json", "as_json", is_flag=True, help="Em JSON, um aparelho por linha.")
@with_django
def list_phones(verbose: bool, as_json: bool) -> None:
    """Mostra os aparelhos e como está cada um."""
    from recado.phones.models import Phone
    from recado.phones.rule_values import in_words

    found = list(Phone.objects.filter(enabled=True))
    if as_json:
        for phone in found:
            click.echo(json.dumps(_as_data(phone), ensure_ascii=False))
        return
    if not found:
        click.echo('Nenhum aparelho. Inclua um: recado phones add "Aparelho 1" --link serial:/dev/ttyUSB0')
        return
    click.echo(table(("Nome", "Ligação", "Ritmo", "Estado", "Operadora", "Sinal", "Motivo"), [_row(p) for p in found]))
    for phone in found if verbose else ():
        click.echo(f"\n{phone.name}")
        for label, value in [*in_words(phone), *_sent_in_words(phone)]:
            click.echo(f"  {label}: {value}")


def _row(phone: Phone) -> tuple[str, ...]:
    from recado.phones.models import Condition

    rest = _rest(phone)
    return (
        phone.name,
        phone.link,
        f"{phone.pace_seconds:g} s",
        "Pausado" if phone.paused else Condition(phone.condition).label,
        phone.operator or "–",
        "–" if phone.signal_percent is None else f"{phone.signal_percent}%",
        phone.reason or rest or "–",
    )


def _as_data(phone: Phone) -> dict[str, Any]:
    return {
        "name": phone.name,
        "link": phone.link,
        "condition": phone.condition,
        "paused": phone.paused,
        "reason": phone.reason,
        "resting": _rest(phone) or None,
        "operator": phone.operator,
        "signal_percent": phone.signal_percent,
        "battery_percent": phone.battery_percent,
        "last_seen_at": phone.last_seen_at.isoformat() if phone.last_seen_at else None,
        "consecutive_failures": phone.consecutive_failures,
        "rules": rules_as_data(phone),
        "sent": {period.value: used for period, used in _sent(phone)},
    }


def _sent(phone: Phone) -> list[tuple[Period, int]]:
    from django.utils import timezone

    from recado.phones.fleet import usage_of
    from recado.phones.rules import Period

    local, usage = timezone.localtime(timezone.now()), usage_of(phone)
    return [(period, usage.used(period, local)) for period in Period]


def _sent_in_words(phone: Phone) -> list[tuple[str, str]]:
    labels = ("Enviados nesta hora", "Enviados hoje", "Enviados neste mês")
    return [(label, f"{used} SMS") for label, (_, used) in zip(labels, _sent(phone), strict=True)]


def _rest(phone: Phone) -> str:
    """Why the phone sends nothing by its rules now; empty when they let it."""
    from django.utils import timezone

    from recado.phones.fleet import rest_of
    from recado.phones.rules import sentence

    now = timezone.now()
    rest = rest_of(phone, now)
    return sentence(rest, timezone.localtime(now)) if rest else ""


@phones.command(cls=RecadoCommand, epilog='\b\nExemplo:\n  recado phones pause "Aparelho 1"')
@click.argument("name", metavar="NOME")
@with_django
def pause(name: str) -> None:
    """Para de enviar por NOME.

    A fila espera, ou segue por outro aparelho.
    """
    _set_paused(name, paused=True)
    click.echo(f'Aparelho “{name}” pausado. Para voltar: recado phones resume "{name}"')


@phones.command(cls=RecadoCommand, epilog='\b\nExemplo:\n  recado phones resume "Aparelho 1"')
@click.argument("name", metavar="NOME")
@with_django
def resume(name: str) -> None:
    """Volta a enviar por NOME."""
    _set_paused(name, paused=False)
    click.echo(f"Aparelho “{name}” de volta ao envio.")


@phones.command(cls=RecadoCommand, epilog='\b\nExemplo:\n  recado phones remove "Aparelho 1"')
@click.argument("name", metavar="NOME")
@with_django
def remove(name: str) -> None:
    """Retira o aparelho NOME. As mensagens que ele enviou continuam no histórico."""
    from django.db import transaction
    from django.utils import timezone

    from recado.outbox import doorbell
    from recado.outbox.models import Message, Status
    from recado.phones.leases import is_gone
    from recado.phones.models import Phone

    with transaction.atomic():
        phone = find_phone(name)
        # Deleting it would lose which phone a send in flight is on: the pause lets that send end first.
        Phone.objects.filter(pk=phone.pk).update(paused=True)
    held = phone.holder and not is_gone(phone.holder) and phone.held_until and phone.held_until > timezone.now()
    if held and Message.objects.filter(phone=phone, status=Status.SENDING).exists():
        raise CommandFailed(f"O aparelho “{name}” está enviando agora. Foi pausado; retire-o em instantes.")
    with transaction.atomic():
        phone.delete()
        doorbell.ring()
    click.echo(f"Aparelho “{name}” retirado.")


@phones.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado phones probe serial:/dev/ttyUSB0
  recado phones probe tcp:192.0.2.10:7000

Não envia nada. Se o Recado já usa o aparelho, pare antes o envio (recado run ou recado gateway).""",
)
@click.argument("link", metavar="LIGAÇÃO")
def probe(link: str) -> None:
    """Testa o aparelho em LIGAÇÃO, sem enviar nada.

    Diz modelo, IMEI, chip, operadora e sinal, e o que o impediria de enviar.
    """
    # No Django: a phone can be tried before anything else is set up.
    from recado.cli.probe import probe_link

    check_link(link)
    report = probe_link(link)
    for name, value in report.lines:
        click.echo(f"{name + ':':<20} {value}")
    if report.obstacle:
        raise CommandFailed(report.obstacle)
    click.echo("Pronto para enviar.")


def check_name(name: str) -> None:
    """Refuse a name that the screens could not show."""
    if not name.strip() or len(name.strip()) > LONGEST_NAME or not name.isprintable():
        raise Refused(f"O nome do aparelho deve ter de 1 a {LONGEST_NAME} caracteres.")


def check_link(link: str) -> None:
    """Refuse what is no link, in the links' own words."""
    from recado.links import LinkSyntaxError, parse_link

    try:
        parse_link(link)
    except LinkSyntaxError as error:
        raise Refused(str(error)) from error


def find_phone(name: str) -> Phone:
    """The phone of that name. Raises CommandFailed, with the names there are, when there is none."""
    from recado.phones.models import Phone

    phone = Phone.objects.filter(name=name).first()
    if phone is None:
        names = ", ".join(f"“{known}”" for known in Phone.objects.values_list("name", flat=True))
        raise CommandFailed(f"Não existe o aparelho “{name}”." + (f" Existem: {names}." if names else ""))
    return phone


def _set_paused(name: str, *, paused: bool) -> None:
    from django.db import transaction
    from django.utils import timezone

    from recado.outbox import doorbell
    from recado.phones import changes

    with transaction.atomic():
        changes.set_paused(find_phone(name), paused=paused, actor=shell_user(), now=timezone.now())
        doorbell.ring()
