"""Keeping a batch's queued messages from being claimed, and letting them go again.

A message on hold is queued and falls due at a time that never comes: no status changes, no phone needs to know of
batches, and one statement holds them all. What is on its way is ended; should it come back to the queue, whoever looks
after the batches holds it then.
"""

from __future__ import annotations

from datetime import UTC, datetime

from recado.outbox import doorbell
from recado.outbox.models import Message, Status

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def hold(batch: int) -> int:
    """Let no queued message of the batch be claimed; gives how many were not on hold before."""
    return Message.objects.filter(batch=batch, status=Status.QUEUED, ready_at__lt=NEVER).update(ready_at=NEVER)


def release(batch: int, now: datetime) -> int:
    """Let the batch's messages be claimed again; gives how many were on hold."""
    freed = Message.objects.filter(batch=batch, status=Status.QUEUED, ready_at=NEVER).update(ready_at=now)
    if freed:
        doorbell.ring()
    return freed


def is_held(message: Message) -> bool:
    """True while the message waits for its batch to be resumed."""
    return message.status == Status.QUEUED and message.ready_at >= NEVER
