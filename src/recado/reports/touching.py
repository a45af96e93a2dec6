"""The database's own note that a message of an ended day changed, whoever changed it and by which statement.

Most changes are of today's messages, of which no day is known: they cost one look at the last entry of an index, a row
on SQLite, a statement on PostgreSQL.
Made again after every migration, since SQLite loses a table's triggers when a migration rebuilds the table; what
changed while there were none is not known, so every day is counted again then.
"""

from __future__ import annotations

from django.db import connection

from recado.reports.models import CountedDay

TABLE = "outbox_message"
_KNOWN = "reports_countedday"
_EVENTS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}
# What the counts are made of; a change of anything else leaves them as they are.
COLUMNS = "moment, created_at, sent_at, status, handed_over, cause, type_id, phone_id"


def watch_messages(**kwargs: object) -> None:
    """Put the triggers on the messages, where they are not yet."""
    tables = connection.introspection.table_names()
    if TABLE not in tables or _KNOWN not in tables:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for statement in _postgresql():
                cursor.execute(statement)
            return
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{TABLE}_touch%"]
        )
        found = dict(cursor.fetchall())
        if sorted(found.values()) == sorted(_sqlite()):
            return
        for statement in (*(f"DROP TRIGGER {name}" for name in found), *_sqlite()):
            cursor.execute(statement)
    CountedDay.objects.update(moved=None, made=None)


def _sqlite() -> list[str]:
    columns = f" OF {COLUMNS}"
    return [
        f"CREATE TRIGGER {TABLE}_touch_{event} AFTER {event}{columns if event == 'update' else ''} ON {TABLE}"  # noqa: S608 - names of our own only
        f" WHEN EXISTS (SELECT 1 FROM {_KNOWN} WHERE ends > min({', '.join(_times(rows))}))"
        f" BEGIN {' '.join(_notes(rows))} END"
        for event, rows in _EVENTS.items()
    ]


def _postgresql() -> list[str]:
    """Once a statement, over the tables of its rows: called once a row, a function costs more than half of an update.

    An update of columns that are not counted is only looked at: PostgreSQL gives no such tables to a trigger that is
    for some columns alone.
    """
    made = []
    for event, rows in _EVENTS.items():
        name = f"{TABLE}_touch_{event}"
        tables = " ".join(f"{row} TABLE AS {row}_rows" for row in rows)
        first = "SELECT min(least(moment, created_at)) AS at FROM"
        earliest = " UNION ALL ".join(f"{first} {row}_rows" for row in rows)
        made += [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"  # noqa: S608 - names of our own only
            f" IF EXISTS (SELECT FROM {_KNOWN} WHERE ends > (SELECT min(at) FROM ({earliest}) AS earliest)) THEN"
            f" {_noted_together(rows)} END IF; RETURN NULL; END $$",
            f"CREATE OR REPLACE TRIGGER {name} AFTER {event} ON {TABLE} REFERENCING {tables}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
        ]
    return made


def _noted_together(rows: tuple[str, ...]) -> str:
    """One row a day of what the statement changed."""
    every = {row: f"SELECT id, {COLUMNS} FROM {row}_rows" for row in rows}  # noqa: S608 - names of our own only
    both = [*every.values(), *reversed(every.values())]
    changed = f"({both[0]} EXCEPT {both[1]}) UNION ALL ({both[2]} EXCEPT {both[3]})" if len(rows) == 2 else both[0]
    return (
        f"INSERT INTO reports_touchedday (day_id) SELECT DISTINCT day FROM ({changed}) AS changed"  # noqa: S608
        " CROSS JOIN LATERAL (VALUES (moment), (created_at)) AS times (at)"
        f" CROSS JOIN LATERAL (SELECT day, starts FROM {_KNOWN} WHERE ends > at ORDER BY ends LIMIT 1) AS known"
        " WHERE starts <= at;"
    )


def _times(rows: tuple[str, ...]) -> list[str]:
    return [f"{row}.{column}" for row in rows for column in ("moment", "created_at")]


def _notes(rows: tuple[str, ...]) -> list[str]:
    """One statement a time: its day is the first of those that end after it, if that one began before."""
    return [
        "INSERT INTO reports_touchedday (day_id) SELECT day FROM"  # noqa: S608 - names of our own only
        f" (SELECT day, starts FROM {_KNOWN} WHERE ends > {time} ORDER BY ends LIMIT 1) AS known"
        f" WHERE starts <= {time};"
        for time in _times(rows)
    ]
