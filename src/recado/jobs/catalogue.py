"""Every job there is. A room that has work for this process adds its line here."""

from __future__ import annotations

from recado.alarms.sentinel import EVERY_SECONDS, watch_gateway
from recado.batches.feeding import feed_some, look_after_some
from recado.batches.reading import read_some
from recado.batches.tidying import tidy
from recado.gsan.reader import reader_job
from recado.jobs.job import Job
from recado.mail.sending import send_due
from recado.playsms import tidying as playsms

JOBS: tuple[Job, ...] = (
    Job("batch reading", read_some),
    Job("batch feeding", feed_some),
    Job("batch care", look_after_some),
    Job("batch tidying", tidy, 3600),
    Job("gateway watch", watch_gateway, EVERY_SECONDS),
    Job("gsan", reader_job(), 15),
    Job("mail", send_due),
    Job("playsms tidying", playsms.tidy, 600),
)
