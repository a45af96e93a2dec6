"""A home, a database and real processes for one measurement.

The gateway and the web run as the programs that are installed, in processes of their own; the phone in software runs in
the measuring process, so that it can note when the first byte of a command arrives. Both clocks are the kernel's
monotonic one, which all processes share.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.support.postgresql import Cluster

from recado.emulator import serve
from recado.emulator.serve import RunningEmulator
from recado.emulator.settings import PhoneSettings

SQLITE = "sqlite"
POSTGRESQL = "postgresql"

Say = Callable[[str, str], None]
"""Takes a figure and what was aimed at."""


class Scene:
    """What one measurement has: `home`, its processes, and the moments at which `AT+CMGS` began to arrive."""

    def __init__(self, home: Path, stack: ExitStack) -> None:
        self.home = home
        self.command_starts: list[float] = []
        self._stack = stack

    def emulator(self, name: str = "phone", *, latency: float = 0.0) -> RunningEmulator:
        """Start a phone in software whose command starts are noted."""
        folder = self.home / name
        folder.mkdir()
        emulator = self._stack.enter_context(serve.running(folder, settings=PhoneSettings(latency=latency)))
        feed = emulator.phone.feed

        def noting(data: bytes, now: float) -> None:
            if data.startswith(b"AT+CMGS"):
                self.command_starts.append(time.monotonic())
            feed(data, now)

        emulator.phone.feed = noting  # type: ignore[method-assign]
        return emulator

    @contextmanager
    def process(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run `recado ARGUMENTS` until the block ends."""
        with (self.home / f"{arguments[0]}.log").open("wb") as log:
            running = subprocess.Popen([sys.executable, "-m", "recado.cli", *arguments], stdout=log, stderr=log)
        try:
            yield running
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(60)


@contextmanager
def scene(database: str) -> Iterator[Scene]:
    """A fresh home with a migrated database; Django is set up for it in this process (so: one scene a process)."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="recado-bench-")))
        for variable in [name for name in os.environ if name.startswith("RECADO_")]:
            del os.environ[variable]
        os.environ |= {
            "RECADO_HOME": str(home),
            "RECADO_LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "recado.conf.settings",
        }
        if database == POSTGRESQL:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="recado-bench-pg-")))
            cluster = Cluster(folder, durable=True)
            stack.callback(cluster.stop)
            cluster.start()
            os.environ["RECADO_DATABASE_URL"] = f"postgresql://recado@/recado?host={folder}"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield Scene(home, stack)


def until(true: Callable[[], object], seconds: float) -> None:
    """Wait until `true()` holds; raises TimeoutError after `seconds`."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError
        pause.wait(0.02)


def percentile(values: list[float], share: float) -> float:
    """The value that `share` (0 to 1) of `values` do not pass, by nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 1).__int__() - 1)]


def resident_mib(pid: int) -> float:
    """Resident memory of a process and its children, in MiB, shared pages counted in proportion (Pss)."""
    total = 0
    for one in [pid, *_children(pid)]:
        rollup = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii")
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    direct = [
        int(word)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for word in (task / "children").read_text(encoding="ascii").split()
    ]
    return [*direct, *(deeper for child in direct for deeper in _children(child))]
