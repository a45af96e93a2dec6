"""A batch is found by its number, or by part of its name as people write it."""

from __future__ import annotations

import pytest

from recado.batches.finding import find_batches
from tests.batches.scene import draft, table

pytestmark = pytest.mark.django_db


def test_a_name_is_found_by_any_part_in_any_case_without_accents() -> None:
    water = draft(table([1]), name="Falta de Água  no Centro").pk
    other = draft(table([1]), name="Água cara").pk
    assert list(find_batches("agua NO centro")) == [water]
    assert list(find_batches("ÁGUA")) == [water, other]
    assert find_batches("esgoto") == {}
    assert find_batches("%") == {}


def test_a_number_means_the_batch_that_has_it_and_else_a_name() -> None:
    batch = draft(table([1]), name="Vencimentos 2026")
    assert find_batches(str(batch.pk)) == {batch.pk: "Vencimentos 2026"}
    assert list(find_batches("2026")) == [batch.pk]
    assert find_batches("9" * 40) == {}
