"""How long the queue takes, from its rows and those of the phones."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from recado.outbox import holding
from recado.outbox.enqueue import Event, enqueue
from recado.outbox.forecast import Behind, QueueForecast, forecast
from recado.outbox.models import Message, MessageType, Priority
from recado.phones.models import Condition, Phone
from tests.support.outbox import MOBILE, NOW, OTHER_MOBILE, THREE_PARTS, make_phone, make_type, minutes, queue_message

pytestmark = pytest.mark.django_db


def ready(name: str = "Aparelho 1", **fields: object) -> Phone:
    return make_phone(name, **{"condition": Condition.READY, "pace_seconds": 7.0, **fields})


def foreseen(at: object = NOW) -> QueueForecast:
    return forecast(list(Phone.objects.filter(enabled=True)), at)


def test_the_queue_is_reckoned_in_parts_times_pace() -> None:
    queue_message()
    queue_message(THREE_PARTS, at=NOW + timedelta(minutes=1))
    ready()
    queue = foreseen()
    assert (queue.messages, queue.parts, queue.wait, queue.oldest) == (2, 4, timedelta(seconds=28), NOW)
    ready("Aparelho 2")
    assert foreseen().wait == timedelta(seconds=14)


@pytest.mark.parametrize("state", [{"paused": True}, {"condition": Condition.NO_SIGNAL}, {"holder": ""}])
def test_without_a_phone_at_work_nobody_knows_how_long(state: dict[str, object]) -> None:
    queue_message()
    ready(**state)
    queue = foreseen()
    assert (queue.wait, queue.at_work, queue.stuck) == (None, False, 0)


def test_an_empty_queue_takes_no_time() -> None:
    ready()
    queue = foreseen()
    assert (queue.messages, queue.parts, queue.wait, queue.oldest) == (0, 0, timedelta(0), None)


def test_a_text_that_cannot_be_cut_does_not_stop_the_forecast() -> None:
    message = queue_message()
    Message.objects.filter(pk=message.pk).update(text="x" * 100_000)
    ready()
    assert foreseen().parts == 1


def test_a_pace_of_nothing_is_no_division_by_nothing() -> None:
    queue_message()
    ready(pace_seconds=0.0)
    assert foreseen().wait == timedelta(seconds=1)


def test_what_waits_for_its_hours_is_told_and_waited_for() -> None:
    opens, closes = (timezone.localtime(NOW + timedelta(hours=hours)) for hours in (1, -1))
    held = make_type(hours_from=opens.time(), hours_until=closes.time())
    queue_message(THREE_PARTS, kind=held)
    queue_message()
    ready()
    queue = foreseen()
    assert (queue.messages, queue.held, queue.parts, queue.opens_at) == (2, 1, 4, opens)
    # Each is taken to have as many parts as both on an average.
    assert queue.wait == timedelta(hours=1, seconds=14)
    assert foreseen(NOW + timedelta(hours=2)).held == 0


def test_a_quota_makes_the_queue_wait_for_the_next_hour() -> None:
    for _ in range(5):
        queue_message()
    hour = timezone.localtime(NOW).replace(minute=0, second=0, microsecond=0)
    ready(quota_hour=50, used_in_hour=47, used_hour_at=hour, used_day_on=hour.date(), used_in_day=47)
    queue = foreseen()
    assert queue.rests
    assert queue.wait is not None
    # Three now; two from nine o'clock on.
    assert timezone.localtime(NOW) + queue.wait == pytest.approx(
        hour + timedelta(hours=1, seconds=14), abs=minutes(0.1)
    )


def test_a_phone_out_of_its_hours_is_waited_for() -> None:
    queue_message()
    ready(hours_from="09:00", hours_until="18:00")
    queue = foreseen()
    assert queue.rests
    assert queue.wait == timedelta(minutes=45, seconds=56 + 7)


def test_messages_of_one_kind_and_several_ranks_are_all_counted() -> None:
    urgent = MessageType.objects.filter(priority__lte=Priority.URGENT).first() or make_type(priority=Priority.URGENT)
    for kind in (urgent, make_type(priority=Priority.BULK)):
        queue_message(kind=kind if kind.fields == "TEXTO" else make_type(priority=kind.priority))
    queue_message()
    ready()
    assert (foreseen().messages, foreseen().wait) == (3, timedelta(seconds=21))


def test_a_type_that_no_phone_sends_is_stuck_and_said() -> None:
    queue_message()
    queue_message(kind=make_type())
    ready(type_ids=[6])
    queue = foreseen()
    assert (queue.messages, queue.stuck, queue.parts, queue.wait) == (2, 1, 1, timedelta(seconds=7))
    assert queue.stuck_types == (MessageType.objects.order_by("-pk").values_list("pk", flat=True)[0],)
    assert queue.stuck_ddds == ()


def test_a_ddd_of_a_dead_phone_that_nobody_takes_over_is_stuck_and_said() -> None:
    queue_message(number=MOBILE)
    queue_message(number=OTHER_MOBILE)
    ready("Recife", ddds=["81"], paused=True)
    other = ready("Outro", takes_over=False)
    queue = foreseen()
    assert (queue.stuck, queue.stuck_ddds, queue.wait) == (1, ("81",), timedelta(seconds=7))
    Phone.objects.filter(pk=other.pk).update(takes_over=True)
    assert (foreseen().stuck, foreseen().wait) == (0, timedelta(seconds=14))


def test_a_test_sms_is_of_its_own_phone_and_not_of_the_queue() -> None:
    phone = ready()
    enqueue(Event(6, MOBILE, "test:x", {"TEXTO": "Teste"}, only_phone_id=phone.pk), now=NOW)
    assert foreseen().messages == 0


def test_the_queue_costs_the_same_few_queries_however_long(django_assert_max_num_queries: object) -> None:
    for number in range(30):
        queue_message(number=f"+55{11 + number % 9}9000000{number:02d}")
    phones = [ready(f"Aparelho {number}", quota_day=20) for number in range(4)]
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        assert forecast(phones, NOW).wait is not None


def test_the_queue_is_counted_by_priority_whatever_else_parts_it() -> None:
    kinds = [make_type(priority=Priority.BULK), make_type(priority=Priority.URGENT)]
    for kind in (*kinds, kinds[0]):
        queue_message(kind=kind)
    queue_message(number=OTHER_MOBILE)
    ready()
    assert foreseen().by_priority == {Priority.URGENT: 1, Priority.NORMAL: 1, Priority.BULK: 2}


def test_one_type_of_two_priorities_is_foreseen_whole() -> None:
    kind = make_type(priority=Priority.NORMAL)
    queue_message(kind=kind)
    MessageType.objects.filter(pk=kind.pk).update(priority=Priority.BULK)
    kind.refresh_from_db()
    queue_message(kind=kind)
    ready()
    assert (foreseen().parts, foreseen().wait) == (2, timedelta(seconds=14))


def test_what_a_person_paused_is_no_work_ahead_until_it_is_let_go() -> None:
    message = queue_message()
    queue_message(number=OTHER_MOBILE)
    Message.objects.filter(pk=message.pk).update(batch=7)
    holding.hold(7)
    ready()
    queue = foreseen()
    assert (queue.messages, queue.paused, queue.listed, queue.parts) == (1, 1, 2, 1)
    assert queue.by_priority[Priority.NORMAL] == 1
    holding.release(7, NOW)
    assert (foreseen().messages, foreseen().paused, foreseen().wait) == (2, 0, timedelta(seconds=14))


def test_what_comes_behind_the_queue_is_work_too() -> None:
    queue_message()
    ready()
    kind = make_type()
    queue = forecast(list(Phone.objects.all()), NOW, [Behind(kind.pk, "81", 100, 200.0)], 5)
    assert (queue.messages, queue.listed, queue.behind, queue.paused, queue.parts) == (101, 1, 100, 5, 201)
    assert queue.wait == timedelta(seconds=201 * 7)
    assert queue.by_priority[Priority.BULK] == 100


def test_what_comes_behind_waits_for_its_hours_too() -> None:
    opens, closes = (timezone.localtime(NOW + timedelta(hours=hours)) for hours in (1, -1))
    kind = make_type(hours_from=opens.time(), hours_until=closes.time())
    ready()
    queue = forecast(list(Phone.objects.all()), NOW, [Behind(kind.pk, "81", 100, 100.0)])
    assert (queue.messages, queue.held, queue.wait) == (100, 100, timedelta(hours=1, seconds=700))


@pytest.mark.parametrize(
    ("ddds", "estimated", "said"), [(["81"], True, True), ([], True, False), (["81"], False, False)]
)
def test_area_codes_that_are_not_all_known_make_it_an_estimate_where_a_phone_prefers_some(
    ddds: list[str], estimated: bool, said: bool
) -> None:
    phone = ready(ddds=ddds)
    found = forecast([phone], NOW, [Behind(make_type().pk, "81", 10, 10.0, estimated)])
    assert found.estimated is said
