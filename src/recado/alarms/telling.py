"""Sends the notices that are due, each once; what is not taken is tried again, ever less often, for a day."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from recado.alarms.channels import NotTold, send, target
from recado.alarms.models import Channel, Notice

logger = logging.getLogger(__name__)

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30, 60))
KEEP_TRYING = timedelta(days=1)
# While one process sends a notice no other takes it; longer than any send may last.
_HELD_BACK = timedelta(minutes=5)


def tell_due(now: datetime) -> int:
    """Send every notice that is due at `now`; gives how many were taken."""
    due = Notice.objects.filter(next_try_at__lte=now).select_related("alarm")
    return sum(_tell_one(notice, now) for notice in due)


def _tell_one(notice: Notice, now: datetime) -> bool:
    ours = Notice.objects.filter(pk=notice.pk, next_try_at=notice.next_try_at)
    if not ours.update(next_try_at=now + _HELD_BACK):
        return False
    row = Notice.objects.filter(pk=notice.pk)
    told_to = target(Channel(notice.channel))[:400]
    try:
        send(notice, now)
    except NotTold as refusal:
        failures = notice.failures + 1
        logger.warning("alarm notice %s by %s, try %s: %s", notice.pk, notice.channel, failures, refusal)
        next_try = now + BACK_OFF[min(failures, len(BACK_OFF)) - 1]
        given_up = next_try > notice.created_at + KEEP_TRYING
        next_or_none = None if given_up else next_try
        row.update(failures=failures, fault=str(refusal)[:200], next_try_at=next_or_none, told_to=told_to)
        return False
    row.update(sent_at=now, next_try_at=None, fault="", told_to=told_to)
    return True
