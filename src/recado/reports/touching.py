"""The database's own note that a message of an ended day changed, whoever changed it and by which statement.

Most changes are of today's messages, of which no day is known: they cost one look at the last entry of an index.
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
_COLUMNS = "moment, created_at, sent_at, status, handed_over, cause, type_id, phone_id"


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
    return [
        f"CREATE TRIGGER {TABLE}_touch_{event} AFTER {event}{_of(event)} ON {TABLE}"  # noqa: S608 - names of our own only
        f" WHEN EXISTS (SELECT 1 FROM {_KNOWN} WHERE ends > min({', '.join(_times(rows))}))"
        f" BEGIN {' '.join(_notes(rows))} END"
        for event, rows in _EVENTS.items()
    ]


def _postgresql() -> list[str]:
    made = []
    for event, rows in _EVENTS.items():
        name = f"{TABLE}_touch_{event}"
        made += [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF EXISTS (SELECT FROM {_KNOWN} WHERE ends > least({', '.join(_times(rows))})) THEN"
            f" {' '.join(_notes(rows))} END IF; RETURN NULL; END $$",
            f"CREATE OR REPLACE TRIGGER {name} AFTER {event}{_of(event)} ON {TABLE}"
            f" FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]
    return made


def _of(event: str) -> str:
    return f" OF {_COLUMNS}" if event == "update" else ""


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
