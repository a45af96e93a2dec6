"""Who may decide what about a batch, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from recado import parameters
from recado.batches import decisions, storage
from recado.batches.decisions import BatchRefused
from recado.batches.models import Batch, BatchChange, State
from recado.parameters.values import save
from tests.batches.scene import NOW, draft, fresh, read, table, under_way

pytestmark = pytest.mark.django_db


def most_alone(count: int) -> None:
    save(replace(parameters.get(), batch_approval=count), actor="ana", now=NOW)


def waiting() -> Batch:
    most_alone(1)
    batch = read(draft(table(range(2))))
    assert decisions.send(batch.pk, actor="ana", now=NOW) == State.WAITING
    return fresh(batch)


def test_a_small_batch_goes_out_at_once() -> None:
    most_alone(2)
    batch = read(draft(table(range(2))))
    assert decisions.send(batch.pk, actor="ana", now=NOW) == State.RUNNING
    assert fresh(batch).started_at == NOW


def test_a_larger_one_waits_for_another_person() -> None:
    batch = waiting()
    decisions.approve(batch.pk, actor="bia", now=NOW)
    assert (fresh(batch).state, fresh(batch).approved_by) == (State.RUNNING, "bia")


def test_never_its_author() -> None:
    batch = waiting()
    with pytest.raises(BatchRefused, match="não o aprova"):
        decisions.approve(batch.pk, actor="ana", now=NOW)
    assert fresh(batch).state == State.WAITING


def test_who_does_not_approve_says_why() -> None:
    batch = waiting()
    decisions.give_back(batch.pk, note="O texto tem um erro.", actor="bia", now=NOW)
    assert (fresh(batch).state, fresh(batch).fault) == (State.READ, "O texto tem um erro.")


def test_its_author_does_not_give_it_back_but_takes_it_back_to_its_making() -> None:
    batch = waiting()
    with pytest.raises(BatchRefused, match="não o devolve"):
        decisions.give_back(batch.pk, note="Engano meu.", actor="ana", now=NOW)
    assert fresh(batch).state == State.WAITING
    with pytest.raises(BatchRefused, match="Aguarda aprovação"):
        decisions.correct(batch.pk, actor="bia", now=NOW)
    decisions.correct(batch.pk, actor="ana", now=NOW)
    assert (fresh(batch).state, fresh(batch).fault) == (State.DRAFT, "")


def test_a_batch_without_a_good_row_is_not_sent() -> None:
    batch = read(draft(table([])))
    with pytest.raises(BatchRefused, match="Nenhuma linha"):
        decisions.send(batch.pk, actor="ana", now=NOW)


def test_two_who_press_at_once_do_not_both_succeed() -> None:
    batch = waiting()
    decisions.approve(batch.pk, actor="bia", now=NOW)
    with pytest.raises(BatchRefused, match="agora está “Em envio”"):
        decisions.approve(batch.pk, actor="caio", now=NOW)


@pytest.mark.parametrize("decision", [decisions.pause, decisions.resume, decisions.cancel, decisions.correct])
def test_what_is_over_is_not_decided_again(decision: object) -> None:
    batch = under_way(table(range(1)))
    decisions.cancel(batch.pk, actor="ana", now=NOW)
    with pytest.raises(BatchRefused):
        decision(batch.pk, actor="ana", now=NOW)


def test_every_change_says_who_and_when() -> None:
    batch = waiting()
    decisions.approve(batch.pk, actor="bia", now=NOW)
    decisions.pause(batch.pk, actor="bia", now=NOW)
    told = list(BatchChange.objects.filter(batch=batch).order_by("pk").values_list("after", "actor"))
    assert told == [
        ("draft", "ana"),
        ("reading", "ana"),
        ("read", "Recado"),
        ("waiting", "ana"),
        ("running", "bia"),
        ("paused", "bia"),
    ]


@pytest.mark.parametrize("end", [decisions.cancel, decisions.approve])
def test_the_file_goes_once_it_is_sure_that_nobody_can_read_it_any_more(
    end: Callable[..., None], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    batch = waiting()
    with django_capture_on_commit_callbacks(execute=True):
        end(batch.pk, actor="bia", now=NOW)
        assert list(storage.folder().glob(f"{batch.pk}.*"))
    assert not list(storage.folder().glob(f"{batch.pk}.*"))
