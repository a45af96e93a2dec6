"""The queue played forward through quotas, hours, shares and preferences. No database."""

from __future__ import annotations

import time as clock
from datetime import datetime, time, timedelta, timezone

import pytest

from recado.outbox.hours import ALWAYS, Hours
from recado.outbox.models import Priority
from recado.outbox.outlook import HORIZON, Load, Outlook, Sender, outlook
from recado.phones.rules import Period, Rules, Usage

AT = datetime(2026, 11, 22, 8, 14, 0, tzinfo=timezone(timedelta(hours=-3)))


def sender(
    number: int = 1, *, pace: float = 7.0, works: bool = True, usage: Usage | None = None, **rules: object
) -> Sender:
    return Sender(number, Rules(**rules), usage or Usage(), pace, works)  # type: ignore[arg-type]


def load(parts: float, *, type_id: int = 6, ddd: str = "81", urgent: bool = False) -> Load:
    return Load(type_id, ddd, Priority.URGENT if urgent else Priority.NORMAL, parts)


def rows(
    parts: float, batch: int = 1, *, ddd: str = "81", hours: Hours = ALWAYS, until: datetime | None = None
) -> Load:
    return Load(6, ddd, Priority.BULK, parts, hours, batch, behind=True, until=until)


def seconds(found: Outlook) -> float:
    assert found.end is not None
    return (found.end - AT).total_seconds()


def test_pace_alone() -> None:
    assert seconds(outlook([sender()], [load(10)], AT)) == pytest.approx(70)
    assert seconds(outlook([sender(1), sender(2, pace=3.5)], [load(30)], AT)) == pytest.approx(70)


def test_nothing_to_send_ends_at_once_and_without_phones_nobody_knows() -> None:
    assert seconds(outlook([sender()], [], AT)) == 0
    assert outlook([sender(works=False)], [load(1)], AT) == Outlook(None, (load(1),))


def test_a_share_for_urgent_ones_slows_the_others_and_no_urgent_one() -> None:
    assert seconds(outlook([sender(urgent_share=20)], [load(8)], AT)) == pytest.approx(70)
    assert seconds(outlook([sender(urgent_share=20)], [load(8, urgent=True)], AT)) == pytest.approx(56)


def test_an_hours_quota_spreads_the_queue_over_hours() -> None:
    used = Usage(hour=AT.replace(minute=0), day=AT.date(), in_hour=40, in_day=40, in_month=40)
    found = outlook([sender(quotas=((Period.HOUR, 50),), usage=used)], [load(70)], AT)
    # Ten now, fifty from nine, ten from ten o'clock on.
    assert found.end is not None
    assert found.end - AT.replace(hour=10, minute=0) == pytest.approx(timedelta(seconds=70), abs=timedelta(seconds=1))
    assert found.rests


def test_a_days_quota_spreads_it_over_days() -> None:
    found = outlook([sender(quotas=((Period.DAY, 100),))], [load(350)], AT)
    assert found.end is not None
    assert (found.end.date() - AT.date()).days == 3


def test_hours_end_and_begin_again_across_midnight() -> None:
    # From 20h to 9h: 46 minutes are left now, 394 parts; the rest waits for the evening.
    found = outlook([sender(hours=(time(20), time(9)))], [load(500)], AT)
    assert found.end is not None
    assert found.end.hour == 20
    assert found.rests


def test_a_phone_that_is_back_later_helps_from_then_on() -> None:
    early, late = sender(1), sender(2, hours=(time(9), time(18)))
    alone = seconds(outlook([early], [load(1000)], AT))
    both = seconds(outlook([early, late], [load(1000)], AT))
    assert 46 * 60 < both < alone


def test_a_preferred_phone_takes_its_ddd_and_another_only_what_it_may() -> None:
    mine, other = sender(1, ddds=frozenset({"81"})), sender(2)
    assert seconds(outlook([mine, other], [load(10)], AT)) == pytest.approx(70)
    # The preferred phone takes its part of the other DDD too, as it lies in the queue.
    assert 70 < seconds(outlook([mine, other], [load(10), load(10, ddd="11")], AT)) < 140
    resting = sender(1, ddds=frozenset({"81"}), hours=(time(20), time(21)))
    assert seconds(outlook([resting, other], [load(10)], AT)) == pytest.approx(70)
    patient = sender(2, takes_over=False)
    assert seconds(outlook([resting, patient], [load(10)], AT)) > 11 * 3600


