"""Hearing that something was queued, and passing it on to every worker at once.

Each worker sleeps on its phone's line and on an eventfd together (`Wake`). One thread hears the database's ring
(PostgreSQL) or the datagrams of this machine (SQLite) and raises every eventfd.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import threading
from collections.abc import Callable
from typing import Protocol

import psycopg
from django.db import connection

from recado.outbox.doorbell import PG_CHANNEL, SocketBell


class HasFileno(Protocol):
    """What `select` takes."""

    def fileno(self) -> int:
        """The descriptor."""
        ...


logger = logging.getLogger(__name__)
_RECONNECT_SECONDS = 2.0


class Wake:
    """A flag a sleeping thread can be woken by: `fileno()` is readable while it is raised."""

    def __init__(self) -> None:
        self._descriptor = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def fileno(self) -> int:
        """What a `select` beside other descriptors takes."""
        return self._descriptor

    def set(self) -> None:
        """Raise the flag. From any thread."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_write(self._descriptor, 1)

    def clear(self) -> None:
        """Lower the flag."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._descriptor)

    def wait(self, seconds: float) -> bool:
        """Sleep until raised or until the time is up; True when raised."""
        return bool(select.select([self._descriptor], [], [], max(0.0, seconds))[0])

    def close(self) -> None:
        """Give the descriptor back; the flag must not be used after that."""
        os.close(self._descriptor)


class BellListener(threading.Thread):
    """Calls `heard` on every ring until `stop()`; where the ring cannot be heard the workers' slow poll remains."""

    def __init__(self, heard: Callable[[], None]) -> None:
        super().__init__(name="recado-bell", daemon=True)
        self._heard = heard
        self._ended = Wake()
        self._stopped = False

    def run(self) -> None:
        listen = self._listen_to_database if connection.vendor == "postgresql" else self._listen_to_socket
        listen()

    def stop(self) -> None:
        """End the thread, and wait for its end a few seconds at most."""
        self._stopped = True
        self._ended.set()
        self.join(5)

    def _listen_to_socket(self) -> None:
        bell = SocketBell()
        try:
            while not self._stopped:
                _wait_for(bell, self._ended)
                bell.clear()
                self._heard()
        finally:
            bell.close()

    def _listen_to_database(self) -> None:
        while not self._stopped:
            try:
                self._listen_once()
            except psycopg.OperationalError as error:
                logger.warning("the database's bell is silent: %s", type(error).__name__)
                self._ended.wait(_RECONNECT_SECONDS)

    def _listen_once(self) -> None:
        parameters = connection.get_connection_params()
        parameters.pop("cursor_factory", None)
        parameters.pop("context", None)
        with psycopg.connect(**parameters, autocommit=True) as listener:
            listener.execute(f"LISTEN {PG_CHANNEL}")
            # What was queued while nobody listened.
            self._heard()
            while not self._stopped:
                _wait_for(listener, self._ended)
                if list(listener.notifies(timeout=0)):
                    self._heard()


def _wait_for(*sources: HasFileno) -> None:
    select.select(sources, [], [])
