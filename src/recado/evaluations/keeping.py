"""Emptying evaluations older than the company keeps: comment, protocol, and what stands for link and address.

The grade stays, with its RA and its days, so that the panel's counts of old periods hold. Off until an administrator
gives a number of days.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat

from recado import parameters
from recado.evaluations.models import Evaluation

AT_ONCE = 500


def forget_old(now: datetime) -> bool:
    """Empty up to `AT_ONCE` whose link is over; True when more may be waiting."""
    days = parameters.get().retention_days
    if not days:
        return False
    before = now - timedelta(days=days)
    over = Q(answered_at=None, expires_at__lt=now) | Q(answered_at__lt=before)
    old = Evaluation.objects.filter(over, forgotten=False, created_at__lt=before).order_by("created_at")
    keys = list(old.values_list("pk", flat=True)[:AT_ONCE])
    # Both are unique, so that each gets a mark of its own.
    nobody = Concat(Value("forgotten:"), Cast("pk", CharField()))
    Evaluation.objects.filter(pk__in=keys).update(
        forgotten=True, comment="", protocol="", key=nobody, token_hash=nobody
    )
    return len(keys) == AT_ONCE
