"""`recado send`: a text to one mobile, or a file of them, into the queue. It never waits for a phone."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recado.cli.base import CommandFailed, RecadoCommand, Refused, counted, with_django
from recado.outbox.own_types import OwnType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recado.cli.csv_rows import BadRow, GoodRow

LONGEST_KEY = 100
_ROWS_A_TRANSACTION = 200


@click.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado send "(81) 90000-0001" "Sua ligação foi feita."
  recado send 81900000001 - < texto.txt
  recado send 81900000001 "Visita amanhã às 9h." --key visita-4711
  recado send --csv avisos.csv

O arquivo tem na primeira linha os nomes celular;texto. Aceita ; ou , e UTF-8 ou Windows-1252.
O mesmo arquivo duas vezes não envia nada em dobro.""",
)
@click.argument("number", metavar="[CELULAR]", required=False)
@click.argument("text", metavar="[TEXTO]", required=False)
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="ARQUIVO",
    help="Um SMS por linha: celular;texto.",
)
@click.option("--key", metavar="CHAVE", help="A mesma chave duas vezes é um só SMS, para quem repete comandos.")
@with_django
def send(number: str | None, text: str | None, csv_file: Path | None, key: str | None) -> None:
    """Põe na fila um SMS, ou um arquivo deles.

    Envia o TEXTO ao CELULAR (“-”: lê o texto da entrada padrão), ou todas as linhas de um CSV.
    Diz o número de cada mensagem.
    """
    if csv_file is not None:
        if number is not None or key is not None:
            raise Refused("Com --csv não se informa celular, texto nem --key.")
        _send_file(csv_file)
    elif number is None or text is None:
        raise Refused("Informe o celular e o texto, ou --csv ARQUIVO.")
    else:
        _send_one(number, sys.stdin.read().strip() if text == "-" else text, key)


def _send_one(number: str, text: str, key: str | None) -> None:
    from recado.cli.csv_rows import GoodRow, fault_of_text
    from recado.outbox.numbers import NumberRefused, normalise_mobile, show_mobile

    if key is not None and not (key.strip() and len(key) <= LONGEST_KEY and key.isprintable()):
        raise Refused(f"A chave deve ter de 1 a {LONGEST_KEY} caracteres.")
    try:
        mobile = normalise_mobile(number)
    except NumberRefused as refusal:
        raise Refused(str(refusal)) from refusal
    if fault := fault_of_text(text):
        raise Refused(fault)
    row = GoodRow(0, mobile, text, f"cli:{key}" if key else f"cli:{uuid.uuid4()}")
    ((message_id, repeated),) = _queue([row])
    if repeated:
        click.echo(f"Já estava na fila com esta chave: mensagem {message_id}.")
    else:
        click.echo(f"Mensagem {message_id} na fila para {show_mobile(mobile)}.")


def _send_file(path: Path) -> None:
    from recado.cli.csv_rows import BadRow, FileRefused, GoodRow, read_rows

    try:
        rows = read_rows(path.read_bytes())
    except FileRefused as refusal:
        raise Refused(f"{path.name}: {refusal}") from refusal
    good = [row for row in rows if isinstance(row, GoodRow)]
    bad = [row for row in rows if isinstance(row, BadRow)]
    results = []
    for start in range(0, len(good), _ROWS_A_TRANSACTION):
        results += _queue(good[start : start + _ROWS_A_TRANSACTION])
    _report(results, bad)


def _queue(rows: Sequence[GoodRow]) -> list[tuple[int, bool]]:
    """Queue `rows` in one transaction; for each the message's number, and whether it stood there already."""
    from django.db import transaction
    from django.utils import timezone

    from recado.outbox.enqueue import Event, enqueue

    results = []
    now = timezone.now()
    actor = "recado send"
    with transaction.atomic():
        for row in rows:
            event = Event(OwnType.BY_HAND, row.number, row.key, {"TEXTO": row.text}, actor=actor)
            message = enqueue(event, now=now)
            if message is None:
                raise CommandFailed("O tipo de SMS “Envio avulso” está desativado; nada foi enviado.")
            repeated = message.created_at != now
            if repeated and (message.number, message.text) != (row.number, row.text):
                raise CommandFailed(f"A chave já é da mensagem {message.pk}, com outro celular ou texto.")
            results.append((message.pk, repeated))
    return results


def _report(results: list[tuple[int, bool]], bad: list[BadRow]) -> None:
    new = [message_id for message_id, repeated in results if not repeated]
    repeated = len(results) - len(new)
    if new:
        which = f"mensagem {new[0]}" if len(new) == 1 else f"mensagens {new[0]} a {new[-1]}"
        click.echo(f"{counted(len(new), 'SMS na fila', 'SMS na fila')} ({which}).")
    if repeated:
        click.echo(counted(repeated, "linha já estava na fila.", "linhas já estavam na fila.") + " Nada em dobro.")
    for row in bad:
        click.echo(f"Linha {row.line}: {row.reason}", err=True)
    if bad:
        raise CommandFailed(
            counted(len(bad), "linha com problema ficou de fora.", "linhas com problema ficaram de fora.")
            # The keys come from the whole content: the same file with one row mended is another file.
            + (" Corrija e envie só o que ficou de fora, em um arquivo novo: o resto já foi aceito." if results else "")
        )
