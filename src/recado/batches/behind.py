"""What the batches keep back: rows that are no messages yet, and are work to be done like those of the queue.

Their area codes are taken to be like those of the next rows: to read a million to tell a queue's end would take longer
than the screen is worth.
"""

from __future__ import annotations

from collections import Counter

from django.db.models import F

from recado.batches.models import UNDER_WAY, Batch, BatchRow, RowState, State
from recado.outbox.forecast import Behind

_SAMPLE = 100
_DDD = slice(3, 5)


def behind_the_queue() -> tuple[list[Behind], int]:
    """The rows that will enter the queue, and how many a person has paused."""
    going: list[Behind] = []
    paused = 0
    for batch in Batch.objects.filter(state__in=UNDER_WAY, ready__gt=F("fed")).order_by("pk"):
        if batch.state == State.PAUSED:
            paused += batch.ready - batch.fed
        else:
            going += _by_ddd(batch, batch.ready - batch.fed)
    return going, paused


def parts_each(batch: Batch) -> float:
    """How many SMS a row of the batch takes, on an average."""
    return max(batch.parts / max(batch.ready + batch.expired, 1), 1.0)


def _by_ddd(batch: Batch, rows: int) -> list[Behind]:
    following = BatchRow.objects.filter(batch=batch, line__gt=batch.fed_line, state=RowState.READY).order_by("line")
    sample = Counter(number[_DDD] for number in following.values_list("number", flat=True)[:_SAMPLE])
    groups, left, unseen = [], rows, sample.total()
    for ddd, count in sorted(sample.items()):
        # Shares of what is left, so that they add up to all of it.
        share = left if count == unseen else round(left * count / unseen)
        left, unseen = left - share, unseen - count
        if share:
            groups.append(Behind(batch.type_id, ddd, share, share * parts_each(batch)))
    return groups
