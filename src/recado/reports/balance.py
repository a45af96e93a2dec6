"""Whether every message that was asked for is still somewhere: held against another source than their statuses.

`asked` counts the history rows that say how a message began, `became` the messages by the time and status in their own
rows, and what retention removed was counted when it went, both ways.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from recado.outbox.models import RemovedDay, Status
from recado.reports.keeping import made


@dataclass(frozen=True, slots=True)
class Balance:
    """The messages asked for in a period, and what became of them by now; `removed` of them by retention."""

    asked: int
    became: dict[Status, int]
    removed: int

    @property
    def found(self) -> int:
        """How many of them there are, or were until retention took them."""
        return sum(self.became.values()) + self.removed


def balance(start: date, end: date) -> Balance:
    """Count what was asked for in the local days `start` to `end`."""
    counts = made(start, end)
    # What goes between the two statements is counted twice, on both sides alike.
    removed = RemovedDay.objects.filter(day__gte=start, day__lte=end)
    gone = removed.aggregate(asked=Sum("asked", default=0), messages=Sum("messages", default=0))
    return Balance(
        asked=counts.asked.total() + gone["asked"],
        became={status: counts.became[status] for status in Status if counts.became[status]},
        removed=gone["messages"],
    )
