"""Removing e-mails that are over and older than the company keeps; off until somebody gives a number of days."""

from __future__ import annotations

from datetime import datetime, timedelta

from recado import parameters
from recado.mail.models import FINAL, NEEDS_A_PERSON, Mail

AT_ONCE = 500


def remove_old(now: datetime) -> bool:
    """Remove up to `AT_ONCE`; True when more may be waiting."""
    days = parameters.get().retention_days
    if not days:
        return False
    old = Mail.objects.filter(moment__lt=now - timedelta(days=days), status__in=FINAL).order_by("moment")
    # As long as it is of use a person may still send it again.
    old = old.exclude(status__in=NEEDS_A_PERSON, useful_until__gt=now)
    keys = list(old.values_list("pk", flat=True)[:AT_ONCE])
    Mail.objects.filter(pk__in=keys).delete()
    return len(keys) == AT_ONCE
