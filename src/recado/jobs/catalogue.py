"""Every job there is. A room that has work for this process adds its line here."""

from __future__ import annotations

from recado.alarms.sentinel import EVERY_SECONDS, watch_gateway
from recado.api import tidying as answers
from recado.batches.feeding import feed_some, look_after_some
from recado.batches.reading import read_some
from recado.batches.tidying import tidy
from recado.billing import keeping as bills
from recado.billing.intake import read_some as read_bills
from recado.billing.runs import carry_on
from recado.evaluations import keeping as evaluations
from recado.gsan import watching as gsan
from recado.gsan.reader import Reader
from recado.jobs.job import Job
from recado.mail import keeping as mails
from recado.mail.sending import send_due
from recado.people import tidying as people
from recado.playsms import tidying as playsms
from recado.reports import keeping as reports
from recado.service_requests import reconciling
from recado.webhooks import fanning as webhooks
from recado.webhooks.delivering import deliver_due
from recado.webhooks.fanning import fan_out

JOBS: tuple[Job, ...] = (
    Job("batch reading", read_some),
    Job("batch feeding", feed_some),
    Job("batch care", look_after_some),
    Job("batch tidying", tidy, 3600),
    Job("bill reading", read_bills),
    Job("billing steps", carry_on),
    Job("gateway watch", watch_gateway, EVERY_SECONDS),
    Job("gsan", Reader().work, 15),
    Job("gsan watch", gsan.Watch().work, gsan.EVERY_SECONDS),
    Job("mail", send_due),
    Job("mail tidying", mails.remove_old, 600),
    Job("bill tidying", bills.remove_old, 600),
    Job("evaluation tidying", evaluations.forget_old, 600),
    Job("session tidying", people.forget_old, 3600),
    Job("ended days", reports.count_days, reports.EVERY_SECONDS),
    Job("events of ended days", reconciling.check_days, reconciling.CHECK_SECONDS),
    Job("webhook events", fan_out),
    Job("webhook deliveries", deliver_due),
    Job("webhook tidying", webhooks.forget_old, 3600),
    Job("api tidying", answers.forget_old, 3600),
    Job("playsms tidying", playsms.tidy, 600),
)
