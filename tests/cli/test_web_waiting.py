"""Who stops in the middle of a request does not keep the web server waiting without end."""

from __future__ import annotations

import logging
import socket
import sys
import time
from types import SimpleNamespace

import pytest

from recado.cli import gunicorn_settings
from recado.cli.gunicorn_log import QuietFilter


def test_a_stalled_connection_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gunicorn_settings, "STALLED_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gunicorn_settings.when_ready(SimpleNamespace(LISTENERS=[SimpleNamespace(sock=listener)]))
        with socket.create_connection(listener.getsockname()) as caller:
            caller.sendall(b"GET / HTTP/1.1\r\n")
            accepted, _ = listener.accept()
            with accepted:
                accepted.setblocking(True)
                assert accepted.recv(100)
                begun = time.monotonic()
                with pytest.raises(BlockingIOError):
                    accepted.recv(100)
                assert time.monotonic() - begun < 10


def test_a_process_runs_out_of_connections_before_it_runs_out_of_files() -> None:
    # Each has a socket; a service gets 1024 files by default, and others are needed beside them.
    assert gunicorn_settings.worker_connections <= 500


def test_a_stalled_connection_leaves_one_line_in_the_log() -> None:
    try:
        raise BlockingIOError(11, "Resource temporarily unavailable")
    except BlockingIOError:
        record = logging.LogRecord("g", logging.ERROR, "", 0, "Socket error processing request.", (), sys.exc_info())
    assert QuietFilter().filter(record)
    assert record.exc_info is None
    assert "left in the middle" in record.getMessage()
