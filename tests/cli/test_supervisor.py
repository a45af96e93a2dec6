"""The parts of `recado run`: started again when they die, ended together and in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from recado.cli import supervisor
from recado.cli.supervisor import Part, Supervisor, back_off, describe_end
from tests.cli.conftest import wait_until

STAY = "import time; time.sleep(300)"
NOTE_THE_END = """
import signal, sys, time
def end(*_):
    with open(sys.argv[1], "a") as f: f.write(sys.argv[2] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
open(sys.argv[1] + "." + sys.argv[2], "w").close()
time.sleep(300)
"""


def python(code: str, *words: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code, *words)


def stop_when(condition: Callable[[], bool]) -> threading.Thread:
    """Ctrl-C to this process once `condition` holds."""

    def watch() -> None:
        try:
            wait_until(condition, 20)
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def test_the_pause_doubles_up_to_half_a_minute() -> None:
    assert [back_off(deaths) for deaths in (1, 2, 3, 4, 5, 6, 7, 10_000)] == [1, 2, 4, 8, 16, 30, 30, 30]


def test_an_end_is_told_by_signal_or_code() -> None:
    assert (describe_end(-9), describe_end(2)) == ("sinal 9", "código 2")


def test_a_part_that_dies_is_told_and_started_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.05)
    starts = tmp_path / "starts"
    die = "import sys; open(sys.argv[1], 'a').write('x'); sys.exit(3)"
    said: list[str] = []

    watcher = stop_when(lambda: starts.exists() and len(starts.read_text()) >= 3)
    Supervisor([Part("Envio", python(die, str(starts)))], say=said.append).run()
    watcher.join()

    assert said[0] == "Envio: parou (código 3). Nova partida em 0.05 s."
    assert said[1] == "Envio: parou (código 3). Nova partida em 0.1 s."
    assert said[-1] == "Encerrando…"


def test_all_end_together_and_what_the_others_lean_on_ends_last(tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    names = ("phone", "web", "gateway")
    parts = [Part(name, python(NOTE_THE_END, str(ends), name), ends_last=name == "phone") for name in names]

    watcher = stop_when(lambda: all(Path(f"{ends}.{name}").exists() for name in names))
    Supervisor(parts, say=lambda line: None).run()
    watcher.join()

    told = ends.read_text().split()
    assert set(told[:2]) == {"web", "gateway"}
    assert told[2] == "phone"
    assert all(part.process is not None and part.process.poll() == 0 for part in parts)


def test_a_part_that_does_not_want_to_end_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(supervisor, "END_PATIENCE", 0.2)
    up = tmp_path / "up"
    deaf = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        " open(sys.argv[1], 'w'); time.sleep(300)"
    )
    part = Part("Envio", python(deaf, str(up)))

    watcher = stop_when(up.exists)
    Supervisor([part], say=lambda line: None).run()
    watcher.join()

    assert part.process is not None
    assert part.process.wait(60) == -signal.SIGKILL


def test_being_up_is_announced_once(tmp_path: Path) -> None:
    answers = iter([False, False, True])
    announced: list[str] = []

    watcher = stop_when(lambda: bool(announced))
    Supervisor(
        [Part("Telas", python(STAY))],
        say=lambda line: None,
        ready=lambda: next(answers),
        on_ready=lambda: announced.append("up"),
    ).run()
    watcher.join()

    assert announced == ["up"]


def test_the_signals_of_the_caller_come_back_as_they_were() -> None:
    before = signal.getsignal(signal.SIGTERM)

    up = threading.Event()

    watcher = stop_when(up.is_set)
    Supervisor([], say=lambda line: None, on_ready=up.set).run()
    watcher.join()

    assert signal.getsignal(signal.SIGTERM) is before


def test_the_parts_do_not_outlive_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from recado.cli.supervisor import Part, Supervisor
stay = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(300)"
Supervisor([Part("Envio", (sys.executable, "-c", stay, {str(tmp_path / "pid")!r}))], say=print).run()
"""
    pid_file = tmp_path / "pid"
    with subprocess.Popen([sys.executable, "-c", code]) as parent:
        wait_until(lambda: pid_file.exists() and pid_file.read_text() != "")
        parent.kill()
    pid = int(pid_file.read_text())

    wait_until(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2:3])
    assert parent.returncode == -signal.SIGKILL
