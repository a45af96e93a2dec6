"""Keeps a private message bus and obexd on it for as long as its parent lives, and leaves nothing behind.

A program of its own, of the standard library alone: `python -I obex_keeper.py DBUS-DAEMON OBEXD`. It prints one line of
JSON, `folder` and `address` of the bus, once that listens, and then waits on its input: when the parent ends, however
it ends, the kernel closes it. Bus and obexd die with this process even if it is killed, and what a killed keeper left
in the folder for temporary files the next one removes.

obexd is told to offer nothing to other devices but to be notified of messages: no files, no phone book.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from select import select

_PREFIX = "recado-obex-"
_PLUGINS = "bluetooth,mns"
_PATIENCE = 3.0
_PR_SET_PDEATHSIG = 1
_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
"""


class Ended(Exception):
    """The parent or one of the two programs is gone, or somebody asked for an end."""


def keep(dbus_daemon: str, obexd: str) -> int:
    """Run both until the end; give the exit code."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _remove_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    children: list[subprocess.Popen[bytes]] = []
    with (folder / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            _start(folder, dbus_daemon, obexd, children)
            _wait(children)
        except Ended:
            pass
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            _end_all(children)
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def _start(folder: Path, dbus_daemon: str, obexd: str, children: list[subprocess.Popen[bytes]]) -> None:
    socket, config = folder / "bus", folder / "bus.conf"
    config.write_text(_CONFIG.format(socket=socket), encoding="utf-8")
    address = f"unix:path={socket}"
    bus = _spawn([dbus_daemon, f"--config-file={config}", "--nofork", "--nopidfile", "--print-address"], stdout=True)
    children.append(bus)
    # The address is written once it listens; nothing is written by one that could not start.
    if bus.stdout is None or not bus.stdout.readline():
        raise Ended
    (folder / "messages").mkdir(mode=0o700)
    private = {"DBUS_SESSION_BUS_ADDRESS": address, "TMPDIR": str(folder), "XDG_CACHE_HOME": str(folder)}
    command = [obexd, "--nodetach", f"--plugin={_PLUGINS}", f"--root={folder / 'messages'}"]
    children.append(_spawn(command, os.environ | private))
    sys.stdout.write(json.dumps({"folder": str(folder), "address": address}) + "\n")
    sys.stdout.flush()


def _wait(children: list[subprocess.Popen[bytes]]) -> None:
    """Until the input is closed or a child is gone."""
    while all(child.poll() is None for child in children):
        if select([sys.stdin], [], [], 1.0)[0] and not os.read(sys.stdin.fileno(), 1):
            return


def _spawn(
    command: list[str], environment: dict[str, str] | None = None, *, stdout: bool = False
) -> subprocess.Popen[bytes]:
    # One C call between fork and exec: safe here, where this process has a single thread.
    return subprocess.Popen(  # noqa: S603 - the parent names the programs
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if stdout else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_die_with_parent,
    )


_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _end_all(children: list[subprocess.Popen[bytes]]) -> None:
    """obexd first: it says good-bye to phones and bus."""
    for child in reversed(children):
        child.terminate()
        try:
            child.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _remove_leftovers() -> None:
    """Folders of keepers that are gone: their lock is free."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            if folder.stat().st_uid != os.getuid():
                continue
            with (folder / "lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        shutil.rmtree(folder, ignore_errors=True)


def _end(number: int, frame: object) -> None:
    raise Ended


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1], sys.argv[2]))
