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
    told = [Behind(batch.type_id, ddd, count, count, batch=batch.pk) for ddd, count in (("11", 3), ("81", 7))]
    assert behind_the_queue() == (told, 0)
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
    assert behind_the_queue() == ([Behind(batch.type_id, "81", 9, 9.0, batch=batch.pk)], 0)


def test_it_costs_the_same_however_many_rows_wait(django_assert_num_queries: object) -> None:
    under_way(table(range(400)))
    with django_assert_num_queries(2):  # type: ignore[operator]
        going, _ = behind_the_queue()
    assert [(group.ddd, group.messages) for group in going] == [(mobile(0)[3:5], 400)]


def test_of_a_large_batch_lines_are_looked_at_all_over_it_not_the_next_ones_alone(monkeypatch) -> None:
    monkeypatch.setattr("recado.batches.behind.MOST_READ", 64)
    elsewhere = "".join(f"119{place:08d};Pessoa;10/12/2026\n" for place in range(1000))
    batch = under_way(table(range(3000)) + elsewhere)
    going, _ = behind_the_queue()
    found = {group.ddd: group for group in going}
    assert all(group.estimated for group in going)
    assert sum(group.messages for group in going) == 4000
    assert found["11"].messages == pytest.approx(1000, rel=0.15)
    assert found["81"].type_id == batch.type_id


def test_a_file_that_repeats_itself_does_not_mislead(monkeypatch) -> None:
    monkeypatch.setattr("recado.batches.behind.MOST_READ", 64)
    rows = [f"{(81, 11, 21, 31)[place % 4]}9{place:08d};Pessoa;10/12/2026" for place in range(2048)]
    under_way("\n".join([table([]).strip(), *rows, ""]))
    going, _ = behind_the_queue()
    assert {group.ddd for group in going} == {"81", "11", "21", "31"}
    assert all(group.messages == pytest.approx(512, rel=0.25) for group in going)


def test_a_large_batch_costs_one_question_more(django_assert_num_queries: object, monkeypatch) -> None:
    monkeypatch.setattr("recado.batches.behind.MOST_READ", 64)
    under_way(table(range(400)))
    with django_assert_num_queries(3):  # type: ignore[operator]
        behind_the_queue()
