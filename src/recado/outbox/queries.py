"""Reading the outbox: the query of sent messages, what needs a person, today's figures.

*Consultar* asks for whole local days of `Message.moment`, in ascending order, and must be quick at any page of a
million rows. So the count and the ids of a page are read from the index `message_consult` (moment, id, status,
type, handed_over) alone, and only the rows on the page are fetched. `EXPLAIN QUERY PLAN` on SQLite, with status and
type filtered or not:

    count   SEARCH outbox_message USING COVERING INDEX message_consult (moment>? AND moment<?)
    page    SEARCH outbox_message USING INTEGER PRIMARY KEY (rowid=?)
            LIST SUBQUERY: SEARCH U0 USING COVERING INDEX message_consult (moment>? AND moment<?)
            USE TEMP B-TREE FOR ORDER BY        (of the page's rows only)

With a million rows count and page together take about 0.1 s, the last page too. The totals by status read the same
index; a mobile, a protocol, an RA and a batch have indexes of their own. A phone, a user and the other orders read
the rows of the period, some 80,000 for a month: no index was added for them, since that takes 10 to 40 ms.

Mobiles and protocols are ordered by their bytes (`_ByItsBytes`). In the database's own order of letters PostgreSQL
follows the index of mobiles through every year there is, and leaves out what is not of the period: a page in the middle
of a month then reads 236,000 blocks and takes seconds, instead of 2,800 and 45 ms.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Case, Count, F, Func, OrderBy, Q, QuerySet, Value, When
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from recado.collation import dictionary_key
from recado.outbox.models import (
    HANDED_OVER,
    NEEDS_A_PERSON,
    SENT_GROUP,
    SHOWN_STATUSES,
    Message,
    MessageType,
    Status,
    shown_status,
)
from recado.people.actors import PROGRAM


class Order(StrEnum):
    """What a list of messages may be ordered by; values are what the address says."""

    MOMENT = "envio"
    NUMBER = "celular"
    PROTOCOL = "protocolo"
    TYPE = "tipo"
    STATUS = "situacao"


@dataclass(frozen=True, slots=True)
class Consultation:
    """Which messages are asked for, and in which order; what is left empty does not narrow.

    Local days `start` to `end`, both whole and inclusive; `number` in E.164; `created_by` a user's name in any case, or
    `PROGRAM`. `handed_over` parts what is SENT: True for what a phone that sends by itself only took, False for the
    rest. `batches` are their numbers.
    """

    start: date
    end: date
    statuses: tuple[Status, ...] = ()
    type_id: int | None = None
    number: str = ""
    protocol: str = ""
    ra_number: int | None = None
    phone_id: int | None = None
    batches: tuple[int, ...] = ()
    created_by: str = ""
    handed_over: bool | None = None
    order: Order = Order.MOMENT
    descending: bool = False

    def count(self) -> int:
        """How many there are, exactly."""
        return self._matching().count()

    def totals(self) -> dict[str, int]:
        """How many there are of each shown status that occurs, in the order of `SHOWN_STATUSES`."""
        counted: dict[str, int] = {}
        by_status = self._matching().order_by().values_list("status", "handed_over").annotate(Count("pk"))
        for status, handed_over, count in by_status:
            shown = shown_status(status, handed_over)
            counted[shown] = counted.get(shown, 0) + count
        return {shown: counted[shown] for shown, _ in SHOWN_STATUSES if shown in counted}

    def rows(self, offset: int, limit: int, total: int | None = None) -> list[Message]:
        """`limit` messages after the first `offset`; each with its type. With the `total` of them all, a page of the
        second half is looked for from the end, which is nearer."""
        matching, here = self._matching(), slice(offset, offset + limit)
        ordered = matching.order_by(*self._ordering())
        if total is not None and offset > total // 2:
            ordered, here = ordered.reverse(), slice(max(0, total - here.stop), total - offset)
        ids = ordered.values("pk")[here]
        return list(Message.objects.filter(pk__in=ids).order_by(*self._ordering()).select_related("type"))

    def every_row(self) -> QuerySet[Message]:
        """All of them in order, for who reads them one by one."""
        return self._matching().order_by(*self._ordering())

    def _ordering(self) -> list[OrderBy]:
        """The column asked for, then moment and number, so that no two messages are equal."""
        keys: list[F | Case | _ByItsBytes] = [F("moment"), F("id")]
        if self.order is Order.NUMBER:
            keys.insert(0, _ByItsBytes("number"))
        elif self.order is Order.PROTOCOL:
            keys.insert(0, _ByItsBytes("protocol"))
        elif self.order is Order.TYPE:
            keys.insert(0, _rank("type_id", MessageType.objects.values_list("pk", "name")))
        elif self.order is Order.STATUS:
            keys.insert(0, _status_rank())
        return [key.desc() if self.descending else key.asc() for key in keys]

    def _matching(self) -> QuerySet[Message]:
        since, before = day_span(self.start, self.end)
        found = Message.objects.filter(moment__gte=since, moment__lt=before)
        if self.statuses:
            found = found.filter(status__in=self.statuses)
        if self.handed_over is not None:
            found = found.filter(handed_over=self.handed_over)
        if self.batches:
            found = found.filter(batch__in=self.batches)
        if self.protocol:
            # The index knows only protocols that are not empty, and a parameter proves nothing.
            found = found.filter(protocol=self.protocol).exclude(protocol="")
        if self.created_by:
            found = found.filter(_made_by(self.created_by))
        exact = {
            "type_id": self.type_id,
            "number": self.number or None,
            "ra_number": self.ra_number,
            "phone_id": self.phone_id,
        }
        return found.filter(**{name: value for name, value in exact.items() if value is not None})


class _ByItsBytes(Func):
    """A column of digits, ordered as they stand: no language has another order for them, nor an index of its own."""

    template = "%(expressions)s"
    arity = 1

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **options: Any
    ) -> tuple[str, Sequence[Any]]:
        return self.as_sql(compiler, connection, template='%(expressions)s COLLATE "C"', **options)


def _made_by(name: str) -> Q:
    """The messages of a user, in any case; those that the program itself made by its own name."""
    if name.casefold() == PROGRAM.casefold():
        return Q(created_by__in=("", PROGRAM))
    return Q(created_by__iexact=name)


def _rank(field: str, labels: Iterable[tuple[object, str]]) -> Case:
    """The place of a value's label in a Portuguese dictionary: the database's own order knows no accents."""
    return _ranked((Q(**{field: value}), label) for value, label in labels)


def _status_rank() -> Case:
    """The place of the label that is shown: a message that was only handed over has one of its own."""
    shown: dict[str, Q] = {status: Q(status=status) for status in Status} | {
        Status.SENT: Q(status=Status.SENT, handed_over=False),
        HANDED_OVER: Q(status=Status.SENT, handed_over=True),
    }
    return _ranked((shown[status], label) for status, label in SHOWN_STATUSES)


def _ranked(labels: Iterable[tuple[Q, str]]) -> Case:
    in_order = sorted(labels, key=lambda pair: dictionary_key(pair[1]))
    cases = [When(condition, then=Value(place)) for place, (condition, _) in enumerate(in_order)]
    return Case(*cases, default=Value(len(cases)))


def needing_a_person() -> QuerySet[Message]:
    """The messages that wait for a decision; to be narrowed further, and still read from `message_attention`.

    The condition of that index stands in the statement word for word, since SQLite cannot know that a parameter fits it
    and would read every message there is.
    """
    return Message.objects.filter(_NeedsAPerson(F("status")))


class _NeedsAPerson(Func):
    template = "%(expressions)s IN (" + ", ".join(f"'{status.value}'" for status in NEEDS_A_PERSON) + ")"
    output_field = BooleanField()


def day_start(day: date) -> datetime:
    """The first instant of a local day, in UTC; where summer time skips midnight, the first instant there is."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone()).astimezone(UTC)


def day_span(start: date, end: date) -> tuple[datetime, datetime]:
    """When the local days `start` to `end` begin, and the moment after they end; both aware."""
    return day_start(start), day_start(end + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What became of the messages whose moment lies in one local day."""

    sent: int
    failed: int


def day_figures(day: date) -> DayFigures:
    """The figures of `day`, from the index alone."""
    since, before = day_span(day, day)
    of_the_day = Message.objects.filter(moment__gte=since, moment__lt=before)
    counted = of_the_day.order_by().values_list("status").annotate(Count("pk"))
    by_status: dict[str, int] = dict(counted)
    return DayFigures(
        sent=sum(by_status.get(status, 0) for status in SENT_GROUP), failed=by_status.get(Status.FAILED, 0)
    )
