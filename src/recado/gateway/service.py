"""The gateway as the command line runs it."""

from __future__ import annotations

import threading

from recado.gateway.supervisor import Supervisor


def run_gateway(stop: threading.Event) -> None:
    """Send what is queued through every phone in use, until `stop` is set. Django must be set up."""
    Supervisor().run(stop)
