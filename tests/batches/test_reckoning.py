"""When a batch ends, by pace, quotas and hours, and what its time limit leaves unsent."""

from __future__ import annotations

import time as clock
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from recado.batches.models import Batch
from recado.batches.reckoning import Reckoning, Sender, play, reckon, waiting_parts
from recado.outbox.hours import Hours
from recado.outbox.models import MessageType
from recado.phones.rules import Period, Rules, Usage
from tests.batches.scene import NOW, draft, feed, fresh, read, table, under_way
from tests.support.outbox import make_phone

ZONE = ZoneInfo("America/Sao_Paulo")
NINE = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
ALWAYS = Hours()


def phone(pace: float = 7.0, **rules: object) -> Sender:
    return Sender(Rules(**rules), Usage(), pace)


def near(found: Reckoning, at: datetime) -> bool:
    return found.end is not None and abs(found.end - at) < timedelta(seconds=30)


def test_pace_times_parts() -> None:
    assert near(play(988, [phone()], ALWAYS, NINE), NINE + timedelta(seconds=988 * 7))


def test_two_phones_take_half_the_time() -> None:
    assert near(play(1000, [phone(), phone()], ALWAYS, NINE), NINE + timedelta(seconds=3500))


def test_a_phone_rests_outside_its_hours() -> None:
    found = play(10 * 3600 // 7, [phone(hours=(time(8), time(18)))], ALWAYS, NINE)
    assert near(found, NINE + timedelta(days=1))


def test_a_type_leaves_at_its_hours_and_days_only() -> None:
    weekdays = Hours(time(8), time(18), "12345")
    friday = datetime(2026, 11, 27, 17, 0, tzinfo=ZONE)
    assert near(play(2 * 3600 // 7, [phone()], weekdays, friday), datetime(2026, 11, 30, 9, 0, tzinfo=ZONE))


def test_a_quota_ends_the_day() -> None:
    found = play(250, [phone(quotas=((Period.DAY, 100),))], ALWAYS, NINE)
    assert found.end is not None
    assert found.end.date() == NINE.date() + timedelta(days=2)


def test_a_limit_within_the_quarter_of_an_hour_is_heeded_to_the_second() -> None:
    found = play(100, [phone()], ALWAYS, NINE, NINE + timedelta(seconds=70))
    assert (found.end, found.late) == (NINE + timedelta(seconds=70), 90)
    assert play(100, [phone()], ALWAYS, NINE, NINE + timedelta(seconds=701)).late == 0


def test_what_the_limit_leaves_unsent_is_told() -> None:
    found = play(1000, [phone()], ALWAYS, NINE, NINE + timedelta(hours=1))
    assert found.end == NINE + timedelta(hours=1)
    assert abs(found.late - (1000 - 3600 / 7)) <= 2


def test_the_share_for_urgent_messages_is_not_reckoned_with() -> None:
    assert near(play(100, [phone(urgent_share=50)], ALWAYS, NINE), NINE + timedelta(seconds=1400))


@pytest.mark.parametrize(
    ("senders", "hours"),
    [
        ([], ALWAYS),
        ([phone(quotas=((Period.DAY, 0),))], ALWAYS),
        ([phone(hours=(time(8), time(9)))], Hours(time(10), time(11))),
    ],
)
def test_what_never_ends_is_told_in_words(senders: list[Sender], hours: Hours) -> None:
    found = play(10, senders, hours, NINE)
    assert (found.end, bool(found.why)) == (None, True)


def test_a_million_is_reckoned_in_a_moment() -> None:
    begun = clock.process_time()
    found = play(1_000_000, [phone(hours=(time(8), time(18)))], ALWAYS, NINE)
    assert found.end is not None
    assert 190 < (found.end - NINE).days < 200
    assert clock.process_time() - begun < 2


@pytest.mark.django_db
def test_what_waits_before_it_and_beside_it_counts() -> None:
    make_phone(pace_seconds=10)
    other = under_way(table(range(100)))
    feed(window=10)
    batch: Batch = read(draft(table(range(200, 230))))
    assert (waiting_parts(batch), waiting_parts(fresh(other))) == (30, 100)
    # Its own 30, and as many of the other that goes out beside it.
    assert near(reckon(batch, NOW), timezone.localtime(NOW) + timedelta(seconds=600))


@pytest.mark.django_db
def test_without_a_phone_for_its_type_nobody_can_say() -> None:
    make_phone(type_ids=[1])
    batch = read(draft(table(range(3))))
    assert MessageType.objects.filter(pk=batch.type_id).exists()
    assert "Nenhum aparelho" in reckon(batch, NOW).why
