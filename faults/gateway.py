"""The real gateway with its waits cut short, so that a story of minutes takes seconds: `python -m faults.gateway`.

Nothing else is changed. The clock stands as many seconds off the true one as the file `clock` in the home says.
"""

from __future__ import annotations

import os
import signal
import threading
from datetime import datetime, timedelta
from pathlib import Path

SEND_DEADLINE = 1.5


def main() -> None:
    """Run until SIGTERM."""
    import django

    django.setup()
    _hurry()
    from recado.gateway.supervisor import Supervisor
    from recado.gateway.surroundings import Surroundings
    from recado.phones import leases

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    Supervisor(Surroundings(holder=leases.this_process(), now=_now)).run(stop)


def _hurry() -> None:
    from django.conf import settings

    from recado.gateway import serving, supervisor, worker
    from recado.modem import settings as modem_settings
    from recado.modem import timeouts
    from recado.phones import leases

    settings.RECADO_SEND_DEADLINE = SEND_DEADLINE
    settings.RECADO_PHONE_CHECK_SECONDS, serving.HEALTH_EVERY_WHEN_ILL = 1.0, 0.3
    serving.SLOW_POLL, serving.DATABASE_WAIT = 0.5, 0.2
    worker.RECONNECT_WAITS, worker.LEASE_WAIT, worker.DATABASE_WAIT = (0.1, 0.2), 0.2, 0.2
    supervisor.ROUND_SECONDS, supervisor.RENEW_EVERY, supervisor.TIDY_EVERY = 0.2, 0.5, 0.5
    supervisor.LAST_SEND_SECONDS = 5.0
    leases.LEASE = timedelta(seconds=3)
    timeouts.OK_AFTER_REFERENCE, timeouts.REFERENCE_AFTER_OK, timeouts.REBOOT = 1.0, 0.5, 2.0
    defaults = modem_settings.DriverSettings.__init__.__defaults__
    assert defaults is not None
    shorter = {timeouts.PROMPT: 2.0, 60.0: 3.0, 15.0: 1.0, 30.0: 3.0}
    modem_settings.DriverSettings.__init__.__defaults__ = tuple(
        shorter.get(value, value) if isinstance(value, float) else value for value in defaults
    )


def _now() -> datetime:
    from django.utils import timezone

    try:
        offset = float((Path(os.environ["RECADO_HOME"]) / "clock").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        offset = 0.0
    return timezone.now() + timedelta(seconds=offset)


if __name__ == "__main__":
    main()
