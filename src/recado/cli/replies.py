"""`recado replies`: what customers wrote back, for the terminal and for scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from recado.cli.base import RecadoCommand, counted, table, with_django
from recado.cli.deeds import note
from recado.cli.listing import (
    FIRST_DAY,
    FIRST_OPTION,
    LAST_DAY,
    LAST_OPTION,
    LIMIT_OPTION,
    how_many,
    iso,
    local,
    read_day,
)

if TYPE_CHECKING:
    from recado.inbox.models import Reply


@click.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado replies
  recado replies --unread
  recado replies --from 22/11/2026 --json

A data é a do recebimento. A resposta mais nova vem primeiro.""",
)
@FIRST_OPTION
@LAST_OPTION
@click.option("--unread", is_flag=True, help="Só as que ninguém leu.")
@click.option("--json", "as_json", is_flag=True, help="Em JSON, uma resposta por linha.")
@LIMIT_OPTION
@with_django
def replies(first: str | None, last: str | None, unread: bool, as_json: bool, limit: int) -> None:
    """Mostra o que os clientes responderam.

    São as respostas da tela Respostas; ver aqui não as marca como lidas.
    """
    from recado.inbox.queries import ReplyFilter

    start, end = read_day(first, "--from", FIRST_DAY), read_day(last, "--to", LAST_DAY)
    found = ReplyFilter(unread_only=unread, start=start, end=end).replies()
    if as_json:
        # Before the first line: whoever reads them may hang up after any.
        if taken := min(found.count(), limit):
            note("EXPORTED", f"{counted(taken, 'resposta', 'respostas')} em JSON")
        for reply in found[:limit].iterator():
            click.echo(json.dumps(as_data(reply), ensure_ascii=False))
        return
    shown = [_row(reply) for reply in found[:limit]]
    if not shown:
        click.echo("Nenhuma resposta com estes filtros.")
        return
    note("LIST_VIEWED", counted(len(shown), "resposta", "respostas"))
    total = found.count()
    click.echo(table(("Resposta", "De", "Recebida em", "Lida", "Texto"), shown))
    click.echo(how_many(total, len(shown), "resposta", "respostas"))


def as_data(reply: Reply) -> dict[str, Any]:
    """One reply as JSON has it; moments are ISO 8601 with the zone of the screens."""
    return {
        "id": reply.pk,
        "number": reply.number,
        "text": reply.text,
        "whole": reply.is_whole,
        "asks_to_stop": reply.asks_to_stop,
        "sent_at": iso(reply.sent_at),
        "received_at": iso(reply.received_at),
        "read_at": iso(reply.read_at),
        "read_by": reply.read_by,
    }


def _row(reply: Reply) -> tuple[str, ...]:
    from recado.outbox.numbers import show_mobile

    read = f"sim, por {reply.read_by}" if reply.read_at else "não"
    # What came over the air may hold line breaks and escapes of a terminal: a table shows one line of plain characters.
    text = "".join(character if character.isprintable() else " " for character in reply.text)
    return (str(reply.pk), show_mobile(reply.number), local(reply.received_at), read, text)
