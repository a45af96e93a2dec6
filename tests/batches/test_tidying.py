"""What nobody needs any more goes; what is needed stays."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from recado.batches import decisions, storage
from recado.batches.models import Batch, BatchRow, State
from recado.batches.tidying import DRAFT_KEPT, KEPT_AFTER_END, tidy
from tests.batches.scene import NOW, draft, fresh, read, table, under_way

pytestmark = pytest.mark.django_db


def aged(path: Path, hours: int) -> Path:
    path.touch()
    at = path.stat().st_mtime - hours * 3600
    os.utime(path, (at, at))
    return path


def test_rows_of_a_batch_that_ended_long_ago_go_and_the_batch_stays() -> None:
    batch = under_way(table(range(3)))
    decisions.cancel(batch.pk, actor="ana", now=NOW)
    tidy(NOW + KEPT_AFTER_END - timedelta(hours=1))
    assert BatchRow.objects.count() == 3
    while tidy(NOW + KEPT_AFTER_END + timedelta(hours=1)):
        pass
    assert BatchRow.objects.count() == 0
    assert fresh(batch).ready == 3


def test_a_forgotten_draft_is_cancelled_and_one_under_way_is_not() -> None:
    forgotten, sent = read(draft(table(range(1)))), under_way(table(range(1)))
    tidy(NOW + DRAFT_KEPT + timedelta(hours=1))
    assert fresh(forgotten).state == State.CANCELLED
    assert fresh(sent).state == State.RUNNING


def test_files_without_a_batch_that_needs_them_go() -> None:
    needed = draft(table(range(1)))
    aged(storage.source_of(needed.pk), 5)
    old = aged(storage.folder() / "999999.source", 2)
    new = aged(storage.folder() / "999998.source", 0)
    dead = aged(storage.folder() / "upload-abc", 30)
    alive = aged(storage.folder() / "upload-def", 2)
    tidy(NOW)
    assert [path.exists() for path in (storage.source_of(needed.pk), old, new, dead, alive)] == [
        True,
        False,
        True,
        False,
        True,
    ]
    assert Batch.objects.count() == 1


def test_the_folder_is_its_owners_alone() -> None:
    assert storage.folder().stat().st_mode & 0o777 == 0o700
