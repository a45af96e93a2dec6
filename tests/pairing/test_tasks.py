"""The life of a pairing task in the database: one at a time, answered once, over in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from recado.pairing import tasks
from recado.pairing.finds import Find
from recado.pairing.models import PairingTask, Step, Work

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ADDRESS = "A4:77:33:00:00:01"
SECOND = timedelta(seconds=1)


def pairing(**fields: str) -> PairingTask:
    return tasks.begin(Work.PAIR, actor="ana", now=NOW, address=ADDRESS, **fields)


def taken() -> PairingTask:
    pairing()
    task = tasks.take("servidor", NOW)
    assert task is not None
    return task


def fresh(task: PairingTask) -> PairingTask:
    return PairingTask.objects.get(pk=task.pk)


class TestOneAtATime:
    def test_a_second_task_is_refused_while_the_first_is_under_way(self) -> None:
        first = pairing()
        with pytest.raises(tasks.Busy) as caught:
            tasks.begin(Work.SCAN, actor="rui", now=NOW)
        assert caught.value.task == first

    def test_the_database_refuses_what_two_people_begin_in_the_same_moment(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = pairing()
        monkeypatch.setattr(tasks, "under_way", lambda now: None)
        with pytest.raises(tasks.Busy) as caught:
            pairing()
        assert caught.value.task == first

    def test_after_an_end_another_may_begin(self) -> None:
        tasks.cancel(pairing().pk, "ana", NOW)
        assert pairing().under_way

    def test_ended_tasks_do_not_pile_up(self) -> None:
        for _ in range(tasks.KEPT + 5):
            tasks.cancel(pairing().pk, "ana", NOW)
        assert PairingTask.objects.count() <= tasks.KEPT


class TestTime:
    def test_without_a_gateway_the_task_is_over_and_says_so(self) -> None:
        task = pairing()
        assert tasks.under_way(NOW + tasks.GATEWAY_PATIENCE - SECOND) == task
        assert tasks.under_way(NOW + tasks.GATEWAY_PATIENCE) is None
        assert (fresh(task).step, "serviço de envio não respondeu" in fresh(task).reason) == (Step.FAILED, True)
        assert fresh(task).advice

    def test_a_gateway_that_is_late_does_nothing(self) -> None:
        pairing()
        assert tasks.take("servidor", NOW + tasks.GATEWAY_PATIENCE) is None

    def test_what_a_gateway_never_ended_is_over_in_time(self) -> None:
        task = taken()
        assert tasks.under_way(NOW + tasks.PATIENCE[Work.PAIR]) is None
        assert "tempo" in fresh(task).reason

    def test_a_gateway_that_starts_again_ends_what_its_predecessor_left(self) -> None:
        task = taken()
        tasks.abandon("outro", NOW)
        assert fresh(task).under_way
        tasks.abandon("servidor", NOW)
        assert "reiniciado" in fresh(task).reason


class TestTaking:
    def test_only_one_gateway_takes_a_task(self) -> None:
        pairing()
        assert tasks.take("servidor", NOW) is not None
        assert tasks.take("servidor", NOW) is None

    def test_a_task_for_one_machine_waits_for_that_machine(self) -> None:
        pairing(host="servidor")
        assert tasks.take("outro", NOW) is None
        assert tasks.take("servidor", NOW) is not None


class TestAnswering:
    def test_the_answer_reaches_the_gateway_once_and_the_pin_is_forgotten(self) -> None:
        task = taken()
        assert tasks.ask(task, Step.PIN, "", NOW)
        assert tasks.take_answer(task) is None
        assert tasks.answer(task.pk, "", tasks.Answer(True, "4321"), NOW)
        assert tasks.take_answer(task) == tasks.Answer(True, "4321")
        assert fresh(task).answer == ""

    def test_a_second_answer_changes_nothing(self) -> None:
        task = taken()
        tasks.ask(task, Step.COMPARE, "000042", NOW)
        assert tasks.answer(task.pk, "000042", tasks.Answer(False, ""), NOW)
        assert not tasks.answer(task.pk, "000042", tasks.Answer(True, ""), NOW)
        assert tasks.take_answer(task) == tasks.Answer(False, "")

    def test_an_answer_to_another_number_is_no_answer(self) -> None:
        task = taken()
        tasks.ask(task, Step.COMPARE, "000042", NOW)
        assert not tasks.answer(task.pk, "000043", tasks.Answer(True, ""), NOW)
        assert tasks.take_answer(task) is None

    def test_where_nothing_is_asked_nothing_is_answered(self) -> None:
        assert not tasks.answer(taken().pk, "", tasks.Answer(True, ""), NOW)

    def test_a_cancelled_task_answers_no(self) -> None:
        task = taken()
        tasks.ask(task, Step.COMPARE, "000042", NOW)
        assert tasks.cancel(task.pk, "rui", NOW)
        assert tasks.take_answer(task) == tasks.Answer(False, "")
        assert not tasks.ask(task, Step.PIN, "", NOW)
        assert not tasks.finish(task, NOW)
        assert fresh(task).reason == "Cancelado por rui."

    def test_no_pin_outlives_the_task(self) -> None:
        task = taken()
        tasks.ask(task, Step.PIN, "", NOW)
        tasks.answer(task.pk, "", tasks.Answer(True, "4321"), NOW)
        tasks.cancel(task.pk, "ana", NOW)
        assert fresh(task).answer == ""


class TestScan:
    FOUND = Find(ADDRESS, "Aparelho", -60, False, True, (f"bluetooth:{ADDRESS}",), True)

    def test_what_was_found_is_kept_for_a_while(self) -> None:
        tasks.begin(Work.SCAN, actor="ana", now=NOW)
        task = tasks.take("servidor", NOW)
        assert task is not None
        assert tasks.finish(task, NOW, finds=(self.FOUND,))
        kept = tasks.last_scan(NOW)
        assert kept is not None
        assert [Find.of_json(one) for one in kept.found] == [self.FOUND]
        assert tasks.last_scan(NOW + timedelta(minutes=11)) is None


@pytest.mark.parametrize(
    ("links", "told", "way", "may"),
    [
        ((f"bluetooth:{ADDRESS}",), True, "por comandos AT", True),
        ((f"map:{ADDRESS}",), True, "como celular Android (MAP)", True),
        ((f"bluetooth:{ADDRESS}", f"map:{ADDRESS}"), True, "por comandos AT ou como celular Android (MAP)", True),
        ((), True, "não envia por Bluetooth", False),
        ((), False, "a descobrir ao parear", True),
    ],
)
def test_a_find_says_how_it_sends(links: tuple[str, ...], told: bool, way: str, may: bool) -> None:
    find = Find(ADDRESS, "Aparelho", None, False, True, links, told)
    assert (find.way, find.may_send) == (way, may)


@pytest.mark.parametrize(
    ("dbm", "paired", "said"),
    [
        (-50, False, "forte (-50 dBm)"),
        (-70, False, "médio (-70 dBm)"),
        (-80, False, "fraco (-80 dBm)"),
        (None, True, "fora de alcance agora"),
        (None, False, "–"),
    ],
)
def test_a_find_says_how_well_it_is_heard(dbm: int | None, paired: bool, said: str) -> None:
    assert Find(ADDRESS, "Aparelho", dbm, paired, True, (), True).signal == said
