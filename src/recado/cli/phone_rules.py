"""`recado phones set`: what a phone may send and when; and its rules as data, for scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import time
from typing import TYPE_CHECKING, Any

import click

from recado.cli.base import RecadoCommand, Refused, with_django
from recado.cli.deeds import shell_user

if TYPE_CHECKING:
    from recado.phones.models import Phone

NONE = ("nenhum", "nenhuma", "todos", "todas")
_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)")


@click.command(
    "set",
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado phones set "Aparelho 1" --quota-day 500 --hours 08:00-20:00
  recado phones set "Aparelho 1" --ddd 81,82 --urgent-share 20
  recado phones set "Aparelho 2" --types 1,2,3 --no-takes-over
  recado phones set "Aparelho 1" --quota-day nenhuma --types todos

Vale a partir da próxima mensagem. Cotas contam SMS (partes) aceitos pela operadora; a mensagem já começada termina.""",
)
@click.argument("name", metavar="NOME")
@click.option("--pace", type=click.FloatRange(0, 3600), metavar="SEGUNDOS", help="Tempo mínimo entre dois envios.")
@click.option("--quota-hour", metavar="SMS", help="SMS por hora, ou nenhuma.")
@click.option("--quota-day", metavar="SMS", help="SMS por dia, ou nenhuma.")
@click.option("--quota-month", metavar="SMS", help="SMS por mês, ou nenhuma.")
@click.option(
    "--hours", metavar="HH:MM-HH:MM", help="Só envia neste horário, que pode passar da meia-noite; ou nenhum."
)
@click.option("--types", metavar="1,2,3", help="Só envia estes tipos de SMS; ou todos.")
@click.option("--ddd", metavar="81,82", help="DDDs em que é o preferido enquanto puder enviar; ou nenhum.")
@click.option(
    "--urgent-share",
    type=click.IntRange(0, 90),
    metavar="POR CENTO",
    help="Parte do ritmo guardada para tipos urgentes, de 0 a 90.",
)
@click.option(
    "--takes-over/--no-takes-over",
    default=None,
    help="Envia, ou não, o que cabe a um aparelho preferido que está parado.",
)
@with_django
def set_rules(name: str, **given: Any) -> None:
    """Muda as regras do aparelho NOME: cotas, horário, tipos, DDDs."""
    from django.db import transaction
    from django.utils import timezone

    from recado.cli.phones import find_phone
    from recado.outbox import doorbell
    from recado.phones import changes
    from recado.phones.rule_values import in_words, note_of

    fields = _fields({option: value for option, value in given.items() if value is not None})
    if not fields:
        raise Refused("Diga o que mudar. Veja as opções: recado phones set --help")
    phone = find_phone(name)
    for field, value in fields.items():
        setattr(phone, field, value)
    with transaction.atomic():
        changes.set_rules(phone, fields, note=note_of(phone), actor=shell_user(), now=timezone.now())
        doorbell.ring()
    click.echo(f"Aparelho “{name}”:")
    for label, value in in_words(phone):
        click.echo(f"  {label}: {value}")


def rules_as_data(phone: Phone) -> dict[str, Any]:
    """The rules for scripts; null where none is set."""
    hours = phone.hours_from is not None and phone.hours_until is not None
    return {
        "pace_seconds": phone.pace_seconds,
        "quota_hour": phone.quota_hour,
        "quota_day": phone.quota_day,
        "quota_month": phone.quota_month,
        "hours": f"{phone.hours_from:%H:%M}-{phone.hours_until:%H:%M}" if hours else None,
        "types": phone.type_ids or None,
        "ddds": phone.ddds or None,
        "urgent_share": phone.urgent_share,
        "takes_over": phone.takes_over,
    }


def _fields(given: dict[str, Any]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for option, value in given.items():
        fields |= _READERS[option](value)
    return fields


def _quota(field: str) -> Callable[[str], dict[str, object]]:
    def read(raw: str) -> dict[str, object]:
        if raw.lower() in NONE:
            return {field: None}
        from recado.phones.rule_values import read_quota

        with _refusal(field.replace("_", "-"), "nenhuma"):
            return {field: read_quota(raw)}

    return read


def _hours(raw: str) -> dict[str, object]:
    if raw.lower() in NONE:
        return {"hours_from": None, "hours_until": None}
    match = _HOURS.fullmatch(raw)
    if match is None:
        raise Refused("--hours: use HH:MM-HH:MM, como 08:00-20:00, ou nenhum.")
    hour_from, minute_from, hour_until, minute_until = map(int, match.groups())
    from recado.phones.rule_values import check_hours

    with _refusal("hours", "nenhum"):
        start, end = check_hours(time(hour_from, minute_from), time(hour_until, minute_until))
        return {"hours_from": start, "hours_until": end}


def _types(raw: str) -> dict[str, object]:
    from recado.outbox.models import MessageType
    from recado.phones.rule_values import read_types

    if raw.lower() in NONE:
        return {"type_ids": []}
    known = set(MessageType.objects.values_list("pk", flat=True))
    with _refusal("types", "todos"):
        return {"type_ids": read_types([word.strip() for word in raw.split(",")], known)}


def _ddds(raw: str) -> dict[str, object]:
    from recado.phones.rule_values import read_ddds

    if raw.lower() in NONE:
        return {"ddds": []}
    with _refusal("ddd", "nenhum"):
        return {"ddds": read_ddds(raw)}


@contextmanager
def _refusal(option: str, none: str) -> Iterator[None]:
    """Say a refusal of the phones' room as this command says it."""
    from recado.phones.rule_values import RuleRefused

    try:
        yield
    except RuleRefused as refusal:
        raise Refused(f"--{option}: {refusal}, ou {none}.") from refusal


def _as_it_is(field: str) -> Callable[[Any], dict[str, object]]:
    return lambda value: {field: value}


_READERS: dict[str, Callable[[Any], dict[str, object]]] = {
    "pace": _as_it_is("pace_seconds"),
    "quota_hour": _quota("quota_hour"),
    "quota_day": _quota("quota_day"),
    "quota_month": _quota("quota_month"),
    "hours": _hours,
    "types": _types,
    "ddd": _ddds,
    "urgent_share": _as_it_is("urgent_share"),
    "takes_over": _as_it_is("takes_over"),
}
