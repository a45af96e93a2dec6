"""One `recado run` for each data folder: a lock that the kernel drops with its process, so that none is left behind."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyHeld(Exception):
    """Another living process has the lock; `pid` is its number, empty when it did not tell."""

    def __init__(self, path: Path, pid: str) -> None:
        super().__init__(str(path))
        self.pid = pid


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock file `path` while the block runs. Raises AlreadyHeld, or OSError when the file cannot be made."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyHeld(path, os.read(descriptor, 20).decode(errors="replace").strip()) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        # The file stays: unlinking it would let two processes lock two files of one name.
        os.close(descriptor)
