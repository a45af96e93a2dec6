"""Every job there is. A room that has work for this process adds its line here."""

from __future__ import annotations

from recado.jobs.job import Job

JOBS: tuple[Job, ...] = ()
