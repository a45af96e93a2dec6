"""A throw-away PostgreSQL cluster: no TCP, a socket in a temporary folder, nothing forced to disk.

initdb refuses root, so a run as root hands the folder to an unprivileged user and starts the programs as that user.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

START_SECONDS = 30.0
_ALWAYS = {"listen_addresses": "", "max_connections": "120", "shared_buffers": "32MB"}
# A test's data need not outlive a power cut; a benchmark asks for a durable cluster.
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class ClusterError(Exception):
    """PostgreSQL is not installed, or did not start; the text says what it said."""


class Cluster:
    """One PostgreSQL in `folder`, from `start()` to `stop()`."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self._folder = folder
        self._options = _ALWAYS if durable else _ALWAYS | _NOT_DURABLE
        self._data = folder / "data"
        self._user = _unprivileged_user()
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        programs = _programs()
        if self._user is not None:
            owner = pwd.getpwnam(self._user)
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        self._run(
            programs / "initdb", "-D", self._data, "-U", "recado", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"
        )
        self.launch()
        self._run(programs / "createdb", "-h", self._folder, "-U", "recado", "recado")

    def launch(self) -> None:
        """Start the server of a folder that `start` has made: after a crash it finds again what was committed."""
        programs = _programs()
        options = [f"-c{name}={value}" for name, value in self._options.items()]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [programs / "postgres", "-D", self._data, "-k", self._folder, *options],
                stdout=log,
                stderr=log,
                cwd="/",
                **self._as_user(),
            )
        self._wait_until_ready(programs / "pg_isready")

    def crash(self) -> None:
        """End every process of the server at once, with nothing written back: what a power cut leaves to recover."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(START_SECONDS)
            self._server = None

    def stop(self) -> None:
        """End the server at once: what it holds is thrown away."""
        self.crash()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait_until_ready(self, pg_isready: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while subprocess.run([pg_isready, "-q", "-h", self._folder], check=False).returncode != 0:
            if self._server is None or self._server.poll() is not None or time.monotonic() > deadline:
                raise ClusterError((self._folder / "log").read_text(errors="replace"))
            time.sleep(0.05)

    def _run(self, *command: object) -> None:
        done = subprocess.run(
            [str(word) for word in command], capture_output=True, cwd="/", check=False, **self._as_user()
        )
        if done.returncode != 0:
            raise ClusterError(done.stderr.decode(errors="replace"))

    def _as_user(self) -> dict[str, object]:
        if self._user is None:
            return {}
        return {"user": self._user, "group": pwd.getpwnam(self._user).pw_gid, "extra_groups": []}


def _programs() -> Path:
    """The folder of the newest PostgreSQL's programs (Debian keeps them out of PATH)."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise ClusterError("PostgreSQL is not installed; on Debian: apt-get install postgresql")
    return Path(on_path).resolve().parent


def _unprivileged_user() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
