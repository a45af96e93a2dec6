"""From the queue to the air and back to the status, over a real pseudo-terminal."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from recado.gateway import serving
from recado.outbox import decisions
from recado.outbox.models import Attempt, AttemptResult, Message, MessageType, Segment, SegmentStatus, Status
from recado.phones.models import Condition, Phone
from tests.gateway.conftest import QUIET, Scene, fresh, queue, until

LONG = "Companhia Exemplo de Água avisa que haverá parada programada no abastecimento. " * 4


def test_a_queued_message_reaches_the_air_once_and_is_sent(scene: Scene) -> None:
    _, emulator = scene.add_phone()
    message = queue()
    scene.start()
    until(lambda: fresh(message).status == Status.SENT)
    (sms,) = emulator.on_air
    assert (sms.number, sms.text) == (message.number, "Protocolo 20261000000012.")
    attempt = Attempt.objects.get(segment__message=message)
    assert (attempt.result, attempt.phone_name) == (AttemptResult.ACCEPTED, "Aparelho 1")
    assert Segment.objects.get(message=message).reference == sms.reference
    assert fresh(message).moment == fresh(message).sent_at


def test_a_message_queued_while_the_gateway_sleeps_wakes_it(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing but the bell brings it to look in time.
    monkeypatch.setattr(serving, "SLOW_POLL", 3600.0)
    _, emulator = scene.add_phone()
    scene.start()
    until(lambda: Phone.objects.get().condition == Condition.READY)
    queue()
    assert len(emulator.wait_on_air(1)) == 1


def test_a_long_text_goes_out_in_parts_that_join(scene: Scene) -> None:
    _, emulator = scene.add_phone()
    message = queue(text=LONG)
    scene.start()
    until(lambda: fresh(message).status == Status.SENT)
    total = Segment.objects.filter(message=message).count()
    assert total > 1
    assert [(sms.concat_index, sms.concat_total) for sms in emulator.on_air] == [
        (n, total) for n in range(1, total + 1)
    ]
    assert len({sms.concat_reference for sms in emulator.on_air}) == 1


def test_two_sends_start_at_least_one_pace_apart(scene: Scene) -> None:
    phone, _ = scene.add_phone(pace=0.3)
    messages = [queue(key=f"pace:{n}") for n in range(4)]
    scene.start()
    until(lambda: all(fresh(message).status == Status.SENT for message in messages))
    starts = list(Attempt.objects.order_by("started_at").values_list("started_at", flat=True))
    gaps = [(after - before).total_seconds() for before, after in itertools.pairwise(starts)]
    assert min(gaps) >= phone.pace_seconds - 0.005


def test_the_pace_outlives_the_gateway(scene: Scene) -> None:
    phone, emulator = scene.add_phone(pace=60.0)
    Phone.objects.filter(pk=phone.pk).update(last_send_started_at=timezone.now())
    message = queue()
    scene.start()
    until(lambda: Phone.objects.get().condition == Condition.READY)
    assert emulator.wait_on_air(1, timeout=0.5) == []
    assert fresh(message).status == Status.QUEUED


def test_urgent_goes_before_normal_and_first_in_goes_first(scene: Scene) -> None:
    _, emulator = scene.add_phone()
    normal = [queue(f"+558190000010{n}") for n in range(2)]
    MessageType.objects.filter(pk=6).update(priority=1)
    urgent = [queue(f"+558190000020{n}") for n in range(2)]
    scene.start()
    emulator.wait_on_air(4)
    assert [sms.number for sms in emulator.on_air] == [message.number for message in [*urgent, *normal]]


def test_a_permanent_refusal_fails_at_once_with_its_reason(scene: Scene) -> None:
    scene.add_phone(faults={"reject": 1})
    message = queue()
    scene.start()
    until(lambda: fresh(message).status == Status.FAILED)
    assert fresh(message).cause == "number_invalid"
    assert fresh(message).attempts == 1
    attempt = Attempt.objects.get(segment__message=message)
    assert attempt.code == "CMS 1"
    until(lambda: Phone.objects.get().last_error == attempt.reason)


def test_a_transient_refusal_waits_and_goes_out_later(scene: Scene) -> None:
    _, emulator = scene.add_phone(faults={"reject": {"value": 42, "times": 1}})
    message = queue()
    scene.start()
    until(lambda: Attempt.objects.filter(result=AttemptResult.REJECTED).exists())
    until(lambda: fresh(message).status == Status.QUEUED)
    assert timedelta(seconds=50) < fresh(message).ready_at - timezone.now() <= timedelta(minutes=1)
    Message.objects.update(ready_at=timezone.now())
    until(lambda: fresh(message).status == Status.SENT)
    assert len(emulator.on_air) == 1


def test_a_bare_ok_asks_a_person_and_is_not_sent_again(scene: Scene) -> None:
    _, emulator = scene.add_phone(faults={"bare_ok": {"value": "on_air", "times": 1}})
    message = queue()
    scene.start()
    until(lambda: fresh(message).status == Status.UNCERTAIN)
    following = queue("+5581900000013")
    until(lambda: fresh(following).status in (Status.SENT, Status.UNCERTAIN))
    assert [sms.number for sms in emulator.on_air] == [message.number, following.number]


@pytest.mark.parametrize(("fate", "on_air"), [("on_air", 1), ("not_on_air", 0)])
def test_a_line_that_drops_after_submission_leaves_the_message_uncertain(scene: Scene, fate: str, on_air: int) -> None:
    _, emulator = scene.add_phone(
        faults={"drop_after_submit": {"value": fate, "times": 1}}, settings=replace(QUIET, replug_after=0.2)
    )
    message = queue()
    scene.start()
    until(lambda: fresh(message).status == Status.UNCERTAIN)
    following = queue("+5581900000013")
    until(lambda: fresh(following).status == Status.SENT)
    assert [sms.number for sms in emulator.on_air].count(message.number) == on_air
    assert fresh(message).status == Status.UNCERTAIN


def test_a_person_resends_an_uncertain_message(scene: Scene) -> None:
    _, emulator = scene.add_phone(
        faults={"drop_after_submit": {"value": "not_on_air", "times": 1}}, settings=replace(QUIET, replug_after=0.2)
    )
    message = queue()
    scene.start()
    until(lambda: fresh(message).status == Status.UNCERTAIN)
    decisions.resend(message.pk, actor="ana", now=timezone.now())
    until(lambda: fresh(message).status == Status.SENT)
    assert len(emulator.on_air) == 1


def test_parts_already_sent_are_not_sent_again_when_a_later_part_is_refused(scene: Scene) -> None:
    _, emulator = scene.add_phone(pace=0.5)
    message = queue(text=LONG)
    scene.start()
    emulator.wait_on_air(1)
    emulator.control.set_fault("reject", {"value": 42, "times": 1})
    until(lambda: fresh(message).status == Status.QUEUED)
    first_tries = list(Segment.objects.filter(message=message).values_list("status", flat=True))
    assert first_tries == [SegmentStatus.SENT, SegmentStatus.PENDING, SegmentStatus.PENDING]
    Message.objects.update(ready_at=timezone.now())
    until(lambda: fresh(message).status == Status.SENT)
    assert [sms.concat_index for sms in emulator.on_air] == [1, 2, 3]
    assert len({sms.concat_reference for sms in emulator.on_air}) == 1
