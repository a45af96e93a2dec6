"""Kept counts hold exactly as long as the messages say the same: whatever changes them, by whichever statement."""

from __future__ import annotations

import inspect
import random
import re
import threading
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F

from recado.conf import settings as recado_settings
from recado.outbox.models import Message, Status, StatusChange
from recado.outbox.queries import Consultation, day_span, day_start
from recado.outbox.removing import remove
from recado.reports import counting, keeping, method, touching
from recado.reports.consulting import totals
from recado.reports.keeping import LONGEST_TRANSACTION, count_days
from recado.reports.models import CountedDay, TouchedDay
from recado.reports.touching import watch_messages
from tests.support.emptying import let_tables_be_emptied
from tests.support.outbox import NOW, OTHER_MOBILE, make_phone, make_type, queue_message, send_all

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
WEEK_AGO = TODAY - 6 * DAY


def count_all(now=NOW) -> None:
    """As the job does, once the days have been known for long enough."""
    count_days(now - LONGEST_TRANSACTION)
    while count_days(now):
        pass


def kept() -> set[date]:
    return set(keeping.holding().values_list("day", flat=True))


def shown():
    return keeping.moved(WEEK_AGO, TODAY), keeping.made(WEEK_AGO, TODAY)


def counted():
    return counting.moved(WEEK_AGO, TODAY), counting.made(WEEK_AGO, TODAY)


@pytest.fixture
def a_week(db):
    """Messages of seven days, some of them sent."""
    phone = make_phone()
    for number in range(7):
        for _ in range(3):
            queue_message(at=NOW - number * DAY)
    send_all(phone)
    Message.objects.update(moment=F("created_at"))


def test_each_ended_day_is_counted_once_and_today_never(a_week):
    count_all()
    assert kept() == {TODAY - number * DAY for number in range(1, 7)}
    assert shown() == counted()
    assert not count_days(NOW)


def test_ended_days_are_read_from_what_was_kept(a_week, django_assert_num_queries):
    count_all()
    CountedDay.objects.filter(day=WEEK_AGO).update(moved=counting.Moved().written)
    assert keeping.moved(WEEK_AGO, WEEK_AGO) == counting.Moved()
    with django_assert_num_queries(1):
        keeping.moved(WEEK_AGO, TODAY - DAY)


@pytest.mark.parametrize(
    "change",
    [
        lambda old: Message.objects.filter(pk=old.pk).update(status=Status.DELIVERED),
        lambda old: Message.objects.filter(pk=old.pk).update(moment=NOW - 2 * DAY),
        lambda old: Message.objects.filter(pk=old.pk).update(sent_at=NOW),
        lambda old: Message.objects.filter(pk=old.pk).update(type=make_type()),
        lambda old: Message.objects.filter(pk=old.pk).update(phone=make_phone("Aparelho 2")),
        lambda old: Message.objects.filter(pk=old.pk).update(status=Status.FAILED, cause="network"),
        lambda old: remove([old.pk]),
        lambda old: queue_message(at=old.moment),
        lambda old: connection.cursor().execute("DELETE FROM outbox_message WHERE id = %s", [queue_one(old)]),
    ],
    ids=["status", "moment", "sent_at", "type", "phone", "cause", "removed", "new", "sql"],
)
def test_a_day_whose_message_changed_is_counted_from_the_messages_again(a_week, change):
    count_all()
    change(Message.objects.filter(moment__lt=day_start(WEEK_AGO + DAY)).first())
    assert WEEK_AGO not in kept()
    assert shown() == counted()
    count_all()
    assert WEEK_AGO in kept()
    assert shown() == counted()


def queue_one(old: Message) -> int:
    """One without history, so that a bare statement can delete it."""
    added = queue_message(at=old.moment)
    added.segments.all().delete()
    StatusChange.objects.filter(message=added).delete()
    return added.pk


def test_what_changes_nothing_that_is_counted_leaves_the_counts(a_week):
    count_all()
    Message.objects.update(reason="Outro texto.")
    assert WEEK_AGO in kept()


def test_a_message_of_today_touches_no_day(a_week):
    count_all()
    queue_message()
    send_all(make_phone("Aparelho 2"))
    assert not TouchedDay.objects.exists()


