"""What happens in the fictitious company and when: a pure function of a seed and of the present time.

Office hours, no Sundays, the newest things just now. One long week-end without a phone shows messages that expired.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from recado.cli.demonstration import fates
from recado.cli.demonstration.fates import Fate

REQUESTS = 120
WEEKS = 4
OPENS_AT, CLOSES_AT = 8, 18
SUNDAY = 6
JUST_NOW = (timedelta(minutes=3), timedelta(minutes=2), timedelta(minutes=1))
"""How long ago the last requests came in: their SMS are still in the queue and go out before the newcomer's eyes."""
BATCH_DAYS_AGO, BATCH_HOUR = 6, 15
LAST_SENT_BEFORE = timedelta(minutes=20)

# Which request's first SMS meets what; the keys are ages (`Request.age`), so that fresh trouble is on the screens.
FATES: dict[int, Fate] = {
    6: fates.UNREACHABLE,
    9: fates.NO_ANSWER,
    13: fates.NO_SUCH_NUMBER,
    17: fates.CONGESTED_ONCE,
    21: fates.NO_SUCH_NUMBER,
    26: fates.BARE,
    31: fates.UNREACHABLE,
    38: fates.CONGESTED_TWICE,
    44: fates.NO_SUCH_NUMBER,
    52: fates.UNREACHABLE_UNTIL_RESENT,
    60: fates.CONGESTED_ONCE,
    71: fates.NO_ANSWER,
    80: fates.NO_SUCH_NUMBER,
    95: fates.CONGESTED_TWICE,
    108: fates.CONGESTED_ONCE,
}
# What a person did about some of them, some hours later.
CORRECTED, DISCARDED, RESENT, CONFIRMED = 44, 80, 52, 71
DECIDED_AFTER = timedelta(hours=5)
FIRST_OF_OUTAGE = 3
"""How many requests fall into the outage, and expire in it."""


@dataclass(frozen=True, slots=True)
class Request:
    """One RA: `age` counts from the newest (0), leaving out those near the outage, which have none.

    Moments are aware. `closed_at` None: still open.
    """

    age: int | None
    opened_at: datetime
    reiterated_at: datetime | None
    closed_at: datetime | None
    success: bool


@dataclass(frozen=True, slots=True)
class Agenda:
    """All requests, oldest first, the time in which no phone was there, and when a batch was sent."""

    requests: tuple[Request, ...]
    outage_from: datetime
    outage_until: datetime
    batch_at: datetime


def plan(chance: random.Random, now: datetime) -> Agenda:
    """Give the weeks before `now` (aware, in the zone whose office hours are meant)."""
    outage_from = _at_hour(now - timedelta(weeks=WEEKS - 2, days=3), 16)
    outage_until = outage_from + timedelta(days=3, hours=4)
    moments = [outage_from + timedelta(minutes=20 * (place + 1)) for place in range(FIRST_OF_OUTAGE)]
    moments += [now - ago for ago in JUST_NOW]
    while len(moments) < REQUESTS:
        moment = _office_moment(chance, now)
        if moment < now - LAST_SENT_BEFORE and not outage_from <= moment < outage_until:
            moments.append(moment)
    ages = itertools.count()
    requests = []
    for moment in sorted(moments, reverse=True):
        # Tries that an outage would interrupt have no fate of their own.
        undisturbed = not outage_from - DECIDED_AFTER <= moment < outage_until
        requests.append(_request(chance, next(ages) if undisturbed else None, moment, now))
    on_sunday = now.weekday() == (SUNDAY + BATCH_DAYS_AGO) % 7
    batch_at = _at_hour(now - timedelta(days=BATCH_DAYS_AGO + on_sunday), BATCH_HOUR)
    return Agenda(tuple(reversed(requests)), outage_from, outage_until, batch_at)


def _office_moment(chance: random.Random, now: datetime) -> datetime:
    while True:
        day = now - timedelta(days=chance.randrange(WEEKS * 7))
        if day.weekday() != SUNDAY:
            start = _at_hour(day, OPENS_AT)
            return start + timedelta(seconds=chance.randrange((CLOSES_AT - OPENS_AT) * 3600))


def _at_hour(moment: datetime, hour: int) -> datetime:
    return moment.replace(hour=hour, minute=0, second=0, microsecond=0)


def _request(chance: random.Random, age: int | None, opened_at: datetime, now: datetime) -> Request:
    closed_at = opened_at + timedelta(hours=chance.uniform(4, 96))
    stays_open = chance.random() < 0.2 or closed_at > now - LAST_SENT_BEFORE
    reiterated_at = opened_at + (closed_at - opened_at) * chance.uniform(0.3, 0.8)
    reiterates = chance.random() < 0.12 and reiterated_at < now - LAST_SENT_BEFORE
    return Request(
        age=age,
        opened_at=opened_at,
        reiterated_at=reiterated_at if reiterates else None,
        closed_at=None if stays_open else closed_at,
        success=chance.random() < 0.85,
    )
