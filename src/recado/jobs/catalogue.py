"""Every job there is. A room that has work for this process adds its line here."""

from __future__ import annotations

from recado.alarms.sentinel import EVERY_SECONDS, watch_gateway
from recado.jobs.job import Job
from recado.mail.sending import send_due

JOBS: tuple[Job, ...] = (
    Job("gateway watch", watch_gateway, EVERY_SECONDS),
    Job("mail", send_due),
)
