"""The rows that a batch keeps back are told as work to be done, the paused ones apart."""

from __future__ import annotations

import pytest

from recado.batches import decisions
from recado.batches.behind import behind_the_queue
from recado.outbox.forecast import Behind
from tests.batches.scene import NOW, draft, feed, mobile, read, table, under_way

pytestmark = pytest.mark.django_db


def test_rows_not_passed_on_are_told_by_type_and_area_code() -> None:
    elsewhere = "".join(f"119{place:08d};Pessoa;10/12/2026\n" for place in range(3))
    batch = under_way(table(range(7)) + elsewhere)
    assert behind_the_queue() == ([Behind(batch.type_id, "11", 3, 3.0), Behind(batch.type_id, "81", 7, 7.0)], 0)
    feed(window=5)
    going, _ = behind_the_queue()
    assert sum(group.messages for group in going) == 5
    feed()
    assert behind_the_queue() == ([], 0)


def test_what_a_person_has_not_sent_yet_or_cancelled_is_no_work() -> None:
    read(draft(table(range(3))))
    cancelled = under_way(table(range(3)))
    decisions.cancel(cancelled.pk, actor="ana", now=NOW)
    assert behind_the_queue() == ([], 0)


def test_paused_rows_are_told_apart_and_are_work_again_once_resumed() -> None:
    batch = under_way(table(range(9)))
    decisions.pause(batch.pk, actor="ana", now=NOW)
    assert behind_the_queue() == ([], 9)
    decisions.resume(batch.pk, actor="ana", now=NOW)
    assert behind_the_queue() == ([Behind(batch.type_id, "81", 9, 9.0)], 0)


def test_it_costs_the_same_however_many_rows_wait(django_assert_num_queries: object) -> None:
    under_way(table(range(400)))
    with django_assert_num_queries(2):  # type: ignore[operator]
        going, _ = behind_the_queue()
    assert [(group.ddd, group.messages) for group in going] == [(mobile(0)[3:5], 400)]
