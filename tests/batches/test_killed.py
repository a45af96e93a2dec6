"""`kill -9` again and again, while a batch is read and while it passes on: no row twice, none lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

# pysqlite3, as the product uses it: the standard library's older SQLite must not touch a WAL of a newer one.
from recado.conf.sqlite import install_safe_sqlite
from tests.cli.conftest import Shell, free_port

install_safe_sqlite()
import sqlite3  # noqa: E402 - the one that was installed above

pytestmark = pytest.mark.sqlite
ROWS = 12_000
SEED = 7


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    made = Shell(tmp_path / "home", free_port())
    yield made
    made.end()


def ask(shell: Shell, statement: str) -> int:
    connection = sqlite3.connect(shell.home / "recado.db", timeout=20)
    try:
        value = connection.execute(statement).fetchone()[0]
        connection.commit()
    finally:
        connection.close()
    return int(value)


def change(shell: Shell, statement: str) -> None:
    connection = sqlite3.connect(shell.home / "recado.db", timeout=20)
    try:
        connection.execute(statement)
        connection.commit()
    finally:
        connection.close()


def kill(process: subprocess.Popen[str]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_a_process_killed_again_and_again_loses_and_doubles_nothing(shell: Shell, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    rows = "".join(f"819{place:08d};Pessoa {place}\n" for place in range(ROWS))
    file = tmp_path / "muitos.csv"
    file.write_text("celular;nome\n" + rows)
    assert shell.run("migrate").returncode == 0
    for place in range(3):
        assert shell.run("phones", "add", f"Aparelho {place}", "--link", f"tcp:127.0.0.1:{place + 9}", "--pace", "0")
    made = shell.run("batch", "new", str(file), "--text", "Ola {NOME}.", "--as", "ana")
    assert made.returncode == 0, made.stderr
    deaths_reading = 0
    while ask(shell, "SELECT COUNT(*) FROM batches_batch WHERE state = 'reading'"):
        before = ask(shell, "SELECT line FROM batches_batch")
        process = shell.start("jobs")
        deadline = time.monotonic() + 60
        while ask(shell, "SELECT line FROM batches_batch") == before and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.08))
        kill(process)
        deaths_reading += 1
    assert deaths_reading >= 3
    assert ask(shell, "SELECT COUNT(*) FROM batches_batchrow") == ROWS
    assert ask(shell, "SELECT COUNT(DISTINCT number) FROM batches_batchrow") == ROWS
    assert ask(shell, "SELECT ready FROM batches_batch") == ROWS
    change(shell, "UPDATE batches_batch SET state = 'running', started_at = created_at")
    deaths_feeding = 0
    while deaths_feeding < 3 and ask(shell, "SELECT fed FROM batches_batch") < ROWS:
        before = ask(shell, "SELECT fed FROM batches_batch")
        process = shell.start("jobs")
        deadline = time.monotonic() + 60
        while ask(shell, "SELECT fed FROM batches_batch") == before and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.03))
        kill(process)
        deaths_feeding += 1
        change(shell, "UPDATE outbox_message SET status = 'sent' WHERE status = 'queued'")
    fed = ask(shell, "SELECT fed FROM batches_batch")
    assert fed > before
    assert ask(shell, "SELECT COUNT(*) FROM outbox_message") == fed
    assert ask(shell, "SELECT COUNT(DISTINCT number) FROM outbox_message") == fed
    assert ask(shell, "SELECT COUNT(*) FROM outbox_statuschange WHERE before = ''") == fed
    assert ask(shell, "SELECT fed_line FROM batches_batch") == fed + 1
