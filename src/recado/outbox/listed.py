"""Asking for many values at once: `filter(number__in=listed(numbers))`.

They travel as one parameter. As one each they would cost Django and psycopg more than the search costs the database,
and SQLite would take 32,766 of them at most.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from django.db import connection
from django.db.models.expressions import RawSQL


def listed(values: Collection[str]) -> RawSQL:
    """The `values` as a column of the database's own, for a condition `__in`."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::text[])", [list(values)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(values))])
