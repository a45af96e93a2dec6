"""The period is whole local days, the order is that of sending, and the index alone says what is on a page."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from recado.outbox.claims import finish
from recado.outbox.models import HANDED_OVER, NOT_SENT_GROUP, SENT_GROUP, Message, Status
from recado.outbox.queries import Consultation, DayFigures, Order, day_figures, day_start, needing_a_person
from tests.support.outbox import NOW, PERMANENT, claim, make_phone, make_type, queue_message, send_all

DAY = date(2026, 11, 22)
# São Paulo is at -03: the local day runs from 03:00 to 03:00 UTC.
FIRST = datetime(2026, 11, 22, 3, 0, 0, tzinfo=UTC)
LAST = datetime(2026, 11, 23, 2, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.django_db
def test_the_period_is_whole_local_days_inclusive():
    inside = [queue_message(at=FIRST), queue_message(at=LAST)]
    queue_message(at=FIRST - timedelta(microseconds=1))
    queue_message(at=LAST + timedelta(microseconds=1))
    asked = Consultation(DAY, DAY)
    assert asked.count() == 2
    assert asked.rows(0, 10) == inside


@pytest.mark.django_db
def test_rows_come_in_ascending_order_of_moment_then_number():
    late, early = queue_message(at=NOW), queue_message(at=NOW - timedelta(minutes=1))
    twin = queue_message(at=NOW)
    asked = Consultation(DAY, DAY)
    assert asked.rows(0, 10) == [early, late, twin]
    assert asked.rows(1, 1) == [late]
    assert asked.rows(3, 10) == []


@pytest.mark.django_db
@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("descending", [False, True])
def test_a_page_is_the_same_from_either_end(order, descending):
    for number in range(7):
        queue_message(number=f"+558190000001{number % 3}", at=FIRST + timedelta(minutes=number))
    asked = Consultation(DAY, DAY, order=order, descending=descending)
    for offset in range(8):
        assert asked.rows(offset, 3, 7) == asked.rows(offset, 3)


@pytest.mark.django_db
def test_status_and_type_narrow_the_result():
    phone, other = make_phone(), make_type()
    queue_message()
    sent = send_all(phone)
    waiting = queue_message(kind=other)
    assert Consultation(DAY, DAY, SENT_GROUP).rows(0, 10) == [sent]
    assert Consultation(DAY, DAY, NOT_SENT_GROUP).rows(0, 10) == [waiting]
    assert Consultation(DAY, DAY, type_id=other.pk).rows(0, 10) == [waiting]
    assert Consultation(DAY, DAY, (Status.FAILED,)).count() == 0


@pytest.mark.django_db
def test_a_page_is_two_queries_whatever_its_types():
    for _ in range(3):
        queue_message(kind=make_type())
    asked = Consultation(DAY, DAY)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert asked.count() == 3
        assert len({row.type.name for row in asked.rows(0, 10)}) == 3
    assert len(queries) == 2


@pytest.mark.sqlite
@pytest.mark.django_db
@pytest.mark.parametrize("statuses", [(), SENT_GROUP, NOT_SENT_GROUP])
@pytest.mark.parametrize("type_id", [None, 1])
@pytest.mark.parametrize("handed_over", [None, True, False])
def test_count_totals_and_page_never_leave_the_index(statuses, type_id, handed_over):
    asked = Consultation(DAY, DAY, statuses, type_id, handed_over=handed_over)
    with CaptureQueriesContext(connection) as queries:
        asked.count()
        asked.totals()
        asked.rows(100, 10)
    plans = []
    with connection.cursor() as cursor:
        for query in queries.captured_queries:
            cursor.execute("EXPLAIN QUERY PLAN " + query["sql"])
            plans.append(" / ".join(row[3] for row in cursor.fetchall()))
    assert len(plans) == 3
    for plan in plans:
        assert "USING COVERING INDEX message_consult (moment>? AND moment<?)" in plan
        assert "SCAN" not in plan


@pytest.mark.postgresql
@pytest.mark.django_db
@pytest.mark.parametrize("order", [Order.NUMBER, Order.PROTOCOL])
def test_no_order_leads_through_other_periods(order):
    """PostgreSQL would follow the index of mobiles through all years, to a page in the middle of a month in seconds."""
    with CaptureQueriesContext(connection) as queries:
        Consultation(DAY, DAY, order=order).rows(40_000, 10)
    with connection.cursor() as cursor:
        # The planner thinks little of reading a small table whole; in a large one it does not.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("EXPLAIN " + queries.captured_queries[-1]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "message_number" not in plan
    assert "message_consult" in plan


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_batch_is_read_from_its_own_index():
    asked = Consultation(DAY, DAY, batches=(7,))
    with CaptureQueriesContext(connection) as queries:
        asked.count()
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + queries.captured_queries[0]["sql"])
        assert "message_batch" in cursor.fetchall()[0][-1]


@pytest.mark.django_db
def test_messages_of_chosen_batches_alone_are_found():
    first, second, _ = (queue_message() for _ in range(3))
    Message.objects.filter(pk=first.pk).update(batch=7)
    Message.objects.filter(pk=second.pk).update(batch=8)
    assert Consultation(DAY, DAY, batches=(7,)).rows(0, 10) == [first]
    assert Consultation(DAY, DAY, batches=(7, 8)).count() == 2


@pytest.mark.parametrize(
    ("day", "zone", "start"),
    [
        (date(2026, 11, 22), "America/Sao_Paulo", datetime(2026, 11, 22, 3, tzinfo=UTC)),
        # Summer time began at midnight: the day started at 01:00.
        (date(2018, 11, 4), "America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),
        # Summer time ended at midnight: the evening before had 23:00 twice.
        (date(2018, 2, 18), "America/Sao_Paulo", datetime(2018, 2, 18, 3, tzinfo=UTC)),
        (date(2026, 11, 22), "America/Recife", datetime(2026, 11, 22, 3, tzinfo=UTC)),
        (date(2026, 11, 22), "America/Rio_Branco", datetime(2026, 11, 22, 5, tzinfo=UTC)),
    ],
)
def test_a_local_day_starts_at_its_first_instant(day, zone, start):
    with timezone.override(ZoneInfo(zone)):
        assert day_start(day) == start


@pytest.mark.django_db
def test_the_figures_of_a_day_leave_other_days_out():
    phone = make_phone()
    queue_message()
    send_all(phone)
    queue_message()
    finish(claim(phone), PERMANENT, NOW)
    queue_message(at=FIRST - timedelta(hours=1))
    assert day_figures(DAY) == DayFigures(sent=1, failed=1)
    assert day_figures(DAY + timedelta(days=1)) == DayFigures(sent=0, failed=0)


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL proves it from the values")
def test_what_needs_a_person_is_read_from_its_own_index():
    with CaptureQueriesContext(connection) as captured:
        needing_a_person().filter(status=Status.FAILED).count()
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + captured[0]["sql"])
        assert "message_attention" in cursor.fetchall()[0][-1]


@pytest.mark.django_db
def test_only_failed_and_uncertain_messages_need_a_person():
    phone = make_phone()
    queue_message()
    finish(claim(phone), PERMANENT, NOW)
    queue_message()
    assert [message.status for message in needing_a_person()] == [Status.FAILED]


@pytest.mark.django_db
def test_totals_are_of_each_status_that_occurs():
    send_all_of = make_phone()
    queue_message()
    send_all(send_all_of)
    queue_message()
    queue_message()
    assert Consultation(DAY, DAY).totals() == {Status.QUEUED: 2, Status.SENT: 1}


@pytest.mark.django_db
def test_what_was_only_handed_over_is_told_apart_from_what_the_network_took():
    phone = make_phone()
    queue_message()
    taken = send_all(phone)
    queue_message()
    sent = send_all(phone)
    Message.objects.filter(pk=taken.pk).update(handed_over=True)
    assert Consultation(DAY, DAY).totals() == {Status.SENT: 1, HANDED_OVER: 1}
    assert Consultation(DAY, DAY, (Status.SENT,), handed_over=True).rows(0, 10) == [taken]
    assert Consultation(DAY, DAY, (Status.SENT,), handed_over=False).rows(0, 10) == [sent]
    # "Entregue ao aparelho" stands before "Enviada".
    by_status = Consultation(DAY, DAY, order=Order.STATUS)
    assert by_status.rows(0, 10) == [taken, sent]
    assert Consultation(DAY, DAY, order=Order.STATUS, descending=True).rows(0, 10) == [sent, taken]


@pytest.mark.django_db
def test_labels_are_ordered_as_a_portuguese_dictionary_does():
    kinds = [make_type(name=name) for name in ("Zebra", "Água", "abelha")]
    made = [queue_message(kind=kind) for kind in kinds]
    asked = Consultation(DAY, DAY, order=Order.TYPE)
    assert asked.rows(0, 10) == [made[2], made[1], made[0]]
    assert replace(asked, descending=True).rows(0, 10) == [made[0], made[1], made[2]]