def test_a_late_send_of_an_old_message_touches_the_day_it_left(a_week):
    waits = queue_message(at=NOW - 3 * DAY)
    count_all()
    Message.objects.filter(pk=waits.pk).update(status=Status.SENT, sent_at=NOW, moment=NOW)
    assert TODAY - 3 * DAY not in kept()
    assert shown() == counted()


@pytest.mark.parametrize("seed", range(6))
def test_after_any_changes_what_is_shown_is_what_the_messages_say(a_week, seed):
    chance = random.Random(seed)
    for _ in range(25):
        message = chance.choice(Message.objects.all())
        at = NOW - timedelta(hours=chance.randint(0, 150))
        match chance.randrange(6):
            case 0:
                count_days(NOW)
            case 1:
                count_all()
            case 2:
                queue_message(at=at)
            case 3:
                Message.objects.filter(pk=message.pk).update(status=chance.choice(list(Status)))
            case 4:
                Message.objects.filter(pk=message.pk).update(moment=at, sent_at=at)
            case _:
                remove([message.pk])
        assert shown() == counted()


def test_a_day_is_not_counted_before_every_transaction_that_did_not_know_it_has_ended(a_week):
    assert not count_days(NOW)
    assert CountedDay.objects.exists()
    assert kept() == set()
    assert count_days(NOW + LONGEST_TRANSACTION)


def test_a_change_during_the_counting_is_not_lost(a_week, monkeypatch):
    count_all()
    old = Message.objects.filter(moment__lt=day_start(WEEK_AGO + DAY)).first()
    Message.objects.filter(pk=old.pk).update(status=Status.FAILED)
    made = counting.made

    def counting_slowly(start, end):
        found = made(start, end)
        Message.objects.filter(pk=old.pk).update(status=Status.UNCERTAIN)
        return found

    monkeypatch.setattr(counting, "made", counting_slowly)
    count_days(NOW)
    monkeypatch.undo()
    assert WEEK_AGO not in kept()
    assert shown() == counted()


def test_of_two_countings_at_once_the_last_to_begin_is_kept(a_week, monkeypatch):
    made, again = counting.made, [True]

    def overtaken(start, end):
        found = made(start, end)
        if again.pop() if again else False:
            Message.objects.filter(moment__lt=day_start(WEEK_AGO + DAY)).update(status=Status.FAILED)
            keeping._count(WEEK_AGO)
        return found

    count_days(NOW - LONGEST_TRANSACTION)
    monkeypatch.setattr(counting, "made", overtaken)
    keeping._count(WEEK_AGO)
    assert CountedDay.objects.get(pk=WEEK_AGO).made["became"] == {"failed": 3}
    assert shown() == counted()


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_a_change_committed_after_the_counting_is_not_lost():
    old = queue_message(at=NOW - 3 * DAY)
    count_all()
    changed, counted_again = threading.Event(), threading.Event()

    def change() -> None:
        try:
            with transaction.atomic():
                Message.objects.filter(pk=old.pk).update(status=Status.FAILED, cause="network")
                changed.set()
                counted_again.wait(30)
        finally:
            connection.close()

    CountedDay.objects.update(moved=None)
    other = threading.Thread(target=change)
    other.start()
    changed.wait(30)
    count_all()
    assert TODAY - 3 * DAY in kept()
    counted_again.set()
    other.join()
    assert TODAY - 3 * DAY not in kept()
    assert shown() == counted()


def test_in_another_time_zone_the_days_are_others(a_week, settings):
    count_all()
    settings.TIME_ZONE = "America/Noronha"
    assert recado_settings.TIME_ZONE != settings.TIME_ZONE
    assert shown() == counted()
    count_all()
    assert WEEK_AGO in kept()
    assert shown() == counted()


@pytest.mark.sqlite
def test_without_its_triggers_no_count_is_believed(a_week):
    count_all()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER outbox_message_touch_update")
    watch_messages()
    assert not CountedDay.objects.filter(moved__isnull=False).exists()
    count_all()
    Message.objects.update(status=Status.FAILED)
    assert kept() == set()


