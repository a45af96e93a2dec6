"""The database's own refusal to change or delete what was recorded for audit, by any statement that does either.

Made again after every migration: SQLite loses a table's triggers when a migration rebuilds the table. Whoever owns the
database can still drop them; that is no longer an accident, nor within reach of a fault in the screens.
"""

from __future__ import annotations

from django.db import connection

TABLE = "people_auditentry"
_SQLITE = (
    f"CREATE TRIGGER IF NOT EXISTS {TABLE}_no_update BEFORE UPDATE ON {TABLE}"
    " BEGIN SELECT RAISE(ABORT, 'audit entries are not changed'); END",
    f"CREATE TRIGGER IF NOT EXISTS {TABLE}_no_delete BEFORE DELETE ON {TABLE}"
    " BEGIN SELECT RAISE(ABORT, 'audit entries are not deleted'); END",
    # INSERT OR REPLACE takes the old row away without asking the trigger above.
    f"CREATE TRIGGER IF NOT EXISTS {TABLE}_no_replace BEFORE INSERT ON {TABLE}"  # noqa: S608 - a name of our own
    f" WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)"
    " BEGIN SELECT RAISE(ABORT, 'audit entries are not replaced'); END",
)
_POSTGRESQL = (
    f"CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'audit entries are neither changed nor deleted'; END $$",
    f"DROP TRIGGER IF EXISTS {TABLE}_kept ON {TABLE}",
    f"CREATE TRIGGER {TABLE}_kept BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()",
    f"DROP TRIGGER IF EXISTS {TABLE}_not_emptied ON {TABLE}",
    f"CREATE TRIGGER {TABLE}_not_emptied BEFORE TRUNCATE ON {TABLE} EXECUTE FUNCTION {TABLE}_refuse()",
)


def guard_audit(**kwargs: object) -> None:
    """Put the triggers on the table, where they are not yet."""
    if TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for statement in _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)
