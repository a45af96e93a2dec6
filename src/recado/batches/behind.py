"""What the batches keep back: rows that are no messages yet, and are work to be done like those of the queue.

Of many rows some are looked at, spread over all that wait, and the area codes of the others are taken to be like
theirs: to read a million to tell a queue's end would take longer than the screen is worth.
"""

from __future__ import annotations

from collections import Counter

from django.db.models import F

from recado.batches.models import UNDER_WAY, Batch, BatchRow, RowState, State
from recado.outbox.forecast import Behind

# As many rows are read whole; of more, between half as many and so many lines.
MOST_READ = 512
# Knuth's multiplier: it spreads neighbours, and every remainder of a power of two comes equally often.
_SPREAD = 2_654_435_761
_DDD = slice(3, 5)


def behind_the_queue() -> tuple[list[Behind], int]:
    """The rows that will enter the queue, and how many a person has paused."""
    going: list[Behind] = []
    paused = 0
    for batch in Batch.objects.filter(state__in=UNDER_WAY, ready__gt=F("fed")).order_by("pk"):
        if batch.state == State.PAUSED:
            paused += batch.ready - batch.fed
        else:
            going += rows_behind(batch)
    return going, paused


def parts_each(batch: Batch) -> float:
    """How many SMS a row of the batch takes, on an average."""
    return max(batch.parts / max(batch.ready + batch.expired, 1), 1.0)


def rows_behind(batch: Batch) -> list[Behind]:
    """The rows of the batch that are no messages yet, by area code."""
    rows = batch.ready - batch.fed
    following = BatchRow.objects.filter(batch=batch, line__gt=batch.fed_line, state=RowState.READY)
    estimated = rows > MOST_READ
    if estimated:
        following = following.filter(line__in=_spread_lines(batch))
    sample = Counter(number[_DDD] for number in following.values_list("number", flat=True))
    groups, left, unseen = [], rows, sample.total()
    for ddd, count in sorted(sample.items()):
        # Shares of what is left, so that they add up to all of it.
        share = left if count == unseen else round(left * count / unseen)
        left, unseen = left - share, unseen - count
        if share:
            parts = share * parts_each(batch)
            groups.append(Behind(batch.type_id, ddd, share, parts, estimated, batch.pk, batch.expires_at))
    return groups


def _spread_lines(batch: Batch) -> list[int]:
    """One line of each stretch of those that wait.

    A stretch is a power of two long and stands where it stands however far the batch is: what is foreseen does not
    waver from one look to the next. Which of its lines it is changes from stretch to stretch, since files repeat
    themselves.
    """
    lines = BatchRow.objects.filter(batch=batch).order_by("-line").values_list("line", flat=True)
    last = lines.first() or batch.fed_line
    length = 1
    while (last - batch.fed_line) // length > MOST_READ:
        length *= 2
    stretches = range(batch.fed_line // length, last // length + 1)
    return [number * length + number * _SPREAD % length for number in stretches]