def test_without_messages_no_day_is_known(db):
    assert not count_days(NOW)
    assert not CountedDay.objects.exists()


@pytest.mark.parametrize(
    "narrowed",
    [
        {},
        {"statuses": (Status.QUEUED, Status.FAILED)},
        {"statuses": (Status.SENT,), "handed_over": True},
        {"statuses": (Status.SENT,), "handed_over": False},
        {"handed_over": False},
        {"type_id": 6},
        {"type_id": 6, "statuses": (Status.SENT,)},
        {"number": OTHER_MOBILE},
        {"phone_id": 1},
    ],
    ids=str,
)
def test_the_totals_of_a_consultation_are_those_of_its_messages(a_week, narrowed):
    phone = make_phone("Aparelho 2")
    for number in range(5):
        queue_message(at=NOW - number * DAY, kind=make_type(), number=OTHER_MOBILE)
    send_all(phone)
    Message.objects.filter(status=Status.SENT, pk__in=Message.objects.values("pk")[3:15]).update(handed_over=True)
    Message.objects.filter(pk__in=Message.objects.values("pk")[10:20]).update(status=Status.FAILED)
    Message.objects.update(moment=F("created_at"))
    count_all()
    asked = Consultation(WEEK_AGO, TODAY, **narrowed)
    assert totals(asked) == asked.totals()
    assert list(totals(asked)) == list(asked.totals())
    Message.objects.filter(moment__lt=day_start(WEEK_AGO + DAY)).update(status=Status.CANCELLED)
    assert totals(asked) == asked.totals()


def test_the_totals_of_ended_days_read_no_message(a_week, django_assert_num_queries):
    count_all()
    asked = Consultation(WEEK_AGO, TODAY - DAY)
    told = asked.totals()
    with django_assert_num_queries(1):
        assert totals(asked) == told


def test_counts_made_in_another_way_hold_no_more_and_are_made_anew(a_week, monkeypatch):
    count_all()
    monkeypatch.setattr(keeping, "method", lambda: "another way")
    assert kept() == set()
    assert shown() == counted()
    count_all()
    assert kept() == {TODAY - number * DAY for number in range(1, 7)}


@pytest.mark.parametrize(
    ("changed", "old", "new"),
    [
        (counting, "max(0, seconds)", "seconds"),
        (touching, "cause, ", ""),
        (day_span, "timedelta(days=1)", "timedelta(days=2)"),
    ],
    ids=["what is counted", "what is watched", "when a day ends"],
)
def test_who_changes_how_days_are_counted_need_not_remember_the_kept_counts(monkeypatch, changed, old, new):
    before, source = method.method(), inspect.getsource
    assert old in source(changed)
    monkeypatch.setattr(
        inspect, "getsource", lambda thing: source(thing).replace(old, new) if thing is changed else source(thing)
    )
    method.method.cache_clear()
    try:
        assert method.method() != before
    finally:
        method.method.cache_clear()


def test_every_column_that_is_counted_is_watched(a_week, django_assert_max_num_queries):
    with django_assert_max_num_queries(20) as asked:
        counted()
    named = set(re.findall(r'"outbox_message"\."(\w+)"|"U?T?\d+"\."(\w+)"', " ".join(q["sql"] for q in asked)))
    columns = {name for pair in named for name in pair if name}
    assert columns
    assert columns - {"id"} <= set(touching.COLUMNS.split(", "))


def test_what_was_touched_is_noted_once_a_day_and_statement_at_the_most(a_week):
    count_all()
    Message.objects.filter(moment__lt=day_start(WEEK_AGO + DAY)).update(status=Status.DELIVERED)
    noted = TouchedDay.objects.filter(day=WEEK_AGO).count()
    assert noted == (1 if connection.vendor == "postgresql" else 12)


@pytest.mark.django_db(transaction=True)
def test_the_counts_get_a_new_column_while_the_triggers_look_at_them():
    """As an upgrade does; SQLite refuses to rebuild a table that a trigger names."""
    try:
        call_command("migrate", "reports", "0001", verbosity=0)
    finally:
        call_command("migrate", "reports", verbosity=0)
        let_tables_be_emptied()
    assert not CountedDay.objects.exclude(method=None).exists()
