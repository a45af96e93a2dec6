"""A customer's wish not to be written to: since when, how, by whom, and its end. Nothing is deleted."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from recado.outbox.models import OptOut


def opted_out(number: str) -> bool:
    """True while the wish of the mobile `number` (E.164) is in force."""
    return OptOut.objects.filter(number=number, ended_at=None).exists()


def opt_out(number: str, *, how: str, actor: str, now: datetime) -> None:
    """Write the wish down; nothing changes when it is in force already."""
    try:
        with transaction.atomic():
            OptOut.objects.create(number=number, since=now, how=how, actor=actor)
    except IntegrityError:
        # Said twice: the first time counts.
        return


def opt_in(number: str, *, actor: str, now: datetime) -> bool:
    """End the wish; False when there was none in force."""
    return OptOut.objects.filter(number=number, ended_at=None).update(ended_at=now, ended_by=actor) == 1
