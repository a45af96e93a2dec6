"""What an account may ask about: what became of its messages, and what those who got them replied.

Times are local, without a zone, as playSMS writes them. playSMS knows four states: what may have gone out and waits for
a person is `0`, for neither "sent" nor "failed" would be true and a caller must not send it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from recado.inbox.models import Reply
from recado.numerals import digits_of
from recado.outbox.models import Status, StatusChange
from recado.playsms.codes import CallRefused, Code
from recado.playsms.models import Account, Submission

PENDING, SENT, FAILED, DELIVERED = "0", "1", "2", "3"
STATE: Mapping[Status, str] = {
    Status.QUEUED: PENDING,
    Status.SENDING: PENDING,
    Status.UNCERTAIN: PENDING,
    Status.SENT: SENT,
    Status.DELIVERED: DELIVERED,
    Status.UNDELIVERED: FAILED,
    Status.FAILED: FAILED,
    Status.EXPIRED: FAILED,
    Status.CANCELLED: FAILED,
}
USUAL_COUNT = 100
MOST_COUNT = 1000
_LAST_DIGITS = 8
# At the edge of the calendar a local time has no UTC, or no day after it: it is no time of an SMS.
_YEARS = range(1000, 9999)
Row = dict[str, str]


def delivery(account: Account, fields: Mapping[str, str]) -> list[Row]:
    """The rows of `ds`, newest first.

    Raises CallRefused: 401 while the message asked for by `queue` waits, 400 for none.
    """
    found = Submission.objects.filter(account=account).select_related("message").order_by("-message_id")
    if queue := fields.get("queue", ""):
        found = found.filter(queue_code=queue.lower()[:32])
    if number := fields.get("smslog_id", "") or fields.get("slid", ""):
        found = found.filter(message_id=_whole(number))
    if ending := digits_of(fields.get("dst", "")):
        found = found.filter(message__number__endswith=ending[-_LAST_DIGITS:])
    if (period := _period(fields.get("dt", ""))) is not None:
        found = found.filter(message__created_at__gte=period[0], message__created_at__lt=period[1])
    if last := _whole(fields.get("last", "")):
        found = found.filter(message_id__gt=last)
    rows = list(found[: _count(fields)])
    if not rows:
        raise CallRefused(Code.NO_STATUS)
    if queue and all(row.message.status == Status.QUEUED and not row.message.attempts for row in rows):
        raise CallRefused(Code.STILL_QUEUED)
    changed = _last_changes(rows)
    return [_delivery_row(row, changed.get(row.message_id)) for row in rows]


def incoming(account: Account, fields: Mapping[str, str], *, keywords: bool) -> list[Row]:
    """The rows of `ix`; with `keywords` those of `in`, whose first word stands apart.

    Raises CallRefused: 501 for none.
    """
    if not account.reads_replies:
        raise CallRefused(Code.NO_DATA)
    told = Submission.objects.filter(account=account, message__number=OuterRef("number"))
    found = Reply.objects.filter(Exists(told)).order_by("-received_at", "-pk")
    if ending := digits_of(fields.get("src", "")):
        found = found.filter(number__endswith=ending[-_LAST_DIGITS:])
    if (period := _period(fields.get("dt", ""))) is not None:
        found = found.filter(received_at__gte=period[0], received_at__lt=period[1])
    if last := _whole(fields.get("last", "")):
        found = found.filter(pk__gt=last)
    if keywords and (word := fields.get("kwd", "")):
        found = found.filter(text__istartswith=word.replace("\0", ""))
    rows = [_incoming_row(reply, keywords=keywords) for reply in found[: _count(fields)]]
    if not rows:
        raise CallRefused(Code.NO_DATA)
    return rows


def written_time(at: datetime | None) -> str:
    """`2026-11-22 08:14:04`, local; what has not been is a row of noughts."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else "0000-00-00 00:00:00"


def _delivery_row(row: Submission, changed: datetime | None) -> Row:
    message = row.message
    return {
        "smslog_id": str(message.pk),
        "src": row.sender,
        "dst": message.number,
        "msg": message.text,
        "dt": written_time(message.created_at),
        "update": written_time(changed),
        "status": STATE[Status(message.status)],
    }


def _incoming_row(reply: Reply, *, keywords: bool) -> Row:
    row = {"id": str(reply.pk), "src": reply.number, "dst": ""}
    text = reply.text
    if keywords:
        word, _, text = text.strip().partition(" ")
        row["kwd"] = word.upper()
    row |= {"msg": text, "dt": written_time(reply.received_at)}
    return row | {"status": "1"} if keywords else row


def _last_changes(rows: list[Submission]) -> dict[int, datetime]:
    """When each of these messages last changed; one that never did since it was asked for is left out."""
    changes: QuerySet[StatusChange] = StatusChange.objects.filter(message__in=[row.message_id for row in rows])
    return dict(changes.exclude(before="").order_by("pk").values_list("message_id", "at"))


def _count(fields: Mapping[str, str]) -> int:
    return min(_whole(fields.get("c", "")) or USUAL_COUNT, MOST_COUNT)


def _whole(written: str) -> int:
    """A number that fits a key; 0 for what is none."""
    return int(written) if written.isascii() and written.isdigit() and len(written) <= 18 else 0


def _period(written: str) -> tuple[datetime, datetime] | None:
    """The local year, month, day, hour, minute or second that `written` begins with; None for what is no time."""
    for length, form, span in _FORMS:
        if len(written) == length:
            try:
                start = datetime.strptime(written, form)  # noqa: DTZ007 - made aware below
            except ValueError:
                return None
            if start.year not in _YEARS:
                return None
            return timezone.make_aware(start), timezone.make_aware(_after(start, span))
    return None


_FORMS: tuple[tuple[int, str, timedelta | str], ...] = (
    (4, "%Y", "year"),
    (7, "%Y-%m", "month"),
    (10, "%Y-%m-%d", timedelta(days=1)),
    (13, "%Y-%m-%d %H", timedelta(hours=1)),
    (16, "%Y-%m-%d %H:%M", timedelta(minutes=1)),
    (19, "%Y-%m-%d %H:%M:%S", timedelta(seconds=1)),
)


def _after(start: datetime, span: timedelta | str) -> datetime:
    if isinstance(span, timedelta):
        return start + span
    if span == "year":
        return start.replace(year=start.year + 1)
    return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
