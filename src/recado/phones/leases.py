"""Who holds a phone: one process, for a short time, renewed while it lives.

A lease outlives its holder by `LEASE` at most; a holder on this machine whose process is gone is replaced at once, so a
gateway started again after a crash need not wait. Every change is a compare-and-swap on the row.
"""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import Q

from recado.phones.models import Phone

LEASE = timedelta(seconds=30)


def this_process() -> str:
    """A name for this process that no other process ever has: host, process number, and the kernel's start tick."""
    return f"{socket.gethostname()}/{os.getpid()}/{_start_tick(os.getpid())}"


def acquire(phone_id: int, holder: str, now: datetime) -> bool:
    """Take the phone, or renew it, for `LEASE` from `now`; False when another living process holds it."""
    free = Q(holder="") | Q(holder=holder) | Q(held_until__lt=now)
    if _take(phone_id, free, holder, now):
        return True
    previous = Phone.objects.filter(pk=phone_id).values_list("holder", flat=True).first()
    return previous is not None and is_gone(previous) and _take(phone_id, Q(holder=previous), holder, now)


def renew(phone_ids: list[int], holder: str, now: datetime) -> int:
    """Prolong what `holder` still holds; gives how many of `phone_ids` that was."""
    return Phone.objects.filter(pk__in=phone_ids, holder=holder).update(held_until=now + LEASE)


def release(phone_id: int, holder: str, now: datetime) -> None:
    """Give the phone back, if `holder` has it; `held_until` keeps when that was."""
    Phone.objects.filter(pk=phone_id, holder=holder).update(holder="", held_until=now)


def is_gone(holder: str) -> bool:
    """True when `holder` names a process of this machine that no longer runs; False when alive or not to be known."""
    host, _, rest = holder.partition("/")
    pid, _, tick = rest.partition("/")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    return _start_tick(int(pid)) != tick


def _take(phone_id: int, condition: Q, holder: str, now: datetime) -> bool:
    rows = Phone.objects.filter(condition, pk=phone_id)
    return rows.update(holder=holder, held_until=now + LEASE) == 1


def _start_tick(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The command's name stands in parentheses and may hold blanks; field 22 is counted from the one after it.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]
