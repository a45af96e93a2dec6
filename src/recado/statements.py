"""The statements that every SMS needs, made into text once and run many times.

Django builds a statement anew at each use: that took two thirds of the processor's time of a send, and a sleeping
worker pays it twice over, its caches cold. Here the text is made once a set of columns and kept; the values are
prepared by the model's own fields, so that a row written here is the row that the ORM would have written.

    update, insert, read   rows changed by equality of columns, added, or read by their key
    Slot, keep             a question worded by the ORM, with gaps for what differs from one time to the next

Only for the way of an SMS; everything else is the ORM's. No value ever becomes part of the text, only names of the
models do. `tests/test_statements.py` holds both against each other on both databases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, TypeAlias, TypeVar

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

Row = tuple[Any, ...]
AnyField: TypeAlias = "Field[Any, Any]"
AnyModel = TypeVar("AnyModel", bound=Model)


@dataclass(frozen=True, slots=True)
class Plus:
    """In the place of a value: what the column holds already, and `number` more."""

    number: int


ONE_MORE = Plus(1)


class Slot(Value):
    """In the place of a value in a question of the ORM's: `name` is given at each asking, for `model`'s `field`."""

    def __init__(self, name: str, model: type[Model], field: str) -> None:
        super().__init__(None, output_field=_field(model, field))
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


@dataclass(frozen=True, slots=True)
class Question:
    """A SELECT made once; ask with a value for each of its slots. `text` may also stand within another statement."""

    text: str
    parameters: tuple[Any, ...]
    converters: tuple[tuple[int, tuple[Any, ...], Any], ...]

    def given(self, values: Mapping[str, Any]) -> list[Any]:
        """The parameters for one asking."""
        return [
            one.output_field.get_db_prep_value(values[one.name], connection) if isinstance(one, Slot) else one
            for one in self.parameters
        ]

    def first(self, **values: Any) -> Row | None:
        """The first row."""
        row = one(self.text, self.given(values))
        return None if row is None else _converted(row, self.converters)

    def all(self, **values: Any) -> list[Row]:
        """All rows."""
        with connection.cursor() as cursor:
            cursor.execute(self.text, self.given(values))
            return [_converted(row, self.converters) for row in cursor.fetchall()]


def keep(question: QuerySet[Any, Any]) -> Question:
    """Make the text of a question given as `values_list`, with a `Slot` for each value that differs."""
    compiler = question.query.get_compiler(connection=connection)
    text, parameters = compiler.as_sql()
    columns = [column for column, _, _ in compiler.select]
    return Question(text, tuple(parameters), _converters_of(compiler, columns))


def update(model: type[Model], where: Mapping[str, Any], **values: Any) -> int:
    """`model.objects.filter(**where).update(**values)`: gives how many rows that were.

    `where` compares columns of the model with values that are not None.
    """
    names = tuple((name, isinstance(value, Plus)) for name, value in values.items())
    text, fields = _update_text(model, names, tuple(where))
    return execute(text, _prepared(fields, (*values.values(), *where.values())))


def insert(model: type[Model], **values: Any) -> int:
    """`model.objects.create(**values).pk`; columns that are not named get the model's default."""
    text, fields, defaults = _insert_text(model, tuple(values), "")
    row = one(text, [*_prepared(fields, values.values()), *defaults])
    if row is None:
        raise RuntimeError(f"{model._meta.db_table}: the database gave no key for a new row")
    return int(row[0])


def insert_once(model: type[Model], unique: str, **values: Any) -> int | None:
    """`insert`, but None when there is a row already with this value in the column `unique`.

    Raises IntegrityError for whatever else is wrong.
    """
    text, fields, defaults = _insert_text(model, tuple(values), unique)
    row = one(text, [*_prepared(fields, values.values()), *defaults])
    return None if row is None else int(row[0])


def read(model: type[AnyModel], key: int) -> AnyModel | None:
    """`model.objects.get(pk=key)`, to be read only: rows alike in every column share one object."""
    row = one(_select_text(model), [key])
    return None if row is None else _made(model, row)


def partly(model: type[AnyModel], **columns: Any) -> AnyModel:
    """A row of which only `columns` (by attribute) were read; the others are read when they are asked for."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in columns]
    return model.from_db(connection.alias, names, [columns[name] for name in names])


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
    text = f"UPDATE {_quoted(model._meta.db_table)} SET {assignments(model, names)} WHERE {condition}"  # noqa: S608 - names of the model; values are parameters
    return text, [_field(model, name) for name in (*(name for name, _ in names), *where)]


@cache
def _insert_text(model: type[Model], names: tuple[str, ...], unique: str) -> tuple[str, list[AnyField], list[Any]]:
    given = [_field(model, name) for name in names]
    others = [field for field in model._meta.concrete_fields if field not in given and not field.primary_key]
    defaults = [field.get_db_prep_save(field.get_default(), connection) for field in others]
    columns = [_quoted(field.column) for field in (*given, *others)]
    marks = ", ".join(["%s"] * len(columns))
    table, key = _quoted(model._meta.db_table), _column(model, "pk")
    once = f" ON CONFLICT ({_column(model, unique)}) DO NOTHING" if unique else ""
    text = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}){once} RETURNING {key}"  # noqa: S608 - names of the model; values are parameters
    return text, given, defaults


@cache
def _select_text(model: type[Model]) -> str:
    columns = ", ".join(_quoted(field.column) for field in model._meta.concrete_fields)
    return f"SELECT {columns} FROM {_quoted(model._meta.db_table)} WHERE {_column(model, 'pk')} = %s"  # noqa: S608 - names of the model; values are parameters


@lru_cache(maxsize=256)
def _made(model: type[AnyModel], row: Row) -> AnyModel:
    fields = model._meta.concrete_fields
    compiler = model._default_manager.all().query.get_compiler(connection=connection)
    values = _converted(row, _converters_of(compiler, [field.cached_col for field in fields]))
    return model.from_db(connection.alias, [field.attname for field in fields], values)


def _converters_of(compiler: SQLCompiler, columns: Sequence[Any]) -> tuple[tuple[int, tuple[Any, ...], Any], ...]:
    found = compiler.get_converters(list(columns))
    return tuple((place, tuple(converters), column) for place, (converters, column) in found.items())


def _converted(row: Row, converters: tuple[tuple[int, tuple[Any, ...], Any], ...]) -> Row:
    """`row` as the ORM would give it."""
    if not converters:
        return row
    values = list(row)
    for place, functions, column in converters:
        for convert in functions:
            values[place] = convert(values[place], column, connection)
    return tuple(values)


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
