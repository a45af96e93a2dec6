"""What a command has of its terminal: secrets typed unseen, and Ctrl-C."""

from __future__ import annotations

import getpass
import signal
import threading
import warnings
from types import FrameType

import click

from recado.cli.base import Refused


def ask_secret(what: str, *, again: str, otherwise: str) -> str:
    """Ask for a secret, twice. Raises Refused, with `otherwise` (pt-BR), where there is no terminal to ask at."""
    with warnings.catch_warnings():
        # Without a terminal the secret would be read in the open, with a warning in English.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return str(click.prompt(what, hide_input=True, confirmation_prompt=again))
        except getpass.GetPassWarning:
            raise Refused(otherwise) from None


def stop_when_told() -> threading.Event:
    """An event that Ctrl-C and SIGTERM set, from now on. Call it in the main thread."""
    stop = threading.Event()

    def ask_stop(number: int, frame: FrameType | None) -> None:
        # Setting the event here could deadlock with a main thread that waits on it; a thread of its own cannot.
        threading.Thread(target=stop.set, name="stop").start()

    signal.signal(signal.SIGINT, ask_stop)
    signal.signal(signal.SIGTERM, ask_stop)
    return stop
