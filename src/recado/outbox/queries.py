"""Reading the outbox: the query of sent messages, what needs a person, today's figures.

*Consultar* asks for whole local days of `Message.moment`, in ascending order, and must be quick at any page of a
million rows. So the count and the ids of a page are read from the index `message_consult` (moment, id, status,
type) alone, and only the rows on the page are fetched. `EXPLAIN QUERY PLAN` on SQLite, with status and type
filtered or not:

    count   SEARCH outbox_message USING COVERING INDEX message_consult (moment>? AND moment<?)
    page    SEARCH outbox_message USING INTEGER PRIMARY KEY (rowid=?)
            LIST SUBQUERY: SEARCH U0 USING COVERING INDEX message_consult (moment>? AND moment<?)
            USE TEMP B-TREE FOR ORDER BY        (of the page's rows only)

With a million rows count and page together take about 0.1 s, the last page too. The totals by status read the same
index; a mobile, a protocol and an RA have indexes of their own. A phone, a user and the other orders read the rows of
the period, some 80,000 for a month: no index was added for them, since that takes 10 to 40 ms.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from django.db.models import BooleanField, Case, Count, F, Func, OrderBy, Q, QuerySet, Value, When
from django.utils import timezone

from recado.outbox.models import NEEDS_A_PERSON, SENT_GROUP, Message, MessageType, Status
from recado.outbox.transitions import PROGRAM


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
    `PROGRAM`.
    """

    start: date
    end: date
    statuses: tuple[Status, ...] = ()
    type_id: int | None = None
    number: str = ""
    protocol: str = ""
    ra_number: int | None = None
    phone_id: int | None = None
    created_by: str = ""
    order: Order = Order.MOMENT
    descending: bool = False

    def count(self) -> int:
        """How many there are, exactly."""
        return self._matching().count()

    def totals(self) -> dict[Status, int]:
        """How many there are of each status that occurs, in the order of `Status`."""
        counted = dict(self._matching().order_by().values_list("status").annotate(Count("pk")))
        return {status: counted[status] for status in Status if status in counted}

    def rows(self, offset: int, limit: int) -> list[Message]:
        """`limit` messages after the first `offset`; each with its type."""
        ids = self._matching().order_by(*self._ordering()).values("pk")[offset : offset + limit]
        return list(Message.objects.filter(pk__in=ids).order_by(*self._ordering()).select_related("type"))

    def every_row(self) -> QuerySet[Message]:
        """All of them in order, for who reads them one by one."""
        return self._matching().order_by(*self._ordering())

    def _ordering(self) -> list[OrderBy]:
        """The column asked for, then moment and number, so that no two messages are equal."""
        keys: list[F | Case] = [F("moment"), F("id")]
        if self.order is Order.NUMBER:
            keys.insert(0, F("number"))
        elif self.order is Order.PROTOCOL:
            keys.insert(0, F("protocol"))
        elif self.order is Order.TYPE:
            keys.insert(0, _rank("type_id", MessageType.objects.values_list("pk", "name")))
        elif self.order is Order.STATUS:
            keys.insert(0, _rank("status", Status.choices))
        return [key.desc() if self.descending else key.asc() for key in keys]

    def _matching(self) -> QuerySet[Message]:
        found = Message.objects.filter(
            moment__gte=day_start(self.start), moment__lt=day_start(self.end + timedelta(days=1))
        )
        if self.statuses:
            found = found.filter(status__in=self.statuses)
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


def _made_by(name: str) -> Q:
    """The messages of a user, in any case; those that the program itself made by its own name."""
    if name.casefold() == PROGRAM.casefold():
        return Q(created_by__in=("", PROGRAM))
    return Q(created_by__iexact=name)


def _rank(field: str, labels: Iterable[tuple[object, str]]) -> Case:
    """The place of a value's label in a Portuguese dictionary: the database's own order knows no accents."""
    in_order = sorted(labels, key=lambda pair: _dictionary_key(pair[1]))
    cases = [When(**{field: value}, then=Value(place)) for place, (value, _) in enumerate(in_order)]
    return Case(*cases, default=Value(len(cases)))


def _dictionary_key(label: str) -> tuple[str, str]:
    bare = "".join(letter for letter in unicodedata.normalize("NFD", label) if not unicodedata.combining(letter))
    return bare.casefold(), label


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
