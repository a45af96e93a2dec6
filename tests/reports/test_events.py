"""The events of an ended day are looked for once, and again as soon as one of its messages changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from recado.outbox.models import Message
from recado.reports.keeping import LONGEST_TRANSACTION, count_days
from recado.reports.models import CountedDay
from recado.service_requests.reconciling import CHECK_HOLDS, check_days, untold
from tests.support.outbox import NOW
from tests.web.attendance import open_ra

TODAY = date(2026, 11, 22)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def a_checked_yesterday(db):
    with time_machine.travel(NOW - timedelta(days=1), tick=False):
        open_ra()
    with time_machine.travel(NOW, tick=False) as clock:
        count_days(NOW - LONGEST_TRANSACTION)
        count_days(NOW)
        check_days(NOW)
        yield clock


def looks(django_assert_num_queries, number):
    """Looking for the events of some days asks what is whole, and then for parameters, types and two kinds of event."""
    with django_assert_num_queries(number):
        assert untold(YESTERDAY, YESTERDAY) == []


def test_a_whole_day_is_not_looked_through_again(django_assert_num_queries):
    looks(django_assert_num_queries, 1)


def test_after_a_day_it_is(django_assert_num_queries, a_checked_yesterday):
    a_checked_yesterday.shift(CHECK_HOLDS)
    looks(django_assert_num_queries, 5)


def test_a_message_that_goes_missing_is_seen_at_once():
    Message.objects.all().delete()
    assert [event.type_id for event in untold(YESTERDAY, TODAY)] == [1]
    count_days(NOW)
    check_days(NOW)
    assert [event.type_id for event in untold(YESTERDAY, TODAY)] == [1]


def test_what_changed_during_the_check_is_not_taken_for_whole(monkeypatch):
    Message.objects.update(attempts=1, cause="other")
    count_days(NOW)
    assert CountedDay.objects.get(pk=YESTERDAY).checked_at is None

    def counted_meanwhile(start, end):
        Message.objects.all().delete()
        count_days(NOW)
        return iter(())

    monkeypatch.setattr("recado.service_requests.reconciling._of_days", counted_meanwhile)
    check_days(NOW)
    monkeypatch.undo()
    assert [event.type_id for event in untold(YESTERDAY, TODAY)] == [1]
