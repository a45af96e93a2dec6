"""One thread a job: it works while there is work, rests while there is none, and backs off from what fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import close_old_connections, connection

from recado.jobs.job import Job

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 60.0
_JOIN_SECONDS = 30.0


class JobThread(threading.Thread):
    """Runs one job until `stop` is set; `now` gives the time, in UTC."""

    def __init__(self, job: Job, stop: threading.Event, now: Callable[[], datetime]) -> None:
        super().__init__(name=f"recado-job-{job.name}", daemon=True)
        self._job = job
        self._end = stop
        self._now = now
        self._failures = 0

    def run(self) -> None:
        try:
            while not self._end.is_set():
                self._end.wait(self.turn())
        finally:
            connection.close()

    def turn(self) -> float:
        """Do one unit; give the seconds to rest before the next."""
        close_old_connections()
        try:
            more = self._job.work(self._now())
        except Exception as error:
            # Whatever it was, the other jobs and the next units go on. The text may hold personal data: only its name.
            self._failures += 1
            pause = min(self._job.every * 2.0**self._failures, LONGEST_PAUSE)
            logger.error("job %s failed (%s); trying again in %g s", self._job.name, type(error).__name__, pause)
            logger.debug("job %s", self._job.name, exc_info=True)
            connection.close()
            return pause
        self._failures = 0
        return 0.0 if more else self._job.every


def run_jobs(jobs: Sequence[Job], stop: threading.Event, now: Callable[[], datetime]) -> None:
    """Run `jobs`, each in a thread of its own, until `stop` is set; then wait for the units on their way."""
    threads = [JobThread(job, stop, now) for job in jobs]
    for thread in threads:
        thread.start()
    stop.wait()
    for thread in threads:
        thread.join(_JOIN_SECONDS)
