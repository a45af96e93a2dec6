"""A thread of its own that looks for troubles and tells of them, so that a slow mail server holds up no message."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from recado.alarms import channels
from recado.alarms.sentinel import patience
from recado.alarms.telling import tell_due
from recado.alarms.troubles import DownSince, Limits, troubles
from recado.alarms.watching import reconcile

logger = logging.getLogger(__name__)

ROUND_SECONDS = 15.0
_JOIN_SECONDS = 2.0


class Watchman(threading.Thread):
    """Looks every `ROUND_SECONDS` until `stop()`; `now` gives the time, in UTC."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(name="recado-watchman", daemon=True)
        self._now = now
        self._ended = threading.Event()
        self._down_since = DownSince()

    def run(self) -> None:
        try:
            # Not at once: a gateway that starts has phones that are not ready yet.
            while not self._ended.wait(ROUND_SECONDS):
                try:
                    self.look()
                except (DatabaseError, InterfaceError) as error:
                    logger.error("the alarms' look failed (%s); trying again", type(error).__name__)
                    connection.close()
        finally:
            connection.close()

    def look(self) -> None:
        """One round."""
        present = troubles(self._now(), limits(), self._down_since)
        reconcile(present, channels.configured(), self._now())
        tell_due(self._now())

    def stop(self) -> None:
        """Ask for an end; a notice on its way is not waited for, it is found again by the next start."""
        self._ended.set()
        if self.is_alive():
            self.join(_JOIN_SECONDS)


def limits() -> Limits:
    """The limits as the settings give them."""
    return Limits(
        phone_down=timedelta(minutes=settings.RECADO_ALARM_PHONE_DOWN_MINUTES),
        oldest_urgent=timedelta(minutes=settings.RECADO_ALARM_OLDEST_URGENT_MINUTES),
        error_percent=settings.RECADO_ALARM_ERROR_PERCENT,
        gateway_down=patience(),
    )
