"""Reading the outbox: the query of sent messages, today's figures, how long the queue will take.

*Consultar* asks for whole local days of `Message.moment`, in ascending order, and must be quick at any page of a
million rows. So the count and the ids of a page are read from the index `message_consult` (moment, id, status,
type) alone, and only the rows on the page are fetched. `EXPLAIN QUERY PLAN` on SQLite, with status and type
filtered or not:

    count   SEARCH outbox_message USING COVERING INDEX message_consult (moment>? AND moment<?)
    page    SEARCH outbox_message USING INTEGER PRIMARY KEY (rowid=?)
            LIST SUBQUERY: SEARCH U0 USING COVERING INDEX message_consult (moment>? AND moment<?)
            USE TEMP B-TREE FOR ORDER BY        (of the page's rows only)

With a million rows count and page together take about 0.1 s, the last page too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from recado.gsm import EncodeError
from recado.outbox.claims import parts_of
from recado.outbox.models import SENT_GROUP, Message, Status

# How many queued messages are cut into parts to learn how many parts one has: the rest is taken to be like them.
_SAMPLE = 50


@dataclass(frozen=True, slots=True)
class Consultation:
    """Which messages are asked for: local days `start` to `end`, both whole and inclusive; no statuses means all."""

    start: date
    end: date
    statuses: tuple[Status, ...] = ()
    type_id: int | None = None

    def count(self) -> int:
        """How many there are, exactly."""
        return self._matching().count()

    def rows(self, offset: int, limit: int) -> list[Message]:
        """`limit` messages after the first `offset`, by moment, then number; each with its type."""
        ids = self._matching().order_by("moment", "id").values("pk")[offset : offset + limit]
        return list(Message.objects.filter(pk__in=ids).order_by("moment", "id").select_related("type"))

    def _matching(self) -> QuerySet[Message]:
        found = Message.objects.filter(
            moment__gte=day_start(self.start), moment__lt=day_start(self.end + timedelta(days=1))
        )
        if self.statuses:
            found = found.filter(status__in=self.statuses)
        if self.type_id is not None:
            found = found.filter(type_id=self.type_id)
        return found


def day_start(day: date) -> datetime:
    """The first instant of a local day, in UTC; where summer time skips midnight, the first instant there is."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone()).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What became of the messages whose moment lies in one local day."""

    sent: int
    failed: int


def day_figures(day: date) -> DayFigures:
    """The figures of `day`, from the index alone."""
    of_the_day = Message.objects.filter(moment__gte=day_start(day), moment__lt=day_start(day + timedelta(days=1)))
    counted = of_the_day.order_by().values_list("status").annotate(Count("pk"))
    by_status: dict[str, int] = dict(counted)
    return DayFigures(
        sent=sum(by_status.get(status, 0) for status in SENT_GROUP), failed=by_status.get(Status.FAILED, 0)
    )


@dataclass(frozen=True, slots=True)
class QueueForecast:
    """How much waits and how long it takes: `wait` is None when no phone is ready; `oldest`: its first moment."""

    messages: int
    parts: int
    wait: timedelta | None
    oldest: datetime | None


def forecast(paces: Sequence[float]) -> QueueForecast:
    """Reckon the queue in parts times pace; `paces` are the seconds between two sends of each ready phone."""
    queued = Message.objects.filter(status=Status.QUEUED)
    messages = queued.count()
    sample = [_parts(message) for message in queued.order_by("priority", "pk")[:_SAMPLE]]
    parts = round(messages * sum(sample) / len(sample)) if sample else 0
    # A pace of nothing still takes the seconds of the talk itself.
    per_second = sum(1 / max(pace, 1.0) for pace in paces)
    return QueueForecast(
        messages=messages,
        parts=parts,
        wait=timedelta(seconds=parts / per_second) if per_second else None,
        oldest=queued.aggregate(at=Min("moment"))["at"],
    )


def _parts(message: Message) -> int:
    try:
        return len(parts_of(message))
    except EncodeError:
        # The sender will give this one up at once: it takes one turn.
        return 1
