"""Forgetting sessions that ended, which hold what people searched for, and old refused logins, which hold addresses."""

from __future__ import annotations

from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session

ATTEMPTS_KEPT = timedelta(days=30)


def forget_old(now: datetime) -> bool:
    """Remove them all; a job of `recado jobs`. False: no more is waiting."""
    Session.objects.filter(expire_date__lt=now).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now - ATTEMPTS_KEPT).delete()
    return False
