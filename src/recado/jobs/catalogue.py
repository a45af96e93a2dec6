"""Every job there is. A room that has work for this process adds its line here."""

from __future__ import annotations

from recado.jobs.job import Job
from recado.mail.sending import send_due

JOBS: tuple[Job, ...] = (Job("mail", send_due),)
