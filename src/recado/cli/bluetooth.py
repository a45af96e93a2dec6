"""`recado phones scan | pair | unpair`: phones by Bluetooth, paired by a person at this terminal and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click

from recado.cli.base import CommandFailed, RecadoCommand, Refused, table, with_django
from recado.cli.deeds import note, shell_user
from recado.cli.phones import check_name

if TYPE_CHECKING:
    from recado.links.bluetooth.pairing import Found
    from recado.pairing.models import PairingTask, Work
    from recado.people.models import Deed
    from recado.phones.models import Phone

_LONGEST_PIN = 16


class Terminal:
    """The person at this terminal. An answer that is not clearly yes is no."""

    def __init__(self, pin: str | None = None) -> None:
        self._pin = pin

    def agrees(self, question: str) -> bool:
        """Ask until the answer is yes or no; the end of the input is no."""
        try:
            answer = click.prompt(f"{question} [s/n]", type=click.Choice(("s", "n")), show_choices=False)
        except click.Abort:
            return False
        return bool(answer == "s")

    def same_number(self, number: str) -> bool:
        """See `Person.same_number`."""
        return self.agrees(f"O aparelho mostra o número {number}?")

    def pin(self) -> str | None:
        """See `Person.pin`."""
        if self._pin is not None:
            return self._pin
        try:
            return str(click.prompt("PIN que o aparelho pede (ou está no manual dele, como 0000)"))
        except click.Abort:
            return None

    def show(self, number: str) -> None:
        """See `Person.show`."""
        click.echo(f"Digite no aparelho: {number}")


@click.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplo:
  recado phones scan --seconds 20

Só procura: não pareia e não se liga a nenhum. Deixe o aparelho visível no Bluetooth.""",
)
@click.option(
    "--seconds",
    type=click.FloatRange(1, 120),
    default=12.0,
    show_default=True,
    metavar="SEGUNDOS",
    help="Por quanto tempo procura.",
)
def scan(seconds: float) -> None:
    """Procura aparelhos Bluetooth por perto.

    Mostra endereço, nome, sinal, se já está pareado e como cada um pode enviar.
    """
    from recado.links import LinkDown
    from recado.links.bluetooth.pairing import Pairing

    click.echo(f"Procurando por {seconds:g} segundos…", err=True)
    try:
        with closing(Pairing()) as pairing:
            found = pairing.scan(seconds)
    except LinkDown as down:
        raise CommandFailed(f"{down.reason} {down.advice}".strip()) from down
    if not found:
        click.echo("Nenhum aparelho encontrado. Deixe-o por perto e visível no Bluetooth.")
        return
    rows = [
        (
            one.address,
            one.name,
            "–" if one.signal_dbm is None else f"{one.signal_dbm} dBm",
            "sim" if one.paired else "não",
            _way(one),
        )
        for one in found
    ]
    click.echo(table(("Endereço", "Nome", "Sinal", "Pareado", "Como envia"), rows))
    click.echo("Para parear: recado phones pair ENDEREÇO")


@click.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado phones pair A4:77:33:00:00:01
  recado phones pair A4:77:33:00:00:01 --pin 0000 --name "Aparelho da recepção"

