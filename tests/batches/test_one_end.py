"""The report of a batch and the screen of the queue foresee the same end for the same work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from recado.batches import decisions
from recado.batches.behind import behind_the_queue
from recado.batches.models import Batch
from recado.batches.reckoning import reckon
from recado.outbox import real_pace
from recado.outbox.forecast import forecast
from recado.outbox.models import Attempt, AttemptResult, Message, MessageType, Priority, Segment
from recado.phones.models import Condition, Phone
from tests.batches.scene import HEADING, NOW, batch_type, draft, feed, fresh, read
from tests.support.outbox import THREE_PARTS, make_phone, make_type, queue_message

pytestmark = pytest.mark.django_db


def ready(name: str = "Aparelho 1", **fields: object) -> Phone:
    return make_phone(name, **{"condition": Condition.READY, "pace_seconds": 10, **fields})


def rows(count: int, ddd: int = 81) -> list[str]:
    return [f"{ddd}9{place:08d};Pessoa {place};10/12/2026" for place in range(count)]


def batch_of(lines: list[str], **fields: object) -> Batch:
    return read(draft("\n".join([HEADING, *lines, ""]), **fields))


def queues_end(now: datetime = NOW) -> datetime | None:
    found = forecast(list(Phone.objects.filter(enabled=True)), now, *behind_the_queue())
    return None if found.wait is None or found.stuck else timezone.localtime(now) + found.wait


def one_phone() -> None:
    ready()


def several_phones() -> None:
    ready()
    ready("Aparelho 2", pace_seconds=30)


def quota_of_the_hour() -> None:
    hour = timezone.localtime(NOW).replace(minute=0, second=0, microsecond=0)
    ready(quota_hour=50, used_in_hour=47, used_hour_at=hour, used_day_on=hour.date(), used_in_day=47)


def quota_of_the_day() -> None:
    ready(quota_day=100)


def hours_of_the_phone() -> None:
    ready(hours_from="08:00", hours_until="09:15")


def hours_of_the_type() -> None:
    MessageType.objects.filter(pk=batch_type().pk).update(hours_from="08:00", hours_until="09:15")
    ready()


def type_not_open_yet() -> None:
    MessageType.objects.filter(pk=batch_type().pk).update(hours_from="09:15", hours_until="20:00")
    ready()


def phone_for_area_codes() -> None:
    ready(ddds=["81"], takes_over=False)
    ready("Aparelho 2", takes_over=False)


def preferred_phone_out_of_its_hours() -> None:
    ready(ddds=["81"], hours_from="20:00", hours_until="21:00")
    ready("Aparelho 2", takes_over=False)


def paused_phone() -> None:
    ready()
    ready("Aparelho 2", paused=True)


def phone_without_signal() -> None:
    ready()
    ready("Aparelho 2", condition=Condition.NO_SIGNAL)


def share_kept_for_urgent_ones() -> None:
    ready(urgent_share=50)


def real_pace_is_slower() -> None:
    phone = ready()
    message = queue_message()
    for place in range(6):
        segment = Segment.objects.create(message=message, index=place + 1, total=6, reference=0)
        took = NOW - timedelta(seconds=25)
        Attempt.objects.create(
            segment=segment, phone=phone, started_at=took, finished_at=NOW, result=AttemptResult.ACCEPTED
        )
    assert real_pace.real_paces([phone], NOW) == {phone.pk: 25}


def long_texts_ahead() -> None:
    ready()
    for _ in range(20):
        queue_message(THREE_PARTS)


def urgent_ones_ahead() -> None:
    ready(urgent_share=50)
    for _ in range(20):
        queue_message(kind=make_type(priority=Priority.URGENT))


def sms_that_tries_one_phone() -> None:
    phone = ready()
    queue_message()
    Message.objects.update(only_phone=phone)


SCENES = (
    one_phone,
    several_phones,
    quota_of_the_hour,
    quota_of_the_day,
    hours_of_the_phone,
    hours_of_the_type,
    type_not_open_yet,
    phone_for_area_codes,
    preferred_phone_out_of_its_hours,
    paused_phone,
    phone_without_signal,
    share_kept_for_urgent_ones,
    real_pace_is_slower,
    long_texts_ahead,
    urgent_ones_ahead,
    sms_that_tries_one_phone,
)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_the_report_the_batch_under_way_and_the_queue_tell_one_end(scene: Callable[[], None]) -> None:
    scene()
    batch = batch_of(rows(150) + rows(150, 11))
    report = reckon(batch, NOW).end
    decisions.send(batch.pk, actor="ana", now=NOW, approval=False)
    assert report is not None
    assert reckon(fresh(batch), NOW).end == queues_end() == report


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_rows_that_are_in_the_queue_already_change_nothing(scene: Callable[[], None]) -> None:
    scene()
    batch = batch_of(rows(150) + rows(150, 11))
    report = reckon(batch, NOW).end
    decisions.send(batch.pk, actor="ana", now=NOW, approval=False)
    feed(window=60)
    under_way = reckon(fresh(batch), NOW).end
    assert under_way == queues_end()
    assert report is not None
    assert under_way is not None
    # Which area codes go first is told apart by now.
    assert abs(under_way - report) <= timedelta(minutes=5)


def test_no_phone_at_work_is_no_end_on_either() -> None:
    ready(paused=True)
    batch = batch_of(rows(3))
    assert "Nenhum aparelho" in reckon(batch, NOW).why
    decisions.send(batch.pk, actor="ana", now=NOW, approval=False)
    assert queues_end() is None


def test_area_codes_that_no_phone_sends_are_no_end_on_either() -> None:
    ready()
    ready("Aparelho 2", ddds=["11"], paused=True)
    Phone.objects.filter(paused=False).update(takes_over=False)
    batch = batch_of(rows(3) + rows(3, 11))
    found = reckon(batch, NOW)
    assert (found.end, "DDD 11" in found.why) == (None, True)
    decisions.send(batch.pk, actor="ana", now=NOW, approval=False)
    assert queues_end() is None


def test_what_a_limit_leaves_unsent_holds_up_neither() -> None:
    ready()
    limit = NOW + timedelta(minutes=10)
    batch = batch_of(rows(100), expires_at=limit)
    found = reckon(batch, NOW)
    assert (found.end, found.late) == (timezone.localtime(limit), 40)
    decisions.send(batch.pk, actor="ana", now=NOW, approval=False)
    feed(window=50)
    assert reckon(fresh(batch), NOW) == found
    assert queues_end() == found.end
