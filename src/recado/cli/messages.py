"""`recado messages`: the query screen for the terminal and for scripts, with its filters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from recado.cli.base import RecadoCommand, Refused, counted, table, with_django
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
    number_of,
    numbered,
    read_day,
)

if TYPE_CHECKING:
    from recado.outbox.models import Message
    from recado.outbox.queries import Consultation

SITUATIONS = ("todas", "enviadas", "nao-enviadas")
CHUNK = 5000


@click.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado messages --from 01/11/2026 --to 22/11/2026
  recado messages --situation nao-enviadas
  recado messages --status failed,uncertain
  recado messages --count-by status
  recado messages --from 22/11/2026 --count
  recado messages --json --limit 1000

A data é a do envio; sem envio, a da última tentativa; sem tentativa, a de entrada na fila.
Situações de --status: queued, sending, sent, delivered, undelivered, failed, uncertain, expired, cancelled.""",
)
@FIRST_OPTION
@LAST_OPTION
@click.option(
    "--situation",
    type=click.Choice(SITUATIONS),
    default="todas",
    show_default=True,
    metavar="|".join(SITUATIONS),
    help="Situação da mensagem, como na tela.",
)
@click.option("--type", "type_", metavar="TIPO", help="Tipo de SMS: número ou nome.")
@click.option("--status", metavar="A,B", help="Só estas situações, em inglês, separadas por vírgula.")
@click.option("--count", is_flag=True, help="Só o número de mensagens.")
@click.option("--count-by", type=click.Choice(["status"]), metavar="status", help="Quantas em cada situação.")
@click.option("--json", "as_json", is_flag=True, help="Em JSON, uma mensagem por linha.")
@LIMIT_OPTION
@with_django
def messages(
    first: str | None,
    last: str | None,
    situation: str,
    type_: str | None,
    status: str | None,
    count: bool,
    count_by: str | None,
    as_json: bool,
    limit: int,
) -> None:
    """Mostra ou conta as mensagens.

    Os filtros são os da tela Consultar Mensagens Enviadas Via SMS.
    """
    chosen = _chosen(first, last, situation, type_, status)
    if count_by:
        _print_counts(chosen, as_json=as_json)
    elif count:
        click.echo(_count(chosen))
    elif as_json:
        # Before the first line: whoever reads them may hang up after any.
        _note("EXPORTED", min(_count(chosen), limit), " em JSON", chosen)
        for message in _first_rows(chosen, limit):
            click.echo(json.dumps(as_data(message), ensure_ascii=False))
    else:
        _print_table(chosen, limit)


def as_data(message: Message) -> dict[str, Any]:
    """One message as JSON has it; moments are ISO 8601 with the zone of the screens."""
    return {
        "id": message.pk,
        "number": message.number,
        "type": message.type_id,
        "type_name": message.type.name,
        "status": message.status,
        "cause": message.cause,
        "reason": message.reason,
        "protocol": message.protocol,
        "ra": message.ra_number,
        "text": message.text,
        "attempts": message.attempts,
        "created_at": iso(message.created_at),
        "moment": iso(message.moment),
        "sent_at": iso(message.sent_at),
    }


def _chosen(first: str | None, last: str | None, situation: str, type_: str | None, status: str | None) -> Consultation:
    """The screen's query with these filters; no status in it when none can match."""
    from recado.outbox.models import NOT_SENT_GROUP, SENT_GROUP, Status
    from recado.outbox.queries import Consultation

    start, end = read_day(first, "--from", FIRST_DAY), read_day(last, "--to", LAST_DAY)
    if end < start:
        raise Refused("A data final deve ser igual ou posterior à data inicial.")
    group = {"todas": tuple(Status), "enviadas": SENT_GROUP, "nao-enviadas": NOT_SENT_GROUP}[situation]
    asked = tuple(Status) if status is None else _statuses(status)
    type_id = None if type_ is None else _type_number(type_)
    return Consultation(start, end, tuple(s for s in Status if s in group and s in asked), type_id)


def _type_number(text: str) -> int:
    from recado.outbox.models import MessageType

    known = dict(MessageType.objects.values_list("pk", "name"))
    found = number_of(text, known)
    if found is None:
        raise Refused(f"--type: “{text[:60]}” não existe. Existem: {numbered(known)}.")
    return found


def _statuses(text: str) -> list[str]:
    from recado.outbox.models import Status

    asked = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in asked if word not in Status.values]
    if unknown or not asked:
        raise Refused(f"--status: “{', '.join(unknown)[:60]}” não existe. Existem: {', '.join(Status.values)}.")
    return asked


def _count(chosen: Consultation) -> int:
    # No status in common between --situation and --status is nothing; to the query, no status means all.
    return chosen.count() if chosen.statuses else 0


def _first_rows(chosen: Consultation, limit: int) -> Iterator[Message]:
    """At most `limit` messages, read a chunk at a time."""
    for offset in range(0, limit if chosen.statuses else 0, CHUNK):
        rows = chosen.rows(offset, min(CHUNK, limit - offset))
        yield from rows
        if len(rows) < CHUNK:
            return


def _note(deed: str, count: int, how: str, chosen: Consultation) -> None:
    if count:
        period = f"de {chosen.start:%d/%m/%Y} a {chosen.end:%d/%m/%Y}"
        note(deed, f"{counted(count, 'mensagem', 'mensagens')}{how}", period)


def _print_counts(chosen: Consultation, *, as_json: bool) -> None:
    from recado.outbox.models import Status

    counts = {status: replace(chosen, statuses=(status,)).count() for status in chosen.statuses}
    if as_json:
        click.echo(json.dumps({status.value: counts.get(status, 0) for status in Status}))
        return
    lines = [(status.value, status.label, str(count)) for status, count in counts.items() if count]
    click.echo(table(("status", "Situação", "Mensagens"), [*lines, ("total", "Total", str(sum(counts.values())))]))


def _print_table(chosen: Consultation, limit: int) -> None:
    from recado.outbox.numbers import show_mobile

    total = _count(chosen)
    if not total:
        click.echo("Nenhuma mensagem com estes filtros.")
        return
    shown = [
        (
            str(message.pk),
            show_mobile(message.number),
            "" if message.ra_number is None else str(message.ra_number),
            message.protocol,
            local(message.moment),
            message.type.name,
            message.status_label,
        )
        for message in _first_rows(chosen, limit)
    ]
    _note("LIST_VIEWED", len(shown), "", chosen)
    click.echo(table(("Mensagem", "Celular", "RA", "Protocolo", "Data e hora", "Tipo", "Situação"), shown))
    click.echo(how_many(total, len(shown), "mensagem", "mensagens"))
