"""The hours of a type: what waits for them costs no try, and urgent types have none."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from recado.gateway.choosing import Roster
from recado.outbox import claims
from recado.outbox.hours import EVERY_DAY, Hours, TypeHours, closed
from recado.outbox.models import Attempt, Message, MessageType, Priority, Status
from recado.outbox.types import limited_hours, save_type
from recado.phones.models import Phone
from recado.phones.rules import EVERYTHING, Allowance, Rules
from tests.support.outbox import HOLDER, NOW, make_phone, make_type, queue_message

OFFICE = Hours(time(8), time(18), "12345")
NIGHT = Hours(time(22), time(6), "5")


def local(written: str) -> datetime:
    """A local time; 20/11/2026 is a Friday."""
    return datetime.strptime(written, "%d/%m/%Y %H:%M").replace(tzinfo=timezone.get_current_timezone())


@pytest.mark.parametrize(
    ("hours", "at", "is_open"),
    [
        (Hours(), "22/11/2026 03:00", True),
        (OFFICE, "20/11/2026 07:59", False),
        (OFFICE, "20/11/2026 08:00", True),
        (OFFICE, "20/11/2026 17:59", True),
        (OFFICE, "20/11/2026 18:00", False),
        (OFFICE, "21/11/2026 10:00", False),
        (NIGHT, "20/11/2026 22:00", True),
        (NIGHT, "21/11/2026 05:59", True),
        (NIGHT, "20/11/2026 05:59", False),
        (NIGHT, "21/11/2026 22:00", False),
        (Hours(None, None, "67"), "20/11/2026 12:00", False),
        (Hours(None, None, "67"), "21/11/2026 00:00", True),
        (Hours(time(8), time(8)), "21/11/2026 03:00", True),
    ],
)
def test_a_window_is_open_from_its_first_minute_to_before_its_last(hours: Hours, at: str, is_open: bool):
    assert hours.is_open(local(at)) is is_open


@pytest.mark.parametrize(
    ("hours", "at", "opens"),
    [
        (OFFICE, "20/11/2026 07:00", "20/11/2026 08:00"),
        (OFFICE, "20/11/2026 12:00", "20/11/2026 12:00"),
        (OFFICE, "20/11/2026 18:00", "23/11/2026 08:00"),
        (NIGHT, "21/11/2026 06:00", "27/11/2026 22:00"),
        (Hours(None, None, "1"), "22/11/2026 10:00", "23/11/2026 00:00"),
    ],
)
def test_what_is_closed_opens_on_the_next_day_that_is_given(hours: Hours, at: str, opens: str):
    assert hours.opens_at(local(at)) == local(opens)


def test_only_hours_that_limit_are_asked_after():
    assert not Hours().is_limited
    assert not Hours(time(8), time(8), EVERY_DAY).is_limited
    assert Hours(time(8), time(8), "12345").is_limited
    assert OFFICE.is_limited


def test_closed_names_the_types_that_may_not_leave_now():
    rows = (TypeHours(1, OFFICE), TypeHours(2, NIGHT))
    assert closed(rows, local("20/11/2026 12:00")) == {2}
    assert closed(rows, local("22/11/2026 12:00")) == {1, 2}


@pytest.mark.django_db
class TestTheQueue:
    def roster(self) -> Roster:
        roster = Roster()
        roster.update(Phone.objects.all(), NOW)
        return roster

    def closed_type(self, **fields: object) -> MessageType:
        """A type that opens an hour after `NOW` and closes an hour before it."""
        opens, closes = (timezone.localtime(NOW + timedelta(hours=hours)).time() for hours in (1, -1))
        return make_type(hours_from=opens, hours_until=closes, **fields)

    def taken(self, phone: Phone, allowance: Allowance) -> int | None:
        claim = claims.claim_next(phone, HOLDER, NOW, allowance)
        return claim.message_id if claim else None

    def test_a_message_outside_its_hours_waits_and_costs_no_try(self):
        waits = queue_message(kind=self.closed_type(priority=Priority.URGENT))
        goes = queue_message()
        phone = make_phone()
        allowance = self.roster().allowance(phone.pk, Rules(), NOW, urgent_only=False)
        assert self.taken(phone, allowance) == goes.pk
        assert self.taken(phone, allowance) is None
        waits.refresh_from_db()
        assert (waits.status, waits.attempts) == (Status.QUEUED, 0)
        assert not Attempt.objects.filter(segment__message=waits).exists()

    def test_it_leaves_once_its_hours_begin(self):
        waits = queue_message(kind=self.closed_type())
        phone = make_phone()
        later = NOW + timedelta(hours=1)
        allowance = self.roster().allowance(phone.pk, Rules(), later, urgent_only=False)
        assert self.taken(phone, allowance) == waits.pk

    def test_without_limited_types_a_claim_is_asked_nothing_more(self):
        phone = make_phone()
        assert self.roster().allowance(phone.pk, Rules(), NOW, urgent_only=False) is EVERYTHING

    def test_the_types_of_an_ra_come_without_a_limit(self):
        assert limited_hours() == ()
        assert all(not row.hours.is_limited for row in MessageType.objects.filter(priority=Priority.URGENT))

    def test_a_limit_taken_away_lets_go_of_what_waits(self):
        kind = self.closed_type()
        waits = queue_message(kind=kind)
        kind.hours_from = kind.hours_until = None
        save_type(kind, actor="ana", now=NOW)
        phone = make_phone()
        allowance = self.roster().allowance(phone.pk, Rules(), NOW, urgent_only=False)
        assert self.taken(phone, allowance) == waits.pk
        assert Message.objects.get(pk=waits.pk).status == Status.SENDING


@pytest.mark.parametrize(
    ("hours", "at", "changes"),
    [
        (OFFICE, "20/11/2026 17:30", "20/11/2026 18:00"),
        (OFFICE, "20/11/2026 18:00", "23/11/2026 08:00"),
        (NIGHT, "20/11/2026 23:00", "21/11/2026 00:00"),
        (NIGHT, "21/11/2026 00:00", "21/11/2026 06:00"),
        (NIGHT, "21/11/2026 06:00", "27/11/2026 22:00"),
        (Hours(days="5"), "20/11/2026 09:00", "21/11/2026 00:00"),
    ],
)
def test_hours_change_no_later_than_they_say(hours: Hours, at: str, changes: str) -> None:
    assert hours.changes_at(local(at)) == local(changes)
