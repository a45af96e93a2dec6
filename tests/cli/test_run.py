"""`recado run` as its user meets it: real processes, a real line, a real port."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import threading
from pathlib import Path

import pytest

from recado.cli.base import CommandFailed
from recado.cli.preparation import FirstLogin
from recado.cli.run import require_disk_space, welcome
from tests.cli.conftest import Shell, wait_until

# Its own SQLite in a home of its own, whatever the database of the run: once is enough.
pytestmark = pytest.mark.sqlite


class Screen:
    """Collects what a started `recado run` prints."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))

    def shows(self, words: str) -> bool:
        return any(words in line for line in self.lines)

    def wait_for(self, words: str) -> None:
        try:
            wait_until(lambda: self.shows(words) or self.process.poll() is not None)
        finally:
            assert self.shows(words), "".join(self.lines)

    def ctrl_c(self) -> int:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(60)
        self._reader.join(10)
        return code


def children_of(pid: int) -> dict[str, int]:
    """The part of `recado run` (web, gateway, jobs, emulator) and its process."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        words = Path(f"/proc/{child}/cmdline").read_text().split("\0")
        name = words[3] if "recado.cli" in words else "web"
        found[name] = int(child)
    return found


def count(home: Path, status: str) -> int:
    with sqlite3.connect(f"file:{home}/recado.db?mode=ro", uri=True) as database:
        found: int = database.execute("SELECT count(*) FROM outbox_message WHERE status = ?", [status]).fetchone()[0]
        return found


def get(port: int, path: str) -> int:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    client.request("GET", path)
    return client.getresponse().status


def test_the_demonstration_is_up_sends_heals_and_ends_cleanly(shell: Shell) -> None:
    screen = Screen(shell.start("run", "--demo"))
    screen.wait_for("Ctrl-C encerra tudo.")
    assert screen.shows(f"http://127.0.0.1:{shell.port}/")
    assert screen.shows("Senha:")
    assert get(shell.port, "/entrar/") == 200

    # What waited goes out through the emulated phone.
    wait_until(lambda: count(shell.home, "queued") < 3)

    # A second one on the same home is refused; the first does not notice.
    second = shell.run("run", "--demo")
    assert (second.returncode, "já está em execução" in second.stderr) == (1, True)
    assert str(screen.process.pid) in second.stderr

    # A part that is killed is told and comes back.
    os.kill(children_of(screen.process.pid)["gateway"], signal.SIGKILL)
    screen.wait_for("Envio (gateway): parou (sinal 9)")
    wait_until(lambda: "gateway" in children_of(screen.process.pid))
    wait_until(lambda: count(shell.home, "sending") == 0)

    children = children_of(screen.process.pid)
    assert set(children) == {"web", "gateway", "jobs", "emulator"}
    assert screen.ctrl_c() == 0
    assert not any(Path(f"/proc/{child}").exists() for child in children.values())
    assert not any("Traceback" in line for line in screen.lines)
    assert count(shell.home, "sending") == 0


@pytest.mark.parametrize("command", ["run", "web"])
def test_a_busy_port_is_told_with_another_one(shell: Shell, command: str) -> None:
    shell.run("migrate")
    with socket.socket() as other:
        other.bind(("127.0.0.1", shell.port))
        other.listen()
        result = shell.run(command)

    assert result.returncode == 1
    assert f"A porta {shell.port} já está em uso" in result.stderr
    assert "RECADO_HTTP_ADDRESS=" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_address_that_is_not_ours_is_told(shell: Shell) -> None:
    shell.environment["RECADO_HTTP_ADDRESS"] = "192.0.2.1:8000"

    result = shell.run("run")

    assert result.returncode == 1
    assert "não é desta máquina" in result.stderr


def test_too_little_disk_is_told_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 3 * 1024 * 1024})())

    with pytest.raises(CommandFailed, match="restam 3 MB"):
        require_disk_space(tmp_path)


def test_web_and_gateway_ask_for_a_database_of_this_version(shell: Shell) -> None:
    for command in ("web", "gateway", "jobs"):
        result = shell.run(command)
        assert (result.returncode, "recado migrate" in result.stderr) == (1, True)


def test_migrate_makes_the_database_once(shell: Shell) -> None:
    assert shell.run("migrate").stdout == "O banco de dados está pronto.\n"
    assert shell.run("migrate").stdout == "O banco de dados já estava em dia.\n"
    assert "Nenhuma mensagem" in shell.run("messages").stdout


def test_the_first_password_is_shown_once_unless_the_data_are_fictitious(tmp_path: Path) -> None:
    made = FirstLogin("admin", "abcd-efgh", tmp_path / "primeiro_acesso.txt", new=True)
    known = FirstLogin("admin", "abcd-efgh", tmp_path / "primeiro_acesso.txt", new=False)

    assert "abcd-efgh" in welcome("127.0.0.1", 8000, made, demo=False)
    assert "abcd-efgh" not in welcome("127.0.0.1", 8000, known, demo=False)
    assert "primeiro_acesso.txt" in welcome("127.0.0.1", 8000, known, demo=False)
    assert "abcd-efgh" in welcome("127.0.0.1", 8000, known, demo=True)
    assert "fictícios" in welcome("127.0.0.1", 8000, known, demo=True)


@pytest.mark.parametrize(
    ("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "localhost"), ("::1", "[::1]"), ("::", "localhost")]
)
def test_the_address_shown_is_one_that_can_be_opened(host: str, shown: str) -> None:
    assert f"http://{shown}:8000/" in welcome(host, 8000, None, demo=False)
