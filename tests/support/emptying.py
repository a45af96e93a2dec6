"""A test with real commits ends by emptying every table, which the audit's own guard refuses."""

from __future__ import annotations

from django.db import connection

from recado.people.guard import TABLE


def let_tables_be_emptied() -> None:
    """Take away the part of the guard that refuses it. Whoever migrates has it back, and calls this again."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_delete")
        else:
            cursor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_not_emptied ON {TABLE}")
