"""Telling GSAN what became of each message, in its own table of SMS, so that its query screen shows it.

The row's key is taken from GSAN's sequence and kept here before the row is written. A process that dies between the
two databases writes the same row again, which then is there already: never two rows for one SMS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from recado.gsan.layout import WRITE_BACK, WRITE_BACK_COLUMNS, seen
from recado.gsan.models import Written, WrittenBack
from recado.gsan.source import Connection, GsanDiffers, writing
from recado.outbox.models import SENT_GROUP, Status

AT_ONCE = 200
SENT, NOT_SENT = 1, 2
_GIVEN_UP = (Status.FAILED, Status.UNCERTAIN, Status.EXPIRED, Status.CANCELLED)
_SEQUENCES = ("atendimentopublico.seq_mensagem_sms", "atendimentopublico.mensagem_sms_msms_id_seq")


@dataclass(frozen=True, slots=True)
class Table:
    """GSAN's table of SMS: which sequence its keys come from, and how many digits a mobile may have there."""

    sequence: str
    number_digits: int


def write_fates(url: str) -> int:
    """Write up to `AT_ONCE` fates; give how many. Raises GsanUnreachable and GsanDiffers."""
    due = list(_due()[:AT_ONCE])
    if not due:
        return 0
    with writing(url) as connection:
        table = look(connection)
        _take_keys(connection, table, [row for row in due if row.msms_id is None])
        for row in due:
            _write(connection, table, row)
    return len(due)


def look(connection: Connection) -> Table:
    """How the table is made. Raises GsanDiffers when it is not there, or its keys come from no sequence known."""
    if not seen(connection).has(WRITE_BACK, *WRITE_BACK_COLUMNS):
        raise GsanDiffers(f"A tabela {WRITE_BACK} não existe neste GSAN, ou a conta não pode usá-la.")
    row = connection.execute(
        "SELECT pg_get_serial_sequence(%s, 'msms_id') AS own,"
        " (SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NOT NULL LIMIT 1) AS known,"
        " (SELECT character_maximum_length FROM information_schema.columns"
        "  WHERE table_schema || '.' || table_name = %s AND column_name = 'msms_nncelular') AS digits",
        [WRITE_BACK, list(_SEQUENCES), WRITE_BACK],
    ).fetchone()
    sequence = (row["own"] or row["known"]) if row else None
    if row is None or not sequence:
        raise GsanDiffers(f"Não há sequência para as chaves de {WRITE_BACK}. Crie {_SEQUENCES[0]} no banco do GSAN.")
    return Table(sequence, int(row["digits"] or 11))


def _due() -> QuerySet[WrittenBack]:
    """Messages whose fate GSAN does not show: sent ones, and, once, those that were not."""
    sent = Q(message__status__in=SENT_GROUP)
    given_up = Q(message__status__in=_GIVEN_UP, written=Written.NOTHING)
    rows = WrittenBack.objects.exclude(written=Written.SENT).filter(sent | given_up)
    return rows.select_related("message").order_by("message_id")


def _take_keys(connection: Connection, table: Table, rows: Sequence[WrittenBack]) -> None:
    taken = connection.execute(
        "SELECT nextval(%s::regclass) AS key FROM generate_series(1, %s)", [table.sequence, len(rows)]
    )
    for row, key in zip(rows, taken.fetchall(), strict=True):
        row.msms_id = key["key"]
        row.save(update_fields=["msms_id"])


def _write(connection: Connection, table: Table, row: WrittenBack) -> None:
    message = row.message
    is_sent = message.status in SENT_GROUP
    at = timezone.make_naive(message.sent_at or message.moment)
    digits = message.number.removeprefix("+55")
    # The original's column has no room for the ninth digit: DDD and the last eight, as GSAN itself wrote them.
    number = digits if len(digits) <= table.number_digits else digits[:2] + digits[-8:]
    connection.execute(
        f"INSERT INTO {WRITE_BACK} (msms_id, msms_nncelular, msms_icenviada, msms_dtenvio, smtp_id, rgat_id)"  # noqa: S608 - the table is a constant
        " SELECT %(key)s, %(number)s, %(sent)s, %(at)s, %(type)s, %(ra)s"
        f" WHERE NOT EXISTS (SELECT 1 FROM {WRITE_BACK} WHERE msms_id = %(key)s)",
        {
            "key": row.msms_id,
            "number": number,
            "sent": SENT if is_sent else NOT_SENT,
            "at": at,
            "type": message.type_id,
            "ra": message.ra_number,
        },
    )
    if is_sent:
        connection.execute(
            f"UPDATE {WRITE_BACK} SET msms_icenviada = %s, msms_dtenvio = %s"  # noqa: S608 - the table is a constant
            " WHERE msms_id = %s AND msms_icenviada <> %s",
            [SENT, at, row.msms_id, SENT],
        )
    row.written = Written.SENT if is_sent else Written.NOT_SENT
    row.save(update_fields=["written"])
