"""The totals of *Consultar* over a long period, from the counts of ended days where those can tell them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from recado.outbox.models import SHOWN_STATUSES, Status, shown_status
from recado.outbox.queries import Consultation
from recado.reports.keeping import gaps, kept


def totals(asked: Consultation) -> dict[str, int]:
    """As `asked.totals()`: how many there are of each shown status that occurs, in the order of `SHOWN_STATUSES`."""
    by_kind = Consultation(
        asked.start,
        asked.end,
        statuses=asked.statuses,
        type_id=asked.type_id,
        handed_over=asked.handed_over,
        order=asked.order,
        descending=asked.descending,
    )
    if asked != by_kind:
        return asked.totals()
    days = kept("moved__kinds", asked.start, asked.end)
    counted: Counter[str] = Counter()
    for kinds in days.values():
        for word, count in kinds.items():
            type_id, status, handed_over = word.split(" ")
            if _fits(asked, int(type_id), Status(status), handed_over == "True"):
                counted[shown_status(status, handed_over == "True")] += count
    for first, last in gaps(asked.start, asked.end, days.keys()):
        counted.update(replace(asked, start=first, end=last).totals())
    return {shown: counted[shown] for shown, _ in SHOWN_STATUSES if counted[shown]}


def _fits(asked: Consultation, type_id: int, status: Status, handed_over: bool) -> bool:
    return (
        asked.type_id in (None, type_id)
        and (not asked.statuses or status in asked.statuses)
        and asked.handed_over in (None, handed_over)
    )
