"""Removing bills, their notices and what was wrong in files, once older than the company keeps.

Off until an administrator gives a number of days. A bill goes that many days after its due date or validity, unless
something of it still waits; consents stay, for they are the proof of having been allowed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from recado import parameters
from recado.billing.models import Bill, BillFault, FileState, Notice, NoticeState

AT_ONCE = 500
_WAITING = (NoticeState.TAKEN, NoticeState.TRANSMITTED)


def remove_old(now: datetime) -> bool:
    """Remove up to `AT_ONCE` bills, and as many rows of files; True when more may be waiting."""
    days = parameters.get().retention_days
    if not days:
        return False
    before = timezone.localdate(now) - timedelta(days=days)
    waiting = Notice.objects.filter(state__in=_WAITING).values("bill")
    old = Bill.objects.filter(due_date__lt=before).exclude(pk__in=waiting).order_by("due_date")
    bills = list(old.values_list("pk", flat=True)[:AT_ONCE])
    faults = BillFault.objects.filter(file__ended_at__lt=now - timedelta(days=days)).exclude(
        file__state=FileState.READING
    )
    rows = list(faults.values_list("pk", flat=True)[:AT_ONCE])
    with transaction.atomic():
        Notice.objects.filter(bill__in=bills).delete()
        Bill.objects.filter(pk__in=bills).delete()
        BillFault.objects.filter(pk__in=rows).delete()
    return AT_ONCE in (len(bills), len(rows))
