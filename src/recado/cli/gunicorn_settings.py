"""gunicorn's settings for the screens, read by gunicorn itself (`-c python:recado.cli.gunicorn_settings`).

Given as a module so that no gunicorn.conf.py of the current folder is read instead. No access log: which screens are
opened, with which filters, is nobody's business. A name that this gunicorn does not know is ignored by it.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
from pathlib import Path
from typing import Any

from recado.cli.gunicorn_log import LOGGER, QuietFilter
from recado.conf import settings

STALLED_SECONDS = 10

bind = settings.RECADO_HTTP_ADDRESS
workers = settings.RECADO_WEB_WORKERS
threads = settings.RECADO_WEB_THREADS
worker_class = "gthread"
proc_name = "recado-web"
loglevel = "warning"
accesslog = None
# A text of several SMS in an address, each letter as %C3%A3: the most that gunicorn takes.
limit_request_line = 8190
# Each takes a file; a service has 1024 by default, and a server that runs out of them loses a process. Others wait.
worker_connections = 400
timeout = 60
graceful_timeout = 10
control_socket_disable = True
umask = 0o077
# The heartbeat file must not wait for a busy disk, or workers are taken for dead.
worker_tmp_dir = "/dev/shm" if os.access(Path("/dev/shm"), os.W_OK) else None  # noqa: S108 - gunicorn makes its own file in it


def when_ready(server: Any) -> None:
    """gunicorn's hook, before it forks: accepted connections take these limits over from the sockets they came by.

    gunicorn itself waits for a caller without end, in the middle of a request, with a whole thread.
    """
    for listener in server.LISTENERS:
        limit_waiting(listener.sock, STALLED_SECONDS)


def limit_waiting(listener: socket.socket, seconds: int) -> None:
    """Let no read or write of a connection accepted from `listener` wait for longer than that without progress."""
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        listener.setsockopt(socket.SOL_SOCKET, option, struct.pack("@ll", seconds, 0))


def on_starting(server: object) -> None:
    """gunicorn's hook, before its processes are made."""
    logging.getLogger(LOGGER).addFilter(QuietFilter())
