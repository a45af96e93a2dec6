"""Which other program has a device open, as far as /proc lets this user see (proc(5)).

Open descriptors of other users' programs are hidden from all but root; locks are not. So the lock table is asked
where the descriptors say nothing.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recado.links.machine import Machine

MODEM_MANAGER = "ModemManager"

_LOCK_KINDS = ("FLOCK", "POSIX", "OFDLCK")


@dataclass(frozen=True, slots=True)
class Holder:
    """A program that has the device open or locked."""

    pid: int
    name: str


def holder_of(path: Path, machine: Machine) -> Holder | None:
    """Give the other program that holds the device at ``path``, or ``None`` when none can be seen."""
    wanted = os.path.realpath(path)
    for process in _processes(machine):
        if int(process.name) != os.getpid() and wanted in _open_files(process):
            return Holder(int(process.name), _name(process))
    return _locker(path, machine)


def is_running(name: str, machine: Machine) -> bool:
    """Whether a program called ``name`` runs on this machine."""
    return any(_name(process) == name for process in _processes(machine))


def _locker(path: Path, machine: Machine) -> Holder | None:
    try:
        status = path.stat()
        table = (machine.proc / "locks").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    place = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    for line in table.splitlines():
        fields = line.split()
        # "1: FLOCK ADVISORY WRITE 1234 00:05:678 0 EOF"; "->" before the kind marks one that waits.
        if len(fields) >= 6 and fields[1] in _LOCK_KINDS and fields[5] == place and fields[4].isdigit():
            pid = int(fields[4])
            if pid not in (0, os.getpid()):
                return Holder(pid, _name(machine.proc / fields[4]))
    return None


def _processes(machine: Machine) -> Iterator[Path]:
    try:
        entries = list(machine.proc.iterdir())
    except OSError:
        return
    yield from (entry for entry in entries if entry.name.isascii() and entry.name.isdigit())


def _open_files(process: Path) -> set[str]:
    files = set()
    try:
        for descriptor in (process / "fd").iterdir():
            files.add(str(descriptor.readlink()))
    except OSError:
        # Another user's, or it ended while we looked: what was read by then is all there is.
        return files
    return files


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "?"