def test_what_no_phone_may_send_is_stuck_and_the_rest_is_still_foreseen() -> None:
    found = outlook([sender(types=frozenset({1}))], [load(10), load(10, type_id=1)], AT)
    assert found.stuck == (load(10),)
    assert seconds(found) == pytest.approx(70)


def test_beyond_three_years_nothing_is_foreseen() -> None:
    found = outlook([sender(quotas=((Period.MONTH, 10),))], [load(1000), rows(10)], AT)
    assert (found.end, found.stuck, found.ends) == (None, (), {1: None})
    assert timedelta(days=3 * 365) == HORIZON


def test_a_quota_of_nothing_and_hours_that_never_meet_have_no_end() -> None:
    nothing = outlook([sender(quotas=((Period.DAY, 0),))], [rows(10)], AT)
    assert (nothing.end, nothing.ends) == (None, {1: None})
    apart = outlook([sender(hours=(time(8), time(9)))], [rows(10, hours=Hours(time(10), time(11)))], AT)
    assert (apart.end, apart.stuck, apart.ends) == (None, (), {1: None})


def test_a_type_leaves_at_its_hours_and_days_only() -> None:
    weekdays = Hours(time(8), time(18), "12345")
    friday = datetime(2026, 11, 27, 17, 0, tzinfo=AT.tzinfo)
    found = outlook([sender()], [rows(2 * 3600 / 7, hours=weekdays)], friday)
    assert found.end == datetime(2026, 11, 30, 9, 0, tzinfo=AT.tzinfo)


def test_while_one_type_waits_for_its_hours_another_goes() -> None:
    shut = load(10)
    later = Load(7, "81", Priority.URGENT, 10, Hours(time(9), time(10)))
    found = outlook([sender()], [shut, later], AT)
    assert seconds(found) == pytest.approx(46 * 60 + 70)


def test_a_batch_goes_after_the_queue_and_evenly_with_another() -> None:
    found = outlook([sender()], [load(10), rows(30, 1), rows(100, 2)], AT)
    assert found.ends == {1: AT + timedelta(seconds=70 * 7), 2: AT + timedelta(seconds=140 * 7)}


def test_area_codes_of_one_batch_make_it_no_more_turns() -> None:
    found = outlook([sender(ddds=frozenset({"81"}))], [rows(15, ddd="11"), rows(15), rows(100, 2)], AT)
    assert found.ends[1] == AT + timedelta(seconds=60 * 7)


def test_normal_messages_go_before_those_of_a_batch_that_are_queued() -> None:
    queued = Load(6, "81", Priority.BULK, 10, batch=1)
    found = outlook([sender()], [queued, load(10)], AT)
    assert found.ends == {1: AT + timedelta(seconds=140)}


def test_what_a_limit_leaves_unsent_is_told_and_ends_the_batch_there() -> None:
    limit = AT + timedelta(seconds=70)
    found = outlook([sender()], [rows(100, until=limit), rows(5, 2)], AT)
    assert (found.ends[1], found.late) == (limit, {1: pytest.approx(95)})
    assert outlook([sender()], [rows(100, until=AT + timedelta(seconds=701))], AT).late == {}
    assert outlook([sender()], [rows(100, until=AT)], AT).late == {1: 100}


@pytest.mark.parametrize("phones", [1, 32])
def test_a_million_is_foreseen_in_a_moment(phones: int) -> None:
    used = [
        sender(n, pace=7.0 + n, quotas=((Period.HOUR, 300 + n), (Period.DAY, 2000 + n)), hours=(time(8), time(18)))
        for n in range(phones)
    ]
    began = clock.process_time()
    found = outlook(used, [rows(1_000_000 / 67, ddd=str(ddd)) for ddd in range(11, 78)], AT)
    assert clock.process_time() - began < 0.8
    assert found.end is not None
    a_day = sum(min(2000 + n, 36_000 / (7 + n)) for n in range(phones))
    assert (found.end - AT).days == pytest.approx(1_000_000 / a_day, abs=1.0)


def test_many_phones_loads_and_quotas_are_foreseen_in_a_moment() -> None:
    quotas = ((Period.HOUR, 400), (Period.DAY, 3000))
    phones = [
        sender(n, quotas=quotas, ddds=frozenset({str(11 + n)}), types=frozenset(range(1, n % 7 + 2))) for n in range(32)
    ]
    loads = [load(50, type_id=t, ddd=str(d), urgent=t == 1) for t in range(1, 8) for d in range(11, 78)]
    began = clock.process_time()
    found = outlook(phones, loads, AT)
    assert found.end is not None
    assert clock.process_time() - began < 2.0
