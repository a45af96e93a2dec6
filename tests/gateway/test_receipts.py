"""Delivery reports over a real pseudo-terminal, from the air to the status."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone

from recado.emulator.settings import PhoneSettings
from recado.outbox.models import DeliveryReport, Message, MessageType, Segment, SegmentStatus, Status
from recado.phones.models import Phone
from tests.gateway.conftest import QUIET, Scene, fresh, queue, until
from tests.gateway.test_sending import LONG

TALKING = PhoneSettings(report_delay=0.05)


def stands_at(message: Message, status: Status) -> bool:
    return bool(fresh(message).status == status)


def test_a_report_makes_the_message_delivered(scene: Scene) -> None:
    scene.add_phone(settings=TALKING)
    message = queue()
    scene.start()
    until(lambda: stands_at(message, Status.DELIVERED))
    assert Segment.objects.get().delivered_at is not None


@pytest.mark.parametrize("fault", ["cnma_refused", "cnmi_mode_1"])
def test_phones_that_report_in_other_ways_are_heard_too(scene: Scene, fault: str) -> None:
    scene.add_phone(settings=TALKING, faults={fault: True})
    messages = [queue(key=f"way:{number}") for number in range(3)]
    scene.start()
    until(lambda: all(stands_at(message, Status.DELIVERED) for message in messages))


def test_each_part_has_its_report_and_a_full_queue_does_not_keep_them_waiting(scene: Scene) -> None:
    """With no pace and no pause between sends the reports are heeded all the same."""
    scene.add_phone(settings=replace(TALKING, latency=0.05))
    first = queue(text=LONG)
    following = [queue(f"+55819000001{number:02d}") for number in range(30)]
    scene.start()
    until(lambda: stands_at(first, Status.DELIVERED))
    assert Message.objects.filter(status=Status.QUEUED).exists()
    assert set(Segment.objects.filter(message=first).values_list("status", flat=True)) == {SegmentStatus.DELIVERED}
    until(lambda: all(stands_at(message, Status.DELIVERED) for message in following), 40)


def test_temporary_then_final_and_each_repeated(scene: Scene) -> None:
    scene.add_phone(settings=TALKING, faults={"report_temporary": 32, "report_repeated": True})
    message = queue()
    scene.start()
    until(lambda: stands_at(message, Status.DELIVERED))
    until(lambda: DeliveryReport.objects.count() == 2)


def test_a_failed_delivery_is_told_with_its_reason(scene: Scene) -> None:
    scene.add_phone(settings=TALKING, faults={"report_status": 70})
    message = queue()
    scene.start()
    until(lambda: stands_at(message, Status.UNDELIVERED))
    assert (fresh(message).cause, fresh(message).reason) == (
        "expired",
        "O prazo acabou antes de o celular ser alcançado.",
    )


def test_without_a_report_the_message_stays_sent(scene: Scene) -> None:
    scene.add_phone(settings=TALKING, faults={"report_lost": {"value": True, "times": 1}})
    silent, told = queue(), queue("+5581900000013")
    scene.start()
    until(lambda: stands_at(told, Status.DELIVERED))
    assert stands_at(silent, Status.SENT)


def test_a_type_that_asks_for_no_report_gets_none(scene: Scene) -> None:
    _, emulator = scene.add_phone(settings=TALKING)
    MessageType.objects.filter(pk=6).update(status_report=False)
    queue()
    scene.start()
    (sms,) = emulator.wait_on_air(1)
    assert not sms.status_report


def test_a_report_proves_a_send_whose_answer_was_lost(scene: Scene) -> None:
    """The cable falls after Ctrl-Z: Talvez enviada; the phone comes back and its report says that it went out."""
    _, emulator = scene.add_phone(
        settings=replace(QUIET, report_delay=1.0, replug_after=0.2),
        faults={"drop_after_submit": {"value": "on_air", "times": 1}},
    )
    message = queue()
    scene.start()
    until(lambda: stands_at(message, Status.UNCERTAIN))
    until(lambda: stands_at(message, Status.DELIVERED))
    assert len(emulator.on_air) == 1


def test_a_report_stops_the_try_again_of_a_code_500(scene: Scene) -> None:
    _, emulator = scene.add_phone(settings=TALKING, faults={"error_though_sent": {"value": 500, "times": 1}})
    message = queue()
    scene.start()
    until(lambda: stands_at(message, Status.DELIVERED))
    Message.objects.update(ready_at=timezone.now())
    following = queue("+5581900000013")
    until(lambda: stands_at(following, Status.DELIVERED))
    assert [sms.number for sms in emulator.on_air] == [message.number, following.number]


def test_a_report_that_comes_while_the_gateway_is_down_is_fetched_at_its_next_start(scene: Scene) -> None:
    scene.add_phone(settings=replace(QUIET, report_delay=1.0))
    message = queue()
    scene.start()
    until(lambda: stands_at(message, Status.SENT))
    scene.end()
    assert Phone.objects.get().holder == ""
    scene.start()
    until(lambda: stands_at(message, Status.DELIVERED))
