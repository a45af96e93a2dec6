"""Rows go in as they are, whatever is written in them, in few statements of few parameters."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from recado.outbox.inserting import insert_many
from recado.outbox.models import OptOut

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def wishes(rows: list[tuple[str, str, datetime | None]]) -> list[int]:
    with transaction.atomic():
        wish = OptOut(since=NOW, actor="ana")
        return insert_many(wish, ("number", "how", "ended_at"), rows, returning="id")


@pytest.mark.parametrize(
    "written", ["", "NULL", "null", "{a,b}", 'as "aspas"', "it's", "a\\b\\", "a\nb\tc", "50% %s", "ação €", "😀", " x "]
)
def test_a_text_comes_out_as_it_went_in(written: str) -> None:
    wishes([("+5581900000001", written, None), ("+5581900000002", "outro", NOW)])
    assert list(OptOut.objects.order_by("number").values_list("how", "ended_at")) == [(written, None), ("outro", NOW)]


def test_what_does_not_vary_is_the_prototypes() -> None:
    wishes([("+5581900000001", "SAIR", NOW)])
    assert OptOut.objects.values_list("since", "actor").get() == (NOW, "ana")


def test_a_row_that_a_constraint_refuses_is_left_out_alone() -> None:
    made = wishes([("+5581900000001", "a", None), ("+5581900000001", "b", None), ("+5581900000002", "c", None)])
    assert sorted(made) == list(OptOut.objects.order_by("pk").values_list("pk", flat=True))
    assert list(OptOut.objects.order_by("pk").values_list("how", flat=True)) == ["a", "c"]


def test_the_keys_rise_in_the_order_of_the_rows_over_several_statements() -> None:
    wishes([(f"+5581{place:09d}", str(place), None) for place in range(12_000)])
    assert list(OptOut.objects.order_by("pk").values_list("how", flat=True)) == [str(place) for place in range(12_000)]


def test_no_rows_are_no_statement() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert wishes([]) == []
    assert not [query for query in asked if "INSERT" in query["sql"]]


@pytest.mark.postgresql
def test_what_is_too_long_for_its_column_is_refused_and_not_cut() -> None:
    with pytest.raises(DataError):
        wishes([("+" + "5" * 40, "SAIR", None)])


@pytest.mark.postgresql
def test_on_postgresql_each_column_that_varies_is_one_parameter() -> None:
    sent: list[int] = []

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        sent.append(len(params or ()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        wishes([(f"+5581{place:09d}", str(place), None) for place in range(500)])
    assert max(sent) <= len(OptOut._meta.concrete_fields)
