"""What became of the messages of a period, for charts and tables.

The wait is that from the queue to the network's answer; its percentiles are exact to the second, from how many waited
how long.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from recado.outbox.models import Status
from recado.phones.models import Phone
from recado.reports.keeping import moved


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of local days `start` to `end`. Every day and every hour is there, those without messages too."""

    start: date
    end: date
    statuses: dict[Status, int]
    days: dict[date, Counter[str]]
    hours: list[int]
    types: dict[int, int]
    causes: dict[str, int]
    phones: dict[str, int]
    waits: Counter[int] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All messages of the period, by whatever way they are counted."""
        return sum(self.statuses.values())

    def wait(self, share: float) -> timedelta | None:
        """The time within which `share` (0 to 1) of the sent messages went out; None when none did."""
        return percentile(self.waits, share)


def figures(start: date, end: date) -> Figures:
    """Count the messages whose moment lies in the local days `start` to `end`."""
    counts = moved(start, end)
    days = {start + timedelta(days=number): Counter[str]() for number in range((end - start).days + 1)}
    hours = [0] * 24
    statuses: Counter[str] = Counter()
    for word, count in counts.hours.items():
        day, hour, status = word.split(" ")
        days[date.fromisoformat(day)][status] += count
        hours[int(hour)] += count
        statuses[status] += count
    types: Counter[str] = Counter()
    for word, count in counts.kinds.items():
        types[word.split(" ")[0]] += count
    names = {str(pk): name for pk, name in Phone.objects.values_list("pk", "name")}
    return Figures(
        start,
        end,
        statuses={status: statuses[status] for status in Status if statuses[status]},
        days=days,
        hours=hours,
        types={int(pk): count for pk, count in _ranked(types)},
        causes=dict(_ranked(counts.causes)),
        phones=dict(_ranked(Counter({names[pk]: count for pk, count in counts.phones.items()}))),
        waits=Counter({int(seconds): count for seconds, count in counts.waits.items()}),
    )


def percentile(waits: Counter[int], share: float) -> timedelta | None:
    """The least number of seconds that `share` of those counted did not pass."""
    wanted, seen = share * waits.total(), 0
    for seconds in sorted(waits):
        seen += waits[seconds]
        if seen >= wanted:
            return timedelta(seconds=seconds)
    return None


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    """Each word with its count, the most frequent first."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
