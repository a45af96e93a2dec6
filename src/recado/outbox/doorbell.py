"""Waking the gateway the moment something was queued, so that nobody polls hard.

PostgreSQL carries the ring itself (NOTIFY, delivered at commit, to any host). With SQLite everybody is on one
machine: the ring is an empty datagram to each socket `bell-*.sock` in the run folder, sent after the commit. A ring
that is lost costs no more than the gateway's slow poll.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

PG_CHANNEL = "recado_outbox"


def ring() -> None:
    """Wake every gateway once the transaction that is open now has been committed."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {PG_CHANNEL}")
    else:
        transaction.on_commit(ring_sockets, robust=True)


def ring_sockets() -> None:
    """Send one empty datagram to each bell of this machine; a bell nobody hears is taken down."""
    run = run_folder()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        for bell in run.glob("bell-*.sock"):
            try:
                sender.sendto(b"", str(bell))
            except OSError as error:
                # A full socket has rung already; a refused one belongs to a process that is gone.
                if error.errno == errno.ECONNREFUSED:
                    bell.unlink(missing_ok=True)


class SocketBell:
    """The gateway's end on this machine: `fileno()` becomes readable when somebody rings; `clear()` hears all rings."""

    def __init__(self) -> None:
        self._path = run_folder() / f"bell-{os.getpid()}.sock"
        self._path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self._path))
        self._socket.setblocking(False)

    def fileno(self) -> int:
        return self._socket.fileno()

    def clear(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                self._socket.recv(1)

    def close(self) -> None:
        self._socket.close()
        self._path.unlink(missing_ok=True)


def run_folder() -> Path:
    """Where the sockets of the running processes stand."""
    return Path(settings.RECADO_HOME) / "run"
