"""What was recorded stays as it was, by the code and by the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from recado.people.audit import record
from recado.people.guard import TABLE, guard_audit
from recado.people.models import AuditEntry, AuditIsKept, Deed

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)


def entry() -> AuditEntry:
    record(Deed.MESSAGE_VIEWED, who="ana", address="192.0.2.7", subject=12, now=NOW)
    return AuditEntry.objects.get()


def test_an_entry_says_who_did_what_to_what_when_and_from_where() -> None:
    kept = entry()

    assert (kept.who, kept.deed, kept.subject, kept.address, kept.at) == ("ana", "msg_viewed", "12", "192.0.2.7", NOW)
    assert kept.get_deed_display() == "viu a mensagem"


def test_the_code_neither_changes_nor_deletes_an_entry() -> None:
    kept = entry()
    for act in (kept.save, kept.delete, AuditEntry.objects.all().delete, lambda: AuditEntry.objects.update(who="x")):
        with pytest.raises(AuditIsKept):
            act()
    assert AuditEntry.objects.get().who == "ana"


@pytest.mark.parametrize(
    "act",
    [
        lambda kept: AuditEntry.objects.bulk_update([kept], ["who"]),
        lambda kept: AuditEntry.objects.update_or_create(pk=kept.pk, defaults={"who": "x"}),
        lambda kept: AuditEntry._base_manager.filter(pk=kept.pk).update(who="x"),
        lambda kept: AuditEntry._base_manager.filter(pk=kept.pk).delete(),
        lambda kept: AuditEntry.objects.all()._raw_delete("default"),
        lambda kept: AuditEntry(pk=kept.pk, at=kept.at, who="x", deed=kept.deed).save_base(force_update=True),
    ],
)
def test_nor_does_what_goes_around_the_code(act: Callable[[AuditEntry], object]) -> None:
    kept = entry()
    guard_audit()
    with pytest.raises((AuditIsKept, DatabaseError)), transaction.atomic():
        act(kept)
    assert AuditEntry.objects.get().who == "ana"


_COLUMNS = "id, at, who, address, deed, subject, detail"
_OTHERWISE = f"SELECT id, at, 'x', address, deed, subject, detail FROM {TABLE}"


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {TABLE} SET who = 'x'",
        f"DELETE FROM {TABLE}",
        pytest.param(f"INSERT OR REPLACE INTO {TABLE} ({_COLUMNS}) {_OTHERWISE}", marks=pytest.mark.sqlite),
        pytest.param(f"TRUNCATE {TABLE}", marks=pytest.mark.postgresql),
        f"INSERT INTO {TABLE} ({_COLUMNS}) {_OTHERWISE} WHERE true ON CONFLICT (id) DO UPDATE SET who = excluded.who",
    ],
)
def test_the_database_neither_changes_nor_deletes_an_entry(statement: str) -> None:
    entry()
    guard_audit()
    guard_audit()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.get().who == "ana"


def test_what_is_too_long_is_cut_and_not_lost() -> None:
    record(Deed.LOGIN_REFUSED, who="x" * 500, address="y" * 99, subject="z" * 500, detail="w" * 999)
    assert len(AuditEntry.objects.get().detail) == 300
