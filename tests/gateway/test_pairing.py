"""The gateway does what a person asked for on the screen, against a BlueZ that does as it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from recado.gateway.pairing import PairingHand
from recado.links.bluetooth.bus import Bus
from recado.links.bluetooth.pairing import Pairing
from recado.links.machine import Machine
from recado.pairing import tasks
from recado.pairing.finds import Find
from recado.pairing.models import PairingTask, Step, Work
from recado.people.models import AuditEntry, Deed
from recado.phones.models import Phone, PhoneChange
from tests.gateway.conftest import until
from tests.links.fake_bluez import MAS, PHONE, FakeBlueZ, FakeDevice, PrivateBus

pytestmark = [
    pytest.mark.skipif(not PrivateBus.available(), reason="needs dbus-daemon (apt install dbus)"),
    pytest.mark.django_db(transaction=True),
]
LINK = f"bluetooth:{PHONE}"


@pytest.fixture
def hand(bus: PrivateBus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PairingHand:
    monkeypatch.setattr(tasks, "SCAN_SECONDS", 0.01)
    monkeypatch.setattr("recado.gateway.pairing.ANSWER_EVERY", 0.02)
    machine = Machine(sysfs=tmp_path / "sys")
    return PairingHand(timezone.now, lambda: Pairing(Bus(lambda: bus.address), machine))


def begin(work: Work = Work.PAIR, **fields: str) -> PairingTask:
    address = {} if work is Work.SCAN else {"address": PHONE}
    return tasks.begin(work, actor="ana", now=timezone.now(), **address, **fields)


def fresh(task: PairingTask) -> PairingTask:
    return PairingTask.objects.get(pk=task.pk)


def do(hand: PairingHand, task: PairingTask, person: Callable[[PairingTask], None] | None = None) -> PairingTask:
    """Have the gateway do the task, and `person` answer when it asks (or at once, where it never will)."""

    def work() -> None:
        try:
            hand.look()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    if person is not None:
        person(task)
    thread.join(20)
    assert not thread.is_alive()
    return fresh(task)


def says(agreed: bool, pin: str = "", number: str = "000042") -> Callable[[PairingTask], None]:
    def answer(task: PairingTask) -> None:
        until(lambda: fresh(task).asks)
        assert fresh(task).number == number
        assert tasks.answer(task.pk, number, tasks.Answer(agreed, pin), timezone.now())

    return answer


def deeds() -> list[tuple[str, str]]:
    return [(entry.deed, entry.subject) for entry in AuditEntry.objects.order_by("pk")]


def test_a_scan_keeps_what_is_near_and_pairs_nothing(hand: PairingHand, bluez: FakeBlueZ) -> None:
    bluez.hidden = [FakeDevice(paired=False, rssi=-60, uuids=[])]
    task = do(hand, begin(Work.SCAN))
    assert task.step == Step.DONE
    (find,) = [Find.of_json(one) for one in task.found]
    assert (find.address, find.signal_dbm, find.links, find.told) == (PHONE, -60, (), False)
    assert "Pair" not in bluez.members()


def test_the_number_is_compared_on_the_screen_and_the_phone_is_added(hand: PairingHand, bluez: FakeBlueZ) -> None:
    device = bluez.add(FakeDevice(paired=False, trusted=False, pairing="confirm"))
    task = do(hand, begin(name="Recepção"), says(True))
    assert (task.step, device.paired, device.trusted) == (Step.DONE, True, True)
    phone = Phone.objects.get()
    assert (phone.name, phone.link, task.phone) == ("Recepção", LINK, phone)
    assert PhoneChange.objects.get().actor == "ana"
    assert deeds() == [(Deed.PHONE_PAIRED, PHONE)]


def test_a_number_that_differs_pairs_nothing(hand: PairingHand, bluez: FakeBlueZ) -> None:
    device = bluez.add(FakeDevice(paired=False, trusted=False, pairing="confirm"))
    task = do(hand, begin(), says(False))
    assert (task.step, device.paired) == (Step.FAILED, False)
    assert "foi recusado" in task.reason
    assert task.advice
    assert not Phone.objects.exists()
    assert deeds() == [(Deed.PAIRING_FAILED, PHONE)]


def test_a_pin_goes_to_the_phone_and_stays_nowhere(hand: PairingHand, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice(paired=False, pairing="pin"))
    task = do(hand, begin(), says(True, "4321", number=""))
    assert bluez.agent_answers == ["4321"]
    assert (task.step, task.answer) == (Step.DONE, "")
    assert not AuditEntry.objects.filter(detail__contains="4321").exists()


def test_who_gives_no_answer_in_time_pairs_nothing(
    hand: PairingHand, bluez: FakeBlueZ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "ANSWER_PATIENCE", tasks.ANSWER_PATIENCE * 0)
    device = bluez.add(FakeDevice(paired=False, pairing="confirm"))
    task = do(hand, begin())
    assert (task.step, device.paired) == (Step.FAILED, False)


def test_a_number_to_type_on_the_phone_is_shown(hand: PairingHand, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice(paired=False, pairing="show"))
    seen = []

    def watch(task: PairingTask) -> None:
        until(lambda: fresh(task).step in (Step.SHOW, Step.DONE))
        seen.append(True)

    assert do(hand, begin(), watch).step == Step.DONE
    assert seen


def test_a_cancel_ends_what_the_phone_is_still_asked(hand: PairingHand, bluez: FakeBlueZ) -> None:
    device = bluez.add(FakeDevice(paired=False, pairing="waits"))

    def cancel(task: PairingTask) -> None:
        until(lambda: "Pair" in bluez.members())
        assert tasks.cancel(task.pk, "rui", timezone.now())

    task = do(hand, begin(), cancel)
    assert task.reason == "Cancelado por rui."
    assert "CancelPairing" in bluez.members()
    assert not device.paired


def test_what_was_paired_after_a_cancel_is_unpaired(hand: PairingHand, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice(paired=False, pairing="show"))

    def cancel(task: PairingTask) -> None:
        tasks.cancel(task.pk, "rui", timezone.now())

    task = begin()
    taken = tasks.take(hand._host, timezone.now())
    assert taken is not None
    cancel(task)
    with_radio = hand._radio()
    hand._do(taken, with_radio)
    with_radio.close()
    assert not bluez.devices
    assert not Phone.objects.exists()


def test_a_phone_with_no_way_to_send_is_told_and_not_added(hand: PairingHand, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice(paired=False, uuids=["0000110a-0000-1000-8000-00805f9b34fb"]))
    task = do(hand, begin())
    assert "não pode enviar" in task.reason
    assert not Phone.objects.exists()


def test_a_name_that_is_taken_is_told_and_the_phone_stays_paired(hand: PairingHand, bluez: FakeBlueZ) -> None:
    Phone.objects.create(name="Recepção", link="tcp:um:1")
    device = bluez.add(FakeDevice(paired=False))
    task = do(hand, begin(name="Recepção"))
    assert "já existe o aparelho" in task.reason
    assert device.paired


def test_a_phone_that_is_paired_again_keeps_its_row(hand: PairingHand, bluez: FakeBlueZ) -> None:
    phone = Phone.objects.create(name="Um", link=LINK)
    bluez.add(FakeDevice(paired=False))
    task = do(hand, begin())
    assert (task.step, task.phone) == (Step.DONE, phone)
    assert Phone.objects.count() == 1


def test_unpairing_forgets_the_bond_and_keeps_the_phone(hand: PairingHand, bluez: FakeBlueZ) -> None:
    Phone.objects.create(name="Um", link=LINK)
    bluez.add(FakeDevice())
    assert do(hand, begin(Work.UNPAIR)).step == Step.DONE
    assert not bluez.devices
    assert Phone.objects.exists()
    assert deeds() == [(Deed.PHONE_UNPAIRED, PHONE)]
    assert "não conhece" in do(hand, begin(Work.UNPAIR)).reason


def test_each_trouble_ends_the_task_in_words(hand: PairingHand, bluez: FakeBlueZ) -> None:
    bluez.adapters.clear()
    task = do(hand, begin(Work.SCAN))
    assert "não tem adaptador" in task.reason
    assert task.advice
    bluez.stop()
    assert "não está em execução" in do(hand, begin(Work.SCAN)).reason


def test_the_thread_does_what_waits_and_ends_when_told(
    hand: PairingHand, bluez: FakeBlueZ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recado.gateway.pairing.LOOK_EVERY", 0.02)
    bluez.add(FakeDevice(uuids=[MAS]))
    task = begin(Work.SCAN)
    hand.start()
    until(lambda: fresh(task).step == Step.DONE)
    hand.stop()
    assert not hand.is_alive()


def test_a_fault_of_ours_ends_no_thread(hand: PairingHand, bluez: FakeBlueZ, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recado.gateway.pairing.LOOK_EVERY", 0.02)
    faults = iter([RuntimeError("a fault of ours")])
    real = tasks.take

    def take(*args: object) -> PairingTask | None:
        for fault in faults:
            raise fault
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(tasks, "take", take)
    task = begin(Work.SCAN)
    hand.start()
    until(lambda: fresh(task).step == Step.DONE)
    hand.stop()
