"""Writing many rows that differ in a few columns: what `bulk_create` does, at a fraction of its cost a row.

`bulk_create` asks every field of every row for its value; here the fields of one row, the prototype, are asked once,
and then only the columns that vary. A column that a model gets later is in the prototype too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, models

if TYPE_CHECKING:
    Column = models.Field[Any, Any]

# SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535.
_MOST_PARAMETERS = 30_000


def insert_many(
    prototype: models.Model, varying: Sequence[str], rows: Sequence[Sequence[Any]], *, returning: str
) -> list[Any]:
    """Insert one copy of `prototype` (unsaved) for each of `rows`, which hold the values of the columns `varying`.

    A row that a unique constraint refuses is left out. Gives the column `returning` of those that were inserted, in no
    order. Names are those of the model's attributes (`type_id`). Call it inside a transaction.
    """
    fields = [field for field in prototype._meta.concrete_fields if not field.primary_key]
    fill = _filler(prototype, fields, varying)
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    head = f"INSERT INTO {quote(prototype._meta.db_table)} ({columns}) VALUES "  # noqa: S608 - names of the model
    tail = f" ON CONFLICT DO NOTHING RETURNING {quote(returning)}"
    one = f"({', '.join(['%s'] * len(fields))})"
    at_once = max(1, _MOST_PARAMETERS // len(fields))
    inserted: list[Any] = []
    with connection.cursor() as cursor:
        for start in range(0, len(rows), at_once):
            lot = rows[start : start + at_once]
            parameters: list[Any] = []
            for row in lot:
                parameters += fill(row)
            cursor.execute(head + ", ".join([one] * len(lot)) + tail, parameters)
            inserted += [found for (found,) in cursor.fetchall()]
    return inserted


def _filler(
    prototype: models.Model, fields: Sequence[Column], varying: Sequence[str]
) -> Callable[[Sequence[Any]], list[Any]]:
    """What gives the parameters of a row: the prototype's, prepared once, with those that vary in their places."""
    by_name = {field.attname: place for place, field in enumerate(fields)}
    places = [by_name[name] for name in varying]
    # Text and whole numbers are the same in Python and in the database; times are not.
    preparing = [(place, fields[place]) for place in places if isinstance(fields[place], models.DateTimeField)]
    constant = [field.get_db_prep_save(getattr(prototype, field.attname), connection) for field in fields]
    # Many rows share their few times.
    prepared: dict[Any, Any] = {}

    def fill(row: Sequence[Any]) -> list[Any]:
        values = constant.copy()
        for place, value in zip(places, row, strict=True):
            values[place] = value
        for place, field in preparing:
            at = values[place]
            if at not in prepared:
                prepared[at] = field.get_db_prep_save(at, connection)
            values[place] = prepared[at]
        return values

    return fill
