import sqlite3

import pytest
from django.conf import settings
from django.db import connection

from recado.conf.sqlite import FIRST_SAFE_WAL, database_options


def test_the_library_in_force_is_the_one_that_the_settings_chose():
    assert sqlite3.sqlite_version_info == settings.SQLITE_VERSION


def test_an_old_library_keeps_the_rollback_journal():
    assert "journal_mode=TRUNCATE" in str(database_options((3, 40, 1))["init_command"])
    assert "journal_mode=TRUNCATE" in str(database_options((3, 51, 2))["init_command"])


def test_a_mended_library_gets_wal():
    assert "journal_mode=WAL" in str(database_options((3, 51, 3))["init_command"])


def test_writers_ask_for_the_lock_at_the_start():
    assert database_options(FIRST_SAFE_WAL)["transaction_mode"] == "IMMEDIATE"


@pytest.mark.sqlite
@pytest.mark.django_db
@pytest.mark.parametrize(("pragma", "value"), [("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 20_000)])
def test_every_connection_is_durable_and_patient(pragma: str, value: int):
    with connection.cursor() as cursor:
        assert cursor.execute(f"PRAGMA {pragma}").fetchone()[0] == value


@pytest.mark.sqlite
@pytest.mark.django_db
def test_the_journal_is_the_one_that_is_safe_here():
    with connection.cursor() as cursor:
        journal = cursor.execute("PRAGMA journal_mode").fetchone()[0]
    assert journal == ("wal" if settings.SQLITE_VERSION >= FIRST_SAFE_WAL else "truncate")
