"""Wrong passwords and tokens are counted by account and address; past the limit none is looked at for a while.

A caller whose password is right, and known so to the process, is not held up by another's guesses.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from recado.playsms.models import WrongCalls

logger = logging.getLogger(__name__)
LIMIT = 10
WINDOW = timedelta(minutes=15)


def is_blocked(account_id: int, address: str, now: datetime) -> bool:
    """True while this caller has used up its wrong guesses; `account_id` 0 is any user that does not exist."""
    return _recent(account_id, address, now).filter(count__gte=LIMIT).exists()


def count_wrong(account_id: int, address: str, now: datetime) -> bool:
    """Count one wrong guess; False when the caller was over the limit already, and nothing is written."""
    recent = _recent(account_id, address, now)
    if recent.filter(count__lt=LIMIT).update(count=F("count") + 1):
        if recent.filter(count=LIMIT).exists():
            logger.warning("playSMS door: %s wrong passwords or tokens from %s; waiting", LIMIT, address)
        return True
    if recent.exists():
        return False
    caller = _caller(account_id, address)
    try:
        with transaction.atomic():
            WrongCalls.objects.filter(pk=caller).delete()
            WrongCalls.objects.create(caller=caller, since=now)
    except IntegrityError:
        recent.update(count=F("count") + 1)
    return True


def _recent(account_id: int, address: str, now: datetime) -> QuerySet[WrongCalls]:
    # A clock that went back must not hold a caller up for longer than the window.
    return WrongCalls.objects.filter(pk=_caller(account_id, address), since__gt=now - WINDOW, since__lte=now + WINDOW)


def _caller(account_id: int, address: str) -> str:
    return hashlib.sha256(f"{account_id}|{address}".encode("utf-8", "replace")).hexdigest()
