"""Noting an event in the transaction of what happened.

Called on the way of every SMS: without an endpoint nothing is written, with one, one row. Which endpoints there are is
asked every few seconds, so that the sender does not ask at every SMS; a new endpoint hears of what happens after that.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Sequence
from datetime import datetime

from recado.inbox.models import Reply
from recado.outbox.models import Status
from recado.webhooks.models import KIND_OF, Endpoint, Event, Kind

ASK_EVERY_SECONDS = 5.0


class Wanted:
    """The kinds that some active endpoint wants, as of at most `ASK_EVERY_SECONDS` ago."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds: frozenset[str] = frozenset()
        self._until = float("-inf")

    def __contains__(self, kind: str) -> bool:
        with self._lock:
            if time.monotonic() >= self._until:
                rows = Endpoint.objects.filter(active=True).values_list("kinds", flat=True)
                self._kinds = frozenset(word for kinds in rows for word in kinds.split())
                self._until = time.monotonic() + ASK_EVERY_SECONDS
            return kind in self._kinds

    def forget(self) -> None:
        """Ask again at the next event: an endpoint was changed by this process."""
        with self._lock:
            self._until = float("-inf")


wanted = Wanted()


def message_moved(message_ids: Sequence[int], before: Status | None, after: Status, at: datetime) -> None:
    """Listener of the outbox. That a message was queued, or is being sent, is no news to who asked for it."""
    if before is None and after is Status.QUEUED:
        return
    kind = KIND_OF.get(after)
    if kind is not None and kind in wanted:
        Event.objects.bulk_create([_event(kind, "message", pk, at) for pk in message_ids])


def reply_came(reply: Reply, at: datetime) -> None:
    """Listener of the inbox: a whole reply, or one whose missing parts were given up."""
    if Kind.REPLY in wanted:
        _event(Kind.REPLY, "reply", reply.pk, at).save()


def _event(kind: Kind, what: str, pk: int, at: datetime) -> Event:
    return Event(uid=f"evt_{uuid.uuid4().hex}", kind=kind, subject=f"{what}:{pk}", subject_id=pk, at=at)