Tenha o aparelho na mão: é preciso aceitar o pedido nele também.""",
)
@click.argument("address", metavar="ENDEREÇO")
@click.option("--pin", metavar="PIN", help="PIN de aparelhos antigos, como 0000. Sem ele, o PIN é pedido aqui.")
@click.option("--name", metavar="NOME", help="Nome do aparelho no Recado. Padrão: o nome que ele mesmo diz.")
@click.option(
    "--adapter", metavar="ADAPTADOR", help="Adaptador deste computador, como hci1. Padrão: o que o encontrar."
)
@with_django
def pair(address: str, pin: str | None, name: str | None, adapter: str | None) -> None:
    """Pareia com o aparelho em ENDEREÇO e o inclui.

    Mostra nome e endereço e pede confirmação. Depois de pareado, ele se liga sem perguntar.
    """
    from recado.links import LinkDown, LinkSyntaxError
    from recado.links.bluetooth.pairing import Pairing
    from recado.links.link import parse_address
    from recado.pairing.models import Work

    if pin is not None and not (pin.isascii() and pin.isprintable() and 1 <= len(pin) <= _LONGEST_PIN):
        raise Refused(f"O PIN deve ter de 1 a {_LONGEST_PIN} letras ou dígitos.")
    if name is not None:
        check_name(name)
    terminal = Terminal(pin)
    try:
        address = parse_address(address)
        with _alone(Work.PAIR, address) as task, closing(Pairing()) as pairing:
            found = pairing.find(address, adapter)
            if not found.paired and not terminal.agrees(f"Parear com “{found.name}” ({found.address})?"):
                raise CommandFailed("Nada foi pareado.")
            found = pairing.pair(address, terminal, adapter)
            click.echo(f"Pareado com “{found.name}”.")
            _include(task, found, name)
    except LinkSyntaxError as error:
        raise Refused(str(error)) from error
    except LinkDown as down:
        raise CommandFailed(f"{down.reason} {down.advice}".strip()) from down


@click.command(cls=RecadoCommand, epilog="\b\nExemplo:\n  recado phones unpair A4:77:33:00:00:01")
@click.argument("address", metavar="ENDEREÇO")
@with_django
def unpair(address: str) -> None:
    """Desfaz o pareamento com o aparelho em ENDEREÇO."""
    from recado.links import LinkDown, LinkSyntaxError
    from recado.links.bluetooth.pairing import Pairing
    from recado.links.link import parse_address
    from recado.pairing.models import Work
    from recado.people.models import Deed
    from recado.phones.models import Phone

    try:
        address = parse_address(address)
        with _alone(Work.UNPAIR, address) as task, closing(Pairing()) as pairing:
            known = pairing.unpair(address)
            if known:
                _end(task, Deed.PHONE_UNPAIRED)
    except LinkSyntaxError as error:
        raise Refused(str(error)) from error
    except LinkDown as down:
        raise CommandFailed(f"{down.reason} {down.advice}".strip()) from down
    if not known:
        raise CommandFailed(f"Este computador não conhece o aparelho {address}.")
    click.echo(f"Pareamento com {address} desfeito.")
    for phone in Phone.objects.filter(link__icontains=f":{address}"):
        click.echo(f'O aparelho “{phone.name}” continua incluído. Para retirá-lo: recado phones remove "{phone.name}"')


def _way(found: Found) -> str:
    if found.links:
        return ", ".join(str(link) for link in found.links)
    return "não envia por Bluetooth" if found.told else "a descobrir ao parear"


@contextmanager
def _alone(work: Work, address: str) -> Iterator[PairingTask]:
    """Keep the screens and other terminals from pairing meanwhile; a task that was not ended well is ended here."""
    from django.utils import timezone

    from recado.pairing import tasks

    try:
        task = tasks.begin_here(work, actor=shell_user(), now=timezone.now(), address=address)
    except tasks.Busy as busy:
        raise CommandFailed(
            f"{busy.task.asked_by} está usando o Bluetooth agora. Espere terminar, ou cancele na tela de pareamento."
        ) from busy
    try:
        yield task
    finally:
        tasks.fail(task, "Não foi concluído no terminal.", "", timezone.now())


def _end(task: PairingTask, deed: Deed, detail: str = "", phone: Phone | None = None) -> None:
    """All went well: end the task and record the deed."""
    from django.utils import timezone

    from recado.pairing import tasks

    tasks.finish(task, timezone.now(), phone=phone)
    note(deed.name, task.address, detail)


def _include(task: PairingTask, found: Found, name: str | None) -> None:
    """Add the phone with its link, under a name that is free."""
    from django.utils import timezone

    from recado.gateway.pairing import find_of
    from recado.pairing.including import NameTaken, include
    from recado.people.models import Deed

    if not found.links:
        raise CommandFailed("Ele não oferece por Bluetooth nenhum serviço que envie SMS. Use outro modelo.")
    try:
        included = include(find_of(found), name or "", actor=shell_user(), now=timezone.now())
    except NameTaken as taken:
        raise CommandFailed(str(taken)) from taken
    phone = included.phone
    _end(task, Deed.PHONE_PAIRED, f"{'já incluído' if included.was_there else 'incluído'} como {phone.name}", phone)
    if included.was_there:
        click.echo(f"O aparelho “{phone.name}” já usa {phone.link}.")
    else:
        click.echo(
            f"Aparelho “{phone.name}” incluído com a ligação {phone.link}. Teste: recado phones probe {phone.link}"
        )
