from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from recado.phones.rules import (
    EVERYTHING,
    Allowance,
    Left,
    Member,
    Period,
    Rest,
    Rules,
    Usage,
    allowance,
    next_for_others,
    resting,
    sentence,
)

ZONE = ZoneInfo("America/Recife")
NOW = datetime(2026, 11, 22, 14, 30, tzinfo=ZONE)
DAY_SHIFT = (time(8), time(20))
NIGHT_SHIFT = (time(22), time(6))


def at(hour: int, minute: int = 0, day: int = 22) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def used(in_hour: int = 0, in_day: int = 0, in_month: int = 0) -> Usage:
    return Usage(at(14), date(2026, 11, 22), in_hour, in_day, in_month)


def test_a_phone_without_rules_never_rests():
    assert resting(Rules(), used(10**6, 10**6, 10**6), NOW) is None


@pytest.mark.parametrize(
    ("period", "usage", "words"),
    [
        (Period.HOUR, used(in_hour=5), "Cota da hora usada; volta às 15h."),
        (Period.DAY, used(in_day=5), "Cota do dia usada; volta amanhã à 0h."),
        (Period.MONTH, used(in_month=5), "Cota do mês usada; volta em 01/12/2026 à 0h."),
    ],
)
def test_a_quota_that_is_used_up_says_when_it_is_back(period: Period, usage: Usage, words: str):
    rules = Rules(quotas=((period, 5),))
    rest = resting(rules, usage, NOW)
    assert rest is not None
    assert sentence(rest, NOW) == words
    assert resting(rules, usage, rest.until) is None
    assert resting(rules, usage, rest.until - timedelta(seconds=1)) is not None


@pytest.mark.parametrize("period", Period)
def test_one_below_the_quota_may_still_be_sent(period: Period):
    assert resting(Rules(quotas=((period, 6),)), used(5, 5, 5), NOW) is None


@pytest.mark.parametrize(
    ("period", "later"),
    [(Period.HOUR, at(15)), (Period.DAY, at(0, day=23)), (Period.MONTH, datetime(2026, 12, 1, tzinfo=ZONE))],
)
def test_a_new_period_begins_with_nothing_used(period: Period, later: datetime):
    assert used(5, 5, 5).used(period, later) == 0
    assert used(5, 5, 5).used(period, NOW) == 5


def test_a_clock_that_went_back_does_not_use_up_a_quota():
    assert used(5, 5, 5).used(Period.HOUR, NOW - timedelta(hours=3)) == 0


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        (DAY_SHIFT, at(7, 59), at(8)),
        (DAY_SHIFT, at(8), None),
        (DAY_SHIFT, at(19, 59), None),
        (DAY_SHIFT, at(20), at(8, day=23)),
        (NIGHT_SHIFT, at(21, 59), at(22)),
        (NIGHT_SHIFT, at(22), None),
        (NIGHT_SHIFT, at(5, 59), None),
        (NIGHT_SHIFT, at(6), at(22)),
        ((time(8), time(8)), at(3), None),
    ],
)
def test_sending_hours_begin_and_end_on_time_also_across_midnight(
    hours: tuple[time, time], now: datetime, until: datetime | None
):
    rest = resting(Rules(hours=hours), Usage(), now)
    assert (rest.until if rest else None) == until


def test_a_quota_that_comes_back_at_night_waits_for_the_sending_hours():
    rest = resting(Rules(quotas=((Period.DAY, 5),), hours=DAY_SHIFT), used(in_day=5), NOW)
    assert rest == Rest("Cota do dia usada", at(8, day=23))


def test_what_lasts_longest_is_told():
    rest = resting(Rules(quotas=((Period.HOUR, 5), (Period.DAY, 5))), used(5, 5), NOW)
    assert rest is not None
    assert rest.reason == "Cota do dia usada"


NORTH, SOUTH = frozenset({"81", "82"}), frozenset({"51"})


@pytest.mark.parametrize(
    ("mine", "other", "expected"),
    [
        (Rules(), Member(2, Rules(), able=True), EVERYTHING),
        (Rules(), Member(2, Rules(ddds=NORTH), able=True), Allowance(left=(Left(NORTH, frozenset()),))),
        (Rules(), Member(2, Rules(ddds=NORTH), able=False), EVERYTHING),
        (
            Rules(takes_over=False),
            Member(2, Rules(ddds=NORTH), able=False),
            Allowance(left=(Left(NORTH, frozenset()),)),
        ),
        (Rules(ddds=NORTH), Member(2, Rules(ddds=NORTH), able=True), EVERYTHING),
        (
            Rules(ddds=frozenset({"81"})),
            Member(2, Rules(ddds=NORTH, types=frozenset({1})), able=True),
            Allowance(left=(Left(frozenset({"82"}), frozenset({1})),)),
        ),
        (Rules(types=frozenset({1, 2})), Member(2, Rules(), able=True), Allowance(types=frozenset({1, 2}))),
    ],
    ids=[
        "nobody prefers anything",
        "another prefers and is able",
        "another prefers and is not able",
        "it does not take over",
        "both prefer the same",
        "another prefers more, for one type",
        "own types",
    ],
)
def test_what_another_phone_prefers_is_left_to_it_while_it_is_able(mine: Rules, other: Member, expected: Allowance):
    assert allowance(1, mine, [Member(1, mine, able=True), other]) == expected


@pytest.mark.parametrize(("share", "seconds"), [(0, 7.0), (20, 8.75), (50, 14.0)])
def test_messages_that_are_not_urgent_leave_their_share_of_the_pace_free(share: int, seconds: float):
    assert next_for_others(7.0, share) == pytest.approx(seconds)
