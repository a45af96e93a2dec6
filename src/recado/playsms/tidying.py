"""Taking away what the door needs no longer: marks of calls and of wrong guesses older than any window."""

from __future__ import annotations

from datetime import datetime, timedelta

from recado.playsms.models import LONGEST_WINDOW, RecentCall, WrongCalls
from recado.playsms.throttling import WINDOW

AT_ONCE = 500


def tidy(now: datetime) -> bool:
    """Remove some; True when there may be more. Harmless to repeat."""
    old = RecentCall.objects.filter(at__lt=now - timedelta(seconds=LONGEST_WINDOW))
    gone = list(old.order_by("at").values_list("pk", flat=True)[:AT_ONCE])
    if gone:
        # By time again: a mark that was taken over meanwhile stays.
        old.filter(pk__in=gone).delete()
    WrongCalls.objects.filter(since__lt=now - WINDOW).delete()
    return len(gone) == AT_ONCE
