"""A list of messages as any of the files takes it. Rows come from the database one by one and are kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from recado.outbox.models import CAUSES, SHOWN_STATUSES, MessageType, shown_status
from recado.outbox.numbers import show_mobile
from recado.outbox.queries import Consultation
from recado.people.actors import PROGRAM

Cell = str | int | datetime | None
"""A text, a number, a local time without its zone, or nothing."""

_CHUNK = 2000
_FIELDS = (
    "number",
    "protocol",
    "ra_number",
    "moment",
    "type_id",
    "status",
    "handed_over",
    "cause",
    "created_at",
    "phone__name",
    "attempts",
    "created_by",
)


@dataclass(frozen=True, slots=True)
class Document:
    """`filters` are label and value; `heads` and the cells of each of the `rows` correspond; `name` has no ending."""

    title: str
    name: str
    filters: list[tuple[str, str]]
    heads: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]


MESSAGE_HEADS = (
    "Celular",
    "Protocolo",
    "RA",
    "Data e hora do envio",
    "Tipo",
    "Situação",
    "Motivo",
    "Entrada na fila",
    "Aparelho",
    "Tentativas",
    "Usuário",
)


def message_rows(asked: Consultation) -> Iterator[tuple[Cell, ...]]:
    """The messages in the order asked for, each under `MESSAGE_HEADS`."""
    types = dict(MessageType.objects.values_list("pk", "name"))
    statuses, causes = dict(SHOWN_STATUSES), dict(CAUSES)
    for row in asked.every_row().values_list(*_FIELDS).iterator(chunk_size=_CHUNK):
        number, protocol, ra_number, moment, type_id, status, handed_over, cause, *rest = row
        created_at, phone, attempts, created_by = rest
        yield (
            show_mobile(number),
            protocol,
            ra_number,
            _local(moment),
            types[type_id],
            statuses[shown_status(status, handed_over)],
            causes.get(cause, ""),
            _local(created_at),
            phone or "",
            attempts,
            created_by or PROGRAM,
        )


def written(cell: Cell) -> str:
    """A cell as a person reads it."""
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M:%S}"
    return "" if cell is None else str(cell)


def _local(at: datetime) -> datetime:
    return timezone.localtime(at).replace(tzinfo=None)
