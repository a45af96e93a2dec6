"""A phone in trouble: the queue waits, no try is lost, the gateway lives, other phones do not notice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from recado.links import open_link
from recado.modem.errors import LinkDown
from recado.outbox import doorbell
from recado.outbox.models import Attempt, AttemptResult, Message, Segment, SegmentStatus, Status, StatusChange
from recado.phones.models import Condition, Phone
from tests.gateway.conftest import Scene, fresh, queue, until


@pytest.mark.parametrize(
    ("fault", "value", "condition"),
    [
        ("no_signal", True, Condition.NO_SIGNAL),
        ("not_registered", "3", Condition.REGISTRATION_DENIED),
        ("sim_missing", True, Condition.SIM_MISSING),
        ("sim_pin", True, Condition.SIM_PIN),
        ("sim_puk", True, Condition.SIM_PUK),
        ("no_smsc", True, Condition.NO_SMSC),
        ("hang", True, Condition.SILENT),
        ("unplugged", True, Condition.DISCONNECTED),
    ],
)
def test_a_phone_that_falls_ill_is_named_waits_and_recovers(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, fault: str, value: object, condition: Condition
) -> None:
    monkeypatch.setattr("recado.gateway.serving.settings.RECADO_PHONE_CHECK_SECONDS", 0.2)
    monkeypatch.setattr("recado.gateway.serving.HEALTH_EVERY_WHEN_ILL", 0.2)
    _, emulator = scene.add_phone()
    scene.start()
    until(lambda: Phone.objects.get().condition == Condition.READY)
    emulator.control.set_fault(fault, value)
    until(lambda: Phone.objects.get().condition == condition, 60)
    assert Phone.objects.get().reason
    assert Phone.objects.get().advice
    message = queue()
    emulator.control.clear_faults()
    emulator.control.plug()
    until(lambda: fresh(message).status == Status.SENT, 60)
    assert fresh(message).attempts == 1
    until(lambda: Phone.objects.get().condition == Condition.READY)
    assert len(emulator.on_air) == 1
    assert Phone.objects.get().last_error
    assert Phone.objects.get().last_error_at


def test_a_cable_pulled_and_plugged_again_loses_and_doubles_nothing(scene: Scene) -> None:
    _, emulator = scene.add_phone(pace=0.02)
    messages = [queue(f"+55819000010{n:02d}") for n in range(20)]
    scene.start()
    emulator.wait_on_air(5)
    emulator.control.unplug()
    until(lambda: Phone.objects.get().condition == Condition.DISCONNECTED)
    emulator.control.plug()
    until(lambda: not Message.objects.filter(status__in=[Status.QUEUED, Status.SENDING]).exists())
    fates = {message.number: fresh(message).status for message in messages}
    on_air = [sms.number for sms in emulator.on_air]
    assert len(on_air) == len(set(on_air))
    for number, fate in fates.items():
        assert fate == Status.UNCERTAIN or (fate == Status.SENT and number in on_air)
    assert list(fates.values()).count(Status.UNCERTAIN) <= 1


def test_a_hanging_phone_does_not_block_the_queue_of_another(scene: Scene) -> None:
    scene.add_phone("Travado", faults={"hang": True})
    _, healthy = scene.add_phone("São")
    scene.start()
    messages = [queue(f"+55819000020{n:02d}") for n in range(10)]
    until(lambda: all(fresh(message).status == Status.SENT for message in messages), 5)
    assert len(healthy.on_air) == 10


@pytest.mark.parametrize("fault", ["garbage", "split", "join", "chatter", "echo_pdu", "no_prompt_space", "double_cr"])
def test_a_noisy_line_changes_nothing(scene: Scene, fault: str) -> None:
    _, emulator = scene.add_phone(faults={fault: True})
    messages = [queue(f"+55819000030{n:02d}") for n in range(5)]
    scene.start()
    until(lambda: all(fresh(message).status == Status.SENT for message in messages), 60)
    assert [sms.number for sms in emulator.on_air] == [message.number for message in messages]


def test_a_refusal_for_the_line_costs_no_try_and_holds_the_phone(scene: Scene) -> None:
    scene.add_phone(faults={"reject": 10})
    message = queue()
    scene.start()
    until(lambda: Phone.objects.get().condition == Condition.LINE_REFUSED)
    until(lambda: fresh(message).status == Status.QUEUED)
    assert fresh(message).attempts == 0
    assert fresh(message).ready_at > timezone.now()


def test_a_paused_phone_claims_nothing_until_it_is_resumed(scene: Scene) -> None:
    phone, emulator = scene.add_phone()
    Phone.objects.filter(pk=phone.pk).update(paused=True)
    message = queue()
    scene.start()
    until(lambda: Phone.objects.get().condition == Condition.READY)
    assert emulator.wait_on_air(1, timeout=0.3) == []
    Phone.objects.filter(pk=phone.pk).update(paused=False)
    doorbell.ring()
    until(lambda: fresh(message).status == Status.SENT)


def test_what_a_dead_process_left_is_settled_before_anything_is_sent(scene: Scene) -> None:
    phone, emulator = scene.add_phone()
    in_flight, between_parts = queue(), queue("+5581900000013", "x" * 200)
    now = timezone.now()
    Message.objects.update(status=Status.SENDING, phone=phone)
    segment = Segment.objects.create(
        message=in_flight, index=1, total=1, text=in_flight.text, status=SegmentStatus.SENDING, tries=1
    )
    Attempt.objects.create(segment=segment, phone=phone, phone_name=phone.name, number=in_flight.number, started_at=now)
    Segment.objects.create(message=between_parts, index=1, total=2, text="x", status=SegmentStatus.SENT)
    Segment.objects.create(message=between_parts, index=2, total=2, text="x")
    scene.start()
    until(lambda: fresh(between_parts).status == Status.SENT)
    assert fresh(in_flight).status == Status.UNCERTAIN
    assert Attempt.objects.get(segment=segment).result == AttemptResult.UNKNOWN
    assert [(sms.number, sms.concat_index) for sms in emulator.on_air] == [(between_parts.number, 2)]


def test_a_phone_added_while_the_gateway_runs_is_served_and_one_removed_is_let_go(scene: Scene) -> None:
    scene.start()
    phone, emulator = scene.add_phone()
    message = queue()
    until(lambda: fresh(message).status == Status.SENT)
    Phone.objects.filter(pk=phone.pk).update(enabled=False)
    until(lambda: Phone.objects.get().holder == "")
    queue("+5581900000013")
    assert len(emulator.wait_on_air(2, timeout=1.5)) == 1


def test_an_orderly_end_gives_the_phone_back_and_leaves_nothing_in_flight(scene: Scene) -> None:
    scene.add_phone(pace=0.05)
    for number in range(10):
        queue(f"+55819000040{number:02d}")
    scene.start()
    until(lambda: Message.objects.filter(status=Status.SENT).exists())
    scene.end()
    assert Phone.objects.get().holder == ""
    assert not Message.objects.filter(status=Status.SENDING).exists()
    assert not StatusChange.objects.filter(after=Status.UNCERTAIN).exists()


def test_a_gateway_that_lost_its_lease_lets_go_of_the_line(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recado.gateway.serving.SLOW_POLL", 0.1)
    phone, _ = scene.add_phone()
    scene.start()
    until(lambda: Phone.objects.get().condition == Condition.READY)
    Phone.objects.filter(pk=phone.pk).update(holder="another/1/1", held_until=timezone.now() + timedelta(hours=1))

    def is_free() -> bool:
        try:
            open_link(phone.link).close()
        except LinkDown:
            return False
        return True

    until(is_free)
    assert Phone.objects.get().holder == "another/1/1"


def test_a_process_whose_lease_went_while_it_was_on_the_way_does_not_submit(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recado.gateway.serving.LONG_ON_THE_WAY", timedelta(seconds=0.5))
    phone, emulator = scene.add_phone(faults={"late_prompt": 1.5})
    queue()
    scene.start()
    until(lambda: Attempt.objects.exists())
    Phone.objects.filter(pk=phone.pk).update(holder="another/1/1", held_until=timezone.now() + timedelta(hours=1))
    assert emulator.wait_on_air(1, timeout=3.0) == []
    assert Phone.objects.get().holder == "another/1/1"
