"""How a batch stands: every line of its table accounted for, and each message by its status.

    lines   = ready + with problems + repeated + opted out + told today (left out) + too late
    ready   = waiting in the batch + passed on            (waiting: cancelled with the batch, when it is)
    passed  = messages by status + removed by retention

Messages are counted from the index `message_batch` alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from recado.batches.models import Batch, State
from recado.outbox.models import HANDED_OVER, SENT_GROUP, SHOWN_STATUSES, Message, Status, shown_status

SENT = (*SENT_GROUP, HANDED_OVER)
OVER = (*SENT, Status.FAILED, Status.UNCERTAIN, Status.EXPIRED, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Progress:
    """The counts of one batch. `statuses`: its messages by what screens call them (`SHOWN_STATUSES`), if there are any.

    What a phone only took is counted apart, and among the sent ones.
    """

    batch: Batch
    statuses: dict[str, int]

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
        return self.of(SENT)

    @property
    def handed_over(self) -> int:
        """Of the sent ones, those of which the phone has not told more than that it has them."""
        return self.of([HANDED_OVER])

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

    def of(self, statuses: Iterable[str]) -> int:
        """How many messages stand at any of `statuses`."""
        return sum(self.statuses.get(status, 0) for status in statuses)


def progress_of(batch: Batch) -> Progress:
    """Count the batch's messages now."""
    messages = Message.objects.filter(batch=batch.pk).order_by()
    counted: Counter[str] = Counter()
    for status, handed_over, count in messages.values_list("status", "handed_over").annotate(count=Count("pk")):
        counted[shown_status(status, handed_over)] += count
    return Progress(batch, {shown: counted[shown] for shown, _ in SHOWN_STATUSES if shown in counted})


def messages_of(batch_id: int, shown: str = "") -> QuerySet[Message]:
    """The batch's messages in their order, or only those that screens call `shown`."""
    found = Message.objects.filter(batch=batch_id).order_by("pk")
    if not shown:
        return found
    if shown in (Status.SENT, HANDED_OVER):
        return found.filter(status=Status.SENT, handed_over=shown == HANDED_OVER)
    return found.filter(status=shown)
