"""A step at a time; who carries one on whose worker died, telling nobody twice; what is said when nobody does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recado.batches.models import Batch
from recado.billing import runs, transmitting
from recado.billing.models import Notice, Run, Setup
from recado.billing.runs import RunRefused
from recado.mail.sending import send_due
from recado.outbox.models import Message
from recado.phones import leases
from tests.billing.conftest import MONTH, NOW, bill_row, do, feed, states, take
from tests.mail.conftest import Office
from tests.support.together import run_together

pytestmark = pytest.mark.django_db
PREPARE, TRANSMIT, RETURN = Run.Step.PREPARE, Run.Step.TRANSMIT, Run.Step.RETURN
DAY = timedelta(days=1)


def test_a_step_while_another_is_under_way_is_refused_with_words(setup: Setup) -> None:
    runs.ask(PREPARE, group="1", month=MONTH, actor="ana", now=NOW)
    with pytest.raises(RunRefused, match="A etapa Preparar, pedida por ana em 22/11/2026 às 9h00, está em andamento"):
        runs.ask(PREPARE, group="1", month=MONTH, actor="bia", now=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_ask_at_once_one_is_refused(setup: Setup) -> None:
    def ask() -> str:
        try:
            runs.ask(PREPARE, group="1", month=MONTH, actor="ana", now=NOW)
        except RunRefused:
            return "refused"
        return "begun"

    assert sorted(run_together([ask, ask, ask])) == ["begun", "refused", "refused"]


def test_whoever_begins_a_step_to_finish_it_has_it_in_hand_at_once(
    setup: Setup, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(bill_row(1))
    run = runs.ask(PREPARE, actor="ana", now=NOW, mine=True)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(runs, "_me", lambda: "jobs/1")
        assert not runs.carry_on(NOW)
    assert runs.finish(run, lambda: NOW).state == Run.State.DONE


def test_a_process_with_the_number_of_a_dead_one_does_not_take_its_lease(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(leases, "_start_tick", lambda pid: "1")
        runs.ask(PREPARE, actor="ana", now=NOW, mine=True)
    assert not runs.carry_on(NOW)
    runs.carry_on(NOW + runs.LEASE)
    assert Run.objects.get().worker.endswith(leases.this_process().rpartition("/")[2])


def test_the_longest_host_name_leaves_the_process_told_from_others(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases.socket, "gethostname", lambda: "h" * 64)
    run = runs.ask(PREPARE, actor="ana", now=NOW, mine=True)
    assert len(run.worker) <= Run._meta.get_field("worker").max_length
    assert leases.this_process().endswith(run.worker)


def test_a_run_whose_worker_died_is_carried_on_by_the_job_at_its_cursor(
    setup: Setup, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recado.billing.preparing.AT_ONCE", 4)
    take(*(bill_row(number) for number in range(10)))
    run = runs.ask(PREPARE, group="1", month=MONTH, actor="ana", now=NOW)
    monkeypatch.setattr(runs, "_me", lambda: "dead/1")
    runs.advance(run, NOW)
    monkeypatch.undo()
    assert not runs.carry_on(NOW)
    later = NOW + runs.LEASE
    while runs.carry_on(later):
        pass
    run.refresh_from_db()
    assert (run.state, run.done, run.total) == (Run.State.DONE, 10, 10)
    assert Notice.objects.count() == 20


@pytest.mark.parametrize("pieces", range(1, 8))
def test_a_death_after_any_piece_of_transmit_tells_everybody_once(
    setup: Setup, office: Office, pieces: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transmitting, "AT_ONCE", 2)
    take(*(bill_row(number) for number in range(3)))
    do(PREPARE)
    run = runs.ask(TRANSMIT, group="1", month=MONTH, actor="ana", now=NOW)
    with monkeypatch.context() as dying:
        dying.setattr(runs, "_me", lambda: "dead/1")
        dying.setattr(runs, "_clock", lambda: NOW)
        for _ in range(pieces):
            runs.advance(run, NOW)
    later = NOW + runs.LEASE
    while runs.carry_on(later):
        pass
    feed()
    for _ in range(3):
        send_due(later)
    assert Message.objects.count() == 3
    assert len({message.number for message in Message.objects.all()}) == 3
    assert len(office.mails) == 3
    assert set(states().values()) == {"transmitted"}


def test_a_death_between_the_batch_and_its_marks_makes_no_second_batch(
    setup: Setup, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(*(bill_row(number) for number in range(3)))
    do(PREPARE)
    run = runs.ask(TRANSMIT, group="1", month=MONTH, actor="ana", now=NOW)

    def die(*arguments: object) -> int:
        raise RuntimeError("killed")

    with monkeypatch.context() as dying:
        dying.setattr(transmitting, "_mark_invalid", die)
        with pytest.raises(RuntimeError):
            runs.finish(run, lambda: NOW)
    runs.finish(run, lambda: NOW)
    feed()
    assert (Batch.objects.count(), Message.objects.count()) == (1, 3)
    assert set(states().values()) == {"transmitted"}


def test_a_step_that_nobody_does_says_what_to_look_at(setup: Setup) -> None:
    run = runs.ask(PREPARE, actor="ana", now=NOW)
    look = "Nenhum processo a faz agora: verifique se o recado jobs está em execução."
    with pytest.raises(RunRefused) as soon:
        runs.ask(PREPARE, actor="bia", now=NOW + timedelta(seconds=30))
    assert look not in str(soon.value)
    with pytest.raises(RunRefused) as later:
        runs.ask(PREPARE, actor="bia", now=NOW + timedelta(minutes=2))
    assert look in str(later.value)
    Run.objects.filter(pk=run.pk).update(worker="host/1", lease_until=NOW + timedelta(minutes=4))
    with pytest.raises(RunRefused) as held:
        runs.ask(PREPARE, actor="bia", now=NOW + timedelta(minutes=2))
    assert look not in str(held.value)
