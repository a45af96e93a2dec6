"""Forgetting the answers that nobody will ask for again. Apart from the doors, which load the whole REST framework."""

from __future__ import annotations

from datetime import datetime, timedelta

from recado import parameters
from recado.api.models import Answer

KEPT_FOR = timedelta(days=90)
AT_ONCE = 1000


def forget_old(now: datetime) -> bool:
    """Remove some answers older than `KEPT_FOR`, or than the company keeps messages, which they tell of.

    The job of `recado jobs`. True when more is waiting.
    """
    days = parameters.get().retention_days
    kept = min(KEPT_FOR, timedelta(days=days)) if days else KEPT_FOR
    old = Answer.objects.filter(created_at__lt=now - kept).values_list("pk", flat=True)[:AT_ONCE]
    return Answer.objects.filter(pk__in=list(old)).delete()[0] == AT_ONCE
