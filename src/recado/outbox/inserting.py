"""Writing many rows that differ in a few columns: what `bulk_create` does, at a fraction of its cost a row.

`bulk_create` asks every field of every row for its value, and sends every value as a parameter of its own. Here the
fields of one row, the prototype, are asked once, and only the columns that vary travel: on PostgreSQL one array each,
since psycopg's work is by the parameter; SQLite knows no arrays. A column that a model gets later is in the prototype
too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, models

if TYPE_CHECKING:
    Column = models.Field[Any, Any]

# SQLite takes 32,766 parameters in a statement, those of the prototype among them.
_MOST_VALUES = 30_000


def insert_many(
    prototype: models.Model, varying: Sequence[str], rows: Sequence[Sequence[Any]], *, returning: str
) -> list[Any]:
    """Insert one copy of `prototype` (unsaved) for each of `rows`, which hold the values of the columns `varying`.

    A row that a unique constraint refuses is left out. Gives the column `returning` of those that were inserted, in no
    order; keys of the database's own making rise in the order of `rows`. Names are those of the model's attributes
    (`type_id`). Call it inside a transaction.
    """
    fields = {field.attname: field for field in prototype._meta.concrete_fields if not field.primary_key}
    constant = [
        field.get_db_prep_save(getattr(prototype, name), connection)
        for name, field in fields.items()
        if name not in varying
    ]
    varied = [fields[name] for name in varying]
    at_once = _MOST_VALUES // len(varied)
    inserted: list[Any] = []
    with connection.cursor() as cursor:
        for start in range(0, len(rows), at_once):
            columns = [
                _prepared(field, values)
                for field, values in zip(varied, zip(*rows[start : start + at_once], strict=True), strict=True)
            ]
            source, parameters = _source(varied, columns)
            cursor.execute(_statement(prototype, fields, varying, source, returning), [*constant, *parameters])
            inserted += [found for (found,) in cursor.fetchall()]
    return inserted


def _statement(
    prototype: models.Model, fields: dict[str, Column], varying: Sequence[str], source: str, returning: str
) -> str:
    """`source` is a table whose columns `column1`, `column2` and so on are those that vary."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields.values())
    places = {name: f"column{place}" for place, name in enumerate(varying, 1)}
    values = ", ".join(places.get(name, "%s") for name in fields)
    into = f"INSERT INTO {quote(prototype._meta.db_table)} ({columns})"
    # Without a condition SQLite would take ON CONFLICT for the ON of a join.
    return f"{into} SELECT {values} FROM {source} WHERE true ON CONFLICT DO NOTHING RETURNING {quote(returning)}"  # noqa: S608 - names of the model; values are parameters


def _source(fields: Sequence[Column], columns: Sequence[list[Any]]) -> tuple[str, list[Any]]:
    """The table that holds `columns`, and its parameters."""
    if connection.vendor == "postgresql":
        arrays = ", ".join(f"%s::{_bare_type(field)}[]" for field in fields)
        names = ", ".join(f"column{place}" for place in range(1, len(fields) + 1))
        return f"unnest({arrays}) AS given({names})", list(columns)
    one = f"({', '.join(['%s'] * len(fields))})"
    rows = list(zip(*columns, strict=True))
    return f"(VALUES {', '.join([one] * len(rows))})", [value for row in rows for value in row]


def _bare_type(field: Column) -> str:
    """The type of the field's column without its length: a cast to `varchar(16)` would cut what the column refuses."""
    return str(field.db_type(connection)).partition("(")[0]


def _prepared(field: Column, values: Sequence[Any]) -> list[Any]:
    """`values` as the database takes them: text and whole numbers are the same in Python, times are not."""
    if not isinstance(field, models.DateTimeField):
        return list(values)
    # Many rows share their few times.
    prepared = {at: field.get_db_prep_save(at, connection) for at in set(values)}
    return [prepared[at] for at in values]
