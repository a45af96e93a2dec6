"""Reading the inbox: the replies of a filter, of some mobiles, how many nobody has read; and marking one as read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from recado.inbox.models import Reply
from recado.outbox.numbers import NumberRefused, normalise_mobile
from recado.outbox.queries import day_start


@dataclass(frozen=True, slots=True)
class ReplyFilter:
    """Which replies are asked for: local days `start` to `end`, both whole and inclusive, where given; `sender` as
    people write it, a mobile, a short code or a name."""

    unread_only: bool = False
    start: date | None = None
    end: date | None = None
    sender: str = ""

    def replies(self) -> QuerySet[Reply]:
        """Newest first."""
        found = Reply.objects.order_by("-received_at", "-pk")
        if self.unread_only:
            found = found.filter(read_at=None)
        if self.start is not None:
            found = found.filter(received_at__gte=day_start(self.start))
        if self.end is not None:
            found = found.filter(received_at__lt=day_start(self.end + timedelta(days=1)))
        if self.sender:
            found = found.filter(_from(self.sender))
        return found


def replies_of(numbers: Iterable[str], since: datetime) -> QuerySet[Reply]:
    """What these mobiles (E.164) wrote from `since` on, newest first."""
    known = {number for number in numbers if number}
    return Reply.objects.filter(number__in=known, received_at__gte=since).order_by("-received_at", "-pk")


def unread_count() -> int:
    """How many replies nobody has read."""
    return Reply.objects.filter(read_at=None).count()


def mark_read(reply_id: int, *, actor: str, now: datetime) -> bool:
    """Note who read the reply first; False when somebody had read it before."""
    return Reply.objects.filter(pk=reply_id, read_at=None).update(read_at=now, read_by=actor) == 1


def _from(sender: str) -> Q:
    try:
        return Q(number=normalise_mobile(sender))
    except NumberRefused:
        return Q(number__iexact=sender.strip())
