"""`recado emulator`: a phone on a pty that answers AT, with failures on demand."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import pytest

from tests.cli.conftest import Recado, Shell, wait_until


def test_it_answers_on_its_link_and_ends_with_the_link_gone(shell: Shell, tmp_path: Path, recado: Recado) -> None:
    link = tmp_path / "aparelho"
    process = shell.start("emulator", "--link", str(link), "--latency", "0.1")
    wait_until(link.exists)

    assert recado("phones", "probe", f"serial:{link}").exit_code == 0

    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert not link.exists()
    assert process.stdout is not None
    assert process.stdout.read() == f"Aparelho emulado em serial:{link} (Ctrl-C encerra).\n"


def test_a_fault_is_on_from_the_start(shell: Shell, tmp_path: Path, recado: Recado) -> None:
    link = tmp_path / "aparelho"
    shell.start("emulator", "--link", str(link), "--fault", "sim_missing")
    wait_until(link.exists)

    assert "sem chip" in recado("phones", "probe", f"serial:{link}").stderr


def test_the_faults_are_listed_with_what_they_do(recado: Recado) -> None:
    output = recado("emulator", "--list-faults").stdout

    assert "no_signal" in output
    assert "Sem sinal" in output


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "um dos dois"),
        (["--link", "/tmp/x", "--tcp", "127.0.0.1:1"], "um dos dois"),
        (["--tcp", "7000"], "ENDEREÇO:PORTA"),
        (["--link", "/tmp/x", "--fault", "nada"], "não existe"),
        (["--link", "/tmp/x", "--fault", "reject=muito"], "número"),
    ],
)
def test_what_makes_no_sense_is_refused(recado: Recado, words: list[str], reason: str) -> None:
    result = recado("emulator", *words)

    assert result.exit_code == 2
    assert reason in result.stderr


def test_a_path_that_is_in_use_is_told(recado: Recado, tmp_path: Path) -> None:
    (tmp_path / "arquivo").write_text("meu")

    result = recado("emulator", "--link", str(tmp_path / "arquivo"))

    assert result.exit_code == 1
    assert "já existe" in result.stderr
    assert (tmp_path / "arquivo").read_text() == "meu"


def test_a_busy_port_is_told_in_portuguese(recado: Recado) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = recado("emulator", "--tcp", f"127.0.0.1:{taken.getsockname()[1]}")

    assert result.exit_code == 1
    assert "a porta já está em uso." in result.stderr


@pytest.mark.parametrize("option", ["--link", "--control", "--journal"])
def test_a_folder_that_is_not_there_is_told_in_portuguese(recado: Recado, tmp_path: Path, option: str) -> None:
    where = [option, str(tmp_path / "nada" / "x")]
    other = [] if option == "--link" else ["--link", str(tmp_path / "aparelho")]

    result = recado("emulator", *where, *other)

    assert result.exit_code == 1
    assert "a pasta não existe." in result.stderr


def test_a_host_that_is_not_ours_is_told_in_portuguese(recado: Recado) -> None:
    result = recado("emulator", "--tcp", "192.0.2.1:7000")

    assert result.exit_code == 1
    assert "este endereço não é desta máquina." in result.stderr
