"""`recado messages`: the query screen for the terminal and for scripts, with its filters."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from recado.cli.base import RecadoCommand, Refused, counted, table, with_django

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from recado.outbox.models import Message

SITUATIONS = ("todas", "enviadas", "nao-enviadas")
DEFAULT_LIMIT = 50


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
@click.option("--from", "first", metavar="DATA", help="Data inicial, dd/mm/aaaa.")
@click.option("--to", "last", metavar="DATA", help="Data final, dd/mm/aaaa (o dia inteiro).")
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
@click.option(
    "--limit",
    type=click.IntRange(1, 1_000_000),
    default=DEFAULT_LIMIT,
    show_default=True,
    metavar="NÚMERO",
    help="No máximo quantas mostrar.",
)
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
    rows = _selected(first, last, situation, type_, status)
    if count_by:
        _print_counts(rows, as_json=as_json)
    elif count:
        click.echo(rows.count())
    elif as_json:
        for message in rows.order_by("moment", "pk")[:limit]:
            click.echo(json.dumps(as_data(message), ensure_ascii=False))
    else:
        _print_table(rows, limit)


def read_date(text: str | None, option: str) -> datetime | None:
    """Midnight, in the screens' zone, of a day written `22/11/2026` or `2026-11-22`; None for None."""
    from django.utils import timezone

    if text is None:
        return None
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            # The year has four digits in both forms; strptime would take fewer.
            day = datetime.strptime(text, form) if len(text) == 10 else None  # noqa: DTZ007
        except ValueError:
            continue
        if day is not None and day.year >= 1900:
            return timezone.make_aware(day)
    raise Refused(f"{option}: “{text[:30]}” não é uma data que existe. Use dd/mm/aaaa, como 22/11/2026.")


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
        "created_at": _iso(message.created_at),
        "moment": _iso(message.moment),
        "sent_at": _iso(message.sent_at),
    }


def _selected(
    first: str | None, last: str | None, situation: str, type_: str | None, status: str | None
) -> QuerySet[Message]:
    from datetime import timedelta

    from recado.outbox.models import NOT_SENT_GROUP, SENT_GROUP, Message

    since, until = read_date(first, "--from"), read_date(last, "--to")
    if since and until and until < since:
        raise Refused("A data final deve ser igual ou posterior à data inicial.")
    rows = Message.objects.select_related("type")
    if since:
        rows = rows.filter(moment__gte=since)
    if until:
        # By the calendar, not by 24 hours: a day of a change of clocks has 23 or 25.
        rows = rows.filter(moment__lt=_next_midnight(until + timedelta(hours=36)))
    if situation != "todas":
        rows = rows.filter(status__in=SENT_GROUP if situation == "enviadas" else NOT_SENT_GROUP)
    if type_ is not None:
        rows = rows.filter(type_id=_type_number(type_))
    if status is not None:
        rows = rows.filter(status__in=_statuses(status))
    return rows


def _next_midnight(moment: datetime) -> datetime:
    from django.utils import timezone

    day = timezone.localtime(moment).date()
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001


def _type_number(text: str) -> int:
    from recado.outbox.models import MessageType

    known = dict(MessageType.objects.values_list("pk", "name"))
    for number, name in known.items():
        if text.strip() == str(number) or text.strip().lower() == name.lower():
            return number
    listed = "; ".join(f"{number} {name}" for number, name in known.items())
    raise Refused(f"--type: “{text[:60]}” não existe. Existem: {listed}.")


def _statuses(text: str) -> list[str]:
    from recado.outbox.models import Status

    asked = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in asked if word not in Status.values]
    if unknown or not asked:
        raise Refused(f"--status: “{', '.join(unknown)[:60]}” não existe. Existem: {', '.join(Status.values)}.")
    return asked


def _print_counts(rows: QuerySet[Message], *, as_json: bool) -> None:
    from django.db.models import Count

    from recado.outbox.models import Status

    found = dict(rows.order_by().values_list("status").annotate(Count("pk")))
    counts = {status.value: found.get(status.value, 0) for status in Status}
    if as_json:
        click.echo(json.dumps(counts))
        return
    lines = [(status.value, status.label, str(counts[status.value])) for status in Status if counts[status.value]]
    click.echo(table(("status", "Situação", "Mensagens"), [*lines, ("total", "Total", str(sum(counts.values())))]))


def _print_table(rows: QuerySet[Message], limit: int) -> None:
    from recado.outbox.models import Status
    from recado.outbox.numbers import show_mobile

    total = rows.count()
    if not total:
        click.echo("Nenhuma mensagem com estes filtros.")
        return
    shown = [
        (
            str(message.pk),
            show_mobile(message.number),
            "" if message.ra_number is None else str(message.ra_number),
            message.protocol,
            _local(message.moment),
            message.type.name,
            Status(message.status).label,
        )
        for message in rows.order_by("moment", "pk")[:limit]
    ]
    click.echo(table(("Mensagem", "Celular", "RA", "Protocolo", "Data e hora", "Tipo", "Situação"), shown))
    rest = total - len(shown)
    more = f" Mais {rest} não mostradas: aumente --limit." if rest else ""
    click.echo(f"{counted(total, 'mensagem', 'mensagens')}.{more}")


def _local(moment: datetime) -> str:
    from django.utils import timezone

    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M:%S}"


def _iso(moment: datetime | None) -> str | None:
    from django.utils import timezone

    return None if moment is None else timezone.localtime(moment).isoformat()
