"""Which SQLite runs, and how durable it is made.

SQLite 3.7.0 to 3.51.2 in WAL mode has a rare fault that can corrupt the database when several processes checkpoint at
once; Recado always has several (web workers, gateway, commands). Debian 12 carries such a version, so the
`pysqlite3` wheel with a mended SQLite takes its place. Where no wheel fits and the library is an old one, the rollback
journal is used instead of WAL: slower, never corrupt.
"""

from __future__ import annotations

import importlib
import sqlite3 as standard_sqlite3
import sys

FIRST_SAFE_WAL = (3, 51, 3)


def install_safe_sqlite() -> tuple[int, ...]:
    """Make `import sqlite3` give a library in which WAL is safe, where one is installed; give the version in force.

    Must run before Django's SQLite back end is imported, since that binds the module at import.
    """
    if standard_sqlite3.sqlite_version_info >= FIRST_SAFE_WAL:
        return standard_sqlite3.sqlite_version_info
    try:
        replacement = importlib.import_module("pysqlite3")
        dbapi2 = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return standard_sqlite3.sqlite_version_info
    sys.modules["sqlite3"] = replacement
    sys.modules["sqlite3.dbapi2"] = dbapi2
    version: tuple[int, ...] = replacement.sqlite_version_info
    return version


def database_options(version: tuple[int, ...]) -> dict[str, object]:
    """Django's OPTIONS for a durable SQLite shared by several processes (busy time-out in seconds)."""
    journal = "WAL" if version >= FIRST_SAFE_WAL else "TRUNCATE"
    return {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            f"PRAGMA journal_mode={journal};PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-32768;PRAGMA temp_store=MEMORY"
        ),
    }
