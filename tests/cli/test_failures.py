"""Whatever refuses, the user reads one sentence in Portuguese and no traceback."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

import click
import pytest
from django.db import DatabaseError, OperationalError, connection

from recado.cli import root
from recado.cli.base import (
    CommandFailed,
    ConfigurationRefused,
    counted,
    database_words,
    explain_database_error,
    explain_os_error,
    plain_words,
    table,
)
from recado.conf.environment import ConfigurationError
from tests.cli.conftest import Recado, Shell


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("database or disk is full", "disco está cheio"),
        ('could not extend file "base": No space left on device', "disco está cheio"),
        ("no such table: outbox_message", "recado migrate"),
        ('relation "outbox_message" does not exist', "recado migrate"),
        ("attempt to write a readonly database", "Sem permissão"),
        ("unable to open database file", "RECADO_HOME"),
        ("database is locked", "ocupado"),
        ("database disk image is malformed", "cópia de segurança"),
        ("file is not a database", "não é um banco"),
        ('connection to server at "192.0.2.1", port 5432 failed: Connection refused', "não respondeu"),
        ('connection failed: FATAL:  password authentication failed for user "x"', "senha"),
        ("something nobody has seen\nand more", "something nobody has seen"),
        ("", "OperationalError"),
    ],
)
def test_what_a_database_says_is_told_with_what_to_do(said: str, told: str) -> None:
    sentence = explain_database_error(OperationalError(said))

    assert told in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/x"), "disco está cheio"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "/x: sem permissão"),
        (OSError(errno.EROFS, "Read-only file system", "/x"), "/x: o disco só aceita leitura"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "/x"), "/x: não existe"),
        (OSError("sem número"), "sem número"),
    ],
)
def test_what_the_system_refuses_is_told_in_portuguese(error: OSError, told: str) -> None:
    assert told in explain_os_error(error)


def test_settings_are_refused_in_their_own_words_with_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigurationRefused) as refused, plain_words():
        raise ConfigurationError("RECADO_PACE: valor não aceito.\nRECADO_X: não existe.")

    refused.value.show()
    assert refused.value.exit_code == 2
    assert capsys.readouterr().err == "RECADO_PACE: valor não aceito.\nRECADO_X: não existe.\n"


def test_a_reader_that_went_away_is_no_failure_of_ours() -> None:
    with pytest.raises(BrokenPipeError), plain_words():
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


def test_a_database_error_inside_a_command_is_a_failure_with_code_1() -> None:
    with pytest.raises(CommandFailed) as failed, database_words():
        raise DatabaseError("database is locked")

    assert failed.value.exit_code == 1


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_full_disk_is_told_and_what_was_there_stays(recado: Recado) -> None:
    """SQLite's own limit of pages makes the same error as a full disk."""
    before = recado("send", "81900000001", "Antes", "--key", "antes")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        try:
            full = next(
                result
                for place in range(500)
                if (result := recado("send", "81900000001", "x" * 1000, "--key", f"k{place}")).exit_code
            )
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")

    assert full.exit_code == 1
    assert full.stderr.startswith("Erro: O disco está cheio.")
    assert before.exit_code == recado("send", "81900000001", "Antes", "--key", "antes").exit_code == 0


def test_a_bug_of_ours_leaves_its_traceback_in_a_private_file_and_one_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        raise KeyError("segredo")
    except KeyError as error:
        root._our_fault(KeyError, error, error.__traceback__)

    told = capsys.readouterr().err
    path = Path(next(word for word in told.split() if word.endswith(".txt")))
    try:
        assert told.count("\n") == 1
        assert "Traceback" not in told
        assert "KeyError" in path.read_text(encoding="utf-8")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        path.unlink()


def test_an_unknown_variable_is_refused_by_name(shell: Shell) -> None:
    shell.environment["RECADO_PASE"] = "7"

    result = shell.run("doctor")

    assert result.returncode == 2
    assert result.stderr == "RECADO_PASE: não existe. Você quis dizer RECADO_PACE?\n"


def test_a_home_that_cannot_be_made_is_told(shell: Shell) -> None:
    # Nobody, not even root, may make a folder there.
    shell.environment["RECADO_HOME"] = "/sys/recado"

    result = shell.run("run")

    assert result.returncode == 2
    assert result.stderr.startswith("Sem permissão para usar /sys/recado.")
    assert result.stdout == ""


def test_help_needs_no_settings_at_all(shell: Shell) -> None:
    shell.environment["RECADO_PASE"] = "7"

    assert shell.run("run", "--help").returncode == 0
    assert not shell.home.exists()


def test_a_database_that_is_not_there_is_told(shell: Shell) -> None:
    result = shell.run("messages")

    assert result.returncode == 1
    assert result.stderr == "Erro: O banco de dados não está pronto. Execute: recado migrate\n"


def test_counts_are_written_as_people_write_them() -> None:
    assert counted(1, "mensagem", "mensagens") == "1 mensagem"
    assert counted(1204, "mensagem", "mensagens") == "1.204 mensagens"


def test_a_table_has_its_columns_under_their_names() -> None:
    assert table(("a", "bb"), [("ccc", "d")]) == "a    bb\nccc  d"


def test_failures_are_click_s_own_so_that_any_caller_sees_the_code() -> None:
    assert issubclass(CommandFailed, click.ClickException)
    assert issubclass(ConfigurationRefused, click.ClickException)


def test_a_database_in_a_folder_that_others_may_read_is_still_its_users_alone(shell: Shell) -> None:
    shell.home.mkdir(mode=0o755)

    shell.run("migrate")

    assert stat.S_IMODE((shell.home / "recado.db").stat().st_mode) == 0o600
