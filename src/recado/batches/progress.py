"""How a batch stands: every line of its table accounted for, and each message by its status.

    lines   = ready + with problems + repeated + opted out + told today (left out) + too late
    ready   = waiting in the batch + passed on            (waiting: cancelled with the batch, when it is)
    passed  = messages by status + removed by retention

Messages are counted from the index `message_batch` alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from recado.batches.models import Batch, State
from recado.outbox.models import SENT_GROUP, Message, Status

OVER = (*SENT_GROUP, Status.FAILED, Status.UNCERTAIN, Status.EXPIRED, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Progress:
    """The counts of one batch. `waiting`: rows not passed on; `statuses`: its messages, only statuses that occur."""

    batch: Batch
    statuses: dict[Status, int]

    @property
    def waiting(self) -> int:
        """Rows that are no messages yet, or, of a cancelled batch, never will be."""
        return max(0, self.batch.ready - self.batch.fed)

    @property
    def messages(self) -> int:
        return sum(self.statuses.values())

    @property
    def removed(self) -> int:
        """Messages that were removed because they were older than the company keeps them."""
        return max(0, self.batch.fed - self.messages)

    @property
    def over(self) -> int:
        """How many of the ready rows have their end, whichever."""
        ended = sum(count for status, count in self.statuses.items() if status in OVER) + self.removed
        return ended + (self.waiting if self.batch.state == State.CANCELLED else 0)

    @property
    def sent(self) -> int:
        return self.of(SENT_GROUP)

    @property
    def unsent(self) -> int:
        """Ready rows that did not go out, or not yet."""
        return max(0, self.batch.ready - self.sent - self.removed)

    @property
    def left_out(self) -> int:
        """Of the lines, those that are no ready rows."""
        batch = self.batch
        left_out = batch.invalid + batch.repeated + batch.opted_out + batch.expired
        return left_out + (batch.told if batch.skip_told else 0)

    @property
    def adds_up(self) -> bool:
        """True when every line has its place; anything else is a fault of ours."""
        return self.batch.rows_read == self.batch.ready + self.left_out and self.messages <= self.batch.fed

    def of(self, statuses: Iterable[Status]) -> int:
        """How many messages stand at any of `statuses`."""
        return sum(self.statuses.get(status, 0) for status in statuses)


def progress_of(batch: Batch) -> Progress:
    """Count the batch's messages now."""
    counted = dict(Message.objects.filter(batch=batch.pk).order_by().values_list("status").annotate(count=Count("pk")))
    return Progress(batch, {status: counted[status] for status in Status if status in counted})
