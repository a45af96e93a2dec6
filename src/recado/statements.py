"""The statements that every SMS needs, made into text once and run many times.

Django builds a statement anew at each use: that took two thirds of the processor's time of a send, and a sleeping
worker pays it twice over, its caches cold. Here the text is made once a set of columns and kept; the values are
prepared by the model's own fields, so that a row written here is the row that the ORM would have written.

Only for rows changed or added by equality of columns, on the way of an SMS; everything else is the ORM's. No value ever
becomes part of the text, only names of the models do. `tests/test_statements.py` holds both against each other on both
databases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, TypeAlias, TypeVar

from django.db import connection
from django.db.models import Field, Model

Row = tuple[Any, ...]
AnyField: TypeAlias = "Field[Any, Any]"
AnyModel = TypeVar("AnyModel", bound=Model)


@dataclass(frozen=True, slots=True)
class Plus:
    """In the place of a value: what the column holds already, and `number` more."""

    number: int


ONE_MORE = Plus(1)


def update(model: type[Model], where: Mapping[str, Any], **values: Any) -> int:
    """`model.objects.filter(**where).update(**values)`: gives how many rows that were.

    `where` compares columns of the model with values that are not None.
    """
    names = tuple((name, isinstance(value, Plus)) for name, value in values.items())
    text, fields = _update_text(model, names, tuple(where))
    return execute(text, _prepared(fields, (*values.values(), *where.values())))


def insert(model: type[Model], **values: Any) -> int:
    """`model.objects.create(**values).pk`; columns that are not named get the model's default."""
    text, fields, defaults = _insert_text(model, tuple(values))
    row = one(text, [*_prepared(fields, values.values()), *defaults])
    if row is None:
        raise RuntimeError(f"{model._meta.db_table}: the database gave no key for a new row")
    return int(row[0])


def read(model: type[AnyModel], key: int) -> AnyModel | None:
    """`model.objects.get(pk=key)`, to be read only: rows alike in every column share one object."""
    row = one(_select_text(model), [key])
    return None if row is None else _made(model, row)


def execute(text: str, parameters: Sequence[Any]) -> int:
    """Run `text`, with `%s` for each parameter as the database takes it; gives the number of rows."""
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        return int(cursor.rowcount)


def one(text: str, parameters: Sequence[Any]) -> Row | None:
    """Run `text` and give its first row as the database gives it."""
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        row: Row | None = cursor.fetchone()
        return row


def as_stored(model: type[Model], name: str, value: Any) -> Any:
    """`value` as the database takes it for the field `name`."""
    return _field(model, name).get_db_prep_save(value, connection)


def stored(model: type[Model], values: Mapping[str, Any]) -> list[Any]:
    """Each of `values`, named by field, as the database takes it."""
    return _prepared([_field(model, name) for name in values], values.values())


def assignments(model: type[Model], names: Iterable[tuple[str, bool]]) -> str:
    """`"status" = %s, "attempts" = "attempts" + %s`: the True ones add to what the column holds."""
    columns = [(_column(model, name), adds) for name, adds in names]
    return ", ".join(f"{column} = {column} + %s" if adds else f"{column} = %s" for column, adds in columns)


@cache
def _update_text(
    model: type[Model], names: tuple[tuple[str, bool], ...], where: tuple[str, ...]
) -> tuple[str, list[AnyField]]:
    condition = " AND ".join(f"{_column(model, name)} = %s" for name in where)
    text = f"UPDATE {_quoted(model._meta.db_table)} SET {assignments(model, names)} WHERE {condition}"  # noqa: S608
    return text, [_field(model, name) for name in (*(name for name, _ in names), *where)]


@cache
def _insert_text(model: type[Model], names: tuple[str, ...]) -> tuple[str, list[AnyField], list[Any]]:
    given = [_field(model, name) for name in names]
    others = [field for field in model._meta.concrete_fields if field not in given and not field.primary_key]
    defaults = [field.get_db_prep_save(field.get_default(), connection) for field in others]
    columns = [_quoted(field.column) for field in (*given, *others)]
    marks = ", ".join(["%s"] * len(columns))
    table, key = _quoted(model._meta.db_table), _column(model, "pk")
    text = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) RETURNING {key}"  # noqa: S608
    return text, given, defaults


@cache
def _select_text(model: type[Model]) -> str:
    columns = ", ".join(_quoted(field.column) for field in model._meta.concrete_fields)
    return f"SELECT {columns} FROM {_quoted(model._meta.db_table)} WHERE {_column(model, 'pk')} = %s"  # noqa: S608


@lru_cache(maxsize=256)
def _made(model: type[AnyModel], row: Row) -> AnyModel:
    fields = model._meta.concrete_fields
    compiler = model._default_manager.all().query.get_compiler(connection=connection)
    converters = compiler.get_converters([field.cached_col for field in fields])
    values = next(iter(compiler.apply_converters([row], converters))) if converters else row
    return model.from_db(connection.alias, [field.attname for field in fields], values)


def _prepared(fields: Iterable[AnyField], values: Iterable[Any]) -> list[Any]:
    bare = (value.number if isinstance(value, Plus) else value for value in values)
    return [field.get_db_prep_save(value, connection) for field, value in zip(fields, bare, strict=True)]


def _field(model: type[Model], name: str) -> AnyField:
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    if not isinstance(field, Field):
        raise TypeError(f"{model._meta.label}.{name} is no column")
    return field


def _column(model: type[Model], name: str) -> str:
    return _quoted(_field(model, name).column)


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")
