"""`kill -9` again and again, while a batch is read, while it passes on and while it is sent: no row twice, none lost.

The processes are real, on the database of the run: SQLite or PostgreSQL.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.utils import timezone

from recado.batches import decisions
from recado.batches.feeding import feed_some
from recado.batches.models import Batch, BatchRow, State
from recado.batches.progress import progress_of
from recado.outbox.models import Message, Status, StatusChange
from recado.phones.models import Phone
from tests.batches.scene import draft, fresh, mobile, table, under_way
from tests.gateway.conftest import Scene, scene, until
from tests.support import environment

__all__ = ["scene"]
ROWS = 12_000
SENT = 30
SEED = 7
PATIENCE = 60.0


def address() -> dict[str, str]:
    """The database of this test, for another process."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return {"RECADO_DATABASE_URL": f"sqlite:///{name}"}
    return {"RECADO_DATABASE_URL": f"postgresql://recado@/{name}?host={environment.cluster_folder()}"}


@contextmanager
def killed_after(word: str) -> Iterator[subprocess.Popen[bytes]]:
    """`recado WORD` as a process that is killed, however the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "recado.cli", word],
        env=os.environ | address(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def work_a_little(chance: random.Random, done: Callable[[], object]) -> None:
    """Let `recado jobs` work until `done` is another, and a moment longer."""
    before = done()
    with killed_after("jobs"):
        until(lambda: done() != before, PATIENCE)
        time.sleep(chance.uniform(0, 0.08))


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_again_and_again_loses_and_doubles_nothing() -> None:
    chance = random.Random(SEED)
    for place in range(3):
        Phone.objects.create(name=f"Aparelho {place}", link=f"tcp:127.0.0.1:{place + 9}", pace_seconds=0)
    batch = draft(table(range(ROWS)))
    decisions.begin_reading(batch.pk, actor="ana", now=timezone.now())
    deaths = 0
    while fresh(batch).state == State.READING:
        # Killed between the last line and the end of the reading, it has no line left to read.
        work_a_little(chance, lambda: (fresh(batch).line, fresh(batch).state))
        deaths += 1
    assert deaths >= 3
    rows = BatchRow.objects.filter(batch=batch)
    assert rows.values("number").distinct().count() == rows.count() == fresh(batch).ready == ROWS
    decisions.send(batch.pk, actor="ana", now=timezone.now(), approval=False)
    for _ in range(3):
        work_a_little(chance, lambda: fresh(batch).fed)
        Message.objects.filter(status=Status.QUEUED).update(status=Status.SENT)
    found: Batch = fresh(batch)
    assert found.fed > 0
    assert Message.objects.values("number").distinct().count() == Message.objects.count() == found.fed
    assert StatusChange.objects.filter(before="").count() == found.fed
    assert found.fed_line == found.fed + 1
    assert progress_of(found).adds_up


def test_a_sender_killed_in_the_middle_of_a_batch_doubles_no_sms_and_the_batch_adds_up(scene: Scene) -> None:
    _, emulator = scene.add_phone(pace=0.1)
    batch = under_way(table(range(SENT)))
    feed_some(timezone.now())
    deaths = 0
    for so_far in (4, 9, 15):
        with killed_after("gateway"):
            until(lambda so_far=so_far: len(emulator.on_air) >= so_far, PATIENCE)
        deaths += 1
    with killed_after("gateway"):
        moving = Message.objects.filter(status__in=(Status.QUEUED, Status.SENDING))
        until(lambda: not moving.exists(), PATIENCE)
    told = [sms.number for sms in emulator.on_air]
    assert len(told) == len(set(told))
    found = progress_of(fresh(batch))
    doubtful = found.of([Status.UNCERTAIN])
    assert doubtful <= deaths
    assert found.sent + doubtful == SENT
    sent = set(Message.objects.filter(status=Status.SENT).values_list("number", flat=True))
    assert sent <= set(told) <= {mobile(place) for place in range(SENT)}
    feed_some(timezone.now())
    assert (fresh(batch).state, found.adds_up) == (State.DONE, True)
