"""*Testar conexão*: a person asks on a screen, the gateway that holds the phone asks it, and the row keeps the answer.

The screens never talk to a phone. One question at a time and phone; who asks while one is open waits for its answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

from django.db.models import Q

from recado.phones.models import Phone

# A phone that hangs is given up by its driver within this; after it nobody is at work on the question any more.
PATIENCE = timedelta(seconds=60)

_OPEN = Q(check_asked_at__isnull=False, check_answered_at=None)


class Check(Enum):
    """How the last question stands."""

    NEVER = "never"
    WAITING = "waiting"
    UNANSWERED = "unanswered"
    WELL = "well"
    ILL = "ill"


def ask(phone: Phone, *, actor: str, now: datetime) -> bool:
    """Leave the question for the gateway, which the caller rings; False when one is waited for already."""
    free = ~_OPEN | Q(check_asked_at__lte=now - PATIENCE)
    asked = Phone.objects.filter(free, pk=phone.pk).update(
        check_asked_at=now, check_asked_by=actor, check_answered_at=None, check_well=False, check_answer=""
    )
    return asked == 1


def is_open(phone: Phone) -> bool:
    """True while the question waits for the gateway."""
    return phone.check_asked_at is not None and phone.check_answered_at is None


def answer(phone_id: int, sentence: str, *, well: bool, now: datetime) -> None:
    """Answer the question that is open; `sentence` is pt-BR. Nothing when there is none."""
    row = Phone.objects.filter(_OPEN, pk=phone_id)
    row.update(check_answered_at=now, check_well=well, check_answer=sentence[:600])


def standing(phone: Phone, now: datetime) -> Check:
    """How the last question to `phone` stands at `now`."""
    if phone.check_asked_at is None:
        return Check.NEVER
    if phone.check_answered_at is None:
        return Check.WAITING if now - phone.check_asked_at < PATIENCE else Check.UNANSWERED
    return Check.WELL if phone.check_well else Check.ILL
