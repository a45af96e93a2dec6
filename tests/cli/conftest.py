"""The command line run in this process (`recado`), or as a process of its own with a home of its own (`Shell`)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recado.cli.root import cli
from tests.support.serving import free_port

Recado = Callable[..., Result]


@pytest.fixture
def recado() -> Recado:
    """Run `recado` with the words given, in this process and on the test's database."""

    def run(*words: str, input: str | None = None) -> Result:
        result = CliRunner().invoke(cli, list(words), input=input, prog_name="recado")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


@dataclass
class Shell:
    """Runs `recado` as its user does: a process, a home, a port."""

    home: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def _environ(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("RECADO_", "DJANGO_"))}
        address = {"RECADO_HOME": str(self.home), "RECADO_HTTP_ADDRESS": f"127.0.0.1:{self.port}"}
        return clean | address | self.environment

    def run(self, *words: str, timeout: float = 60, user: int | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "recado.cli", *words],
            env=self._environ(),
            user=user,
            group=user,
            extra_groups=[] if user else None,
            # No terminal of the one who runs the tests: nothing may wait for a person.
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "recado.cli", *words],
            env=self._environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(60)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            if process.stdout is not None:
                process.stdout.close()


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for what another process does; the test fails when it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A fresh home and port; whatever was started is ended."""
    made = Shell(tmp_path / "home", free_port())
    yield made
    made.end()
