"""A phone by Bluetooth in the whole gateway: each trouble is told in words, the queue waits and no try is spent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recado.emulator.phone import EmulatedPhone
from recado.links.bluetooth import rfcomm
from recado.links.bluetooth.bus import Bus
from recado.links.machine import Machine
from recado.outbox.models import Attempt, Status
from recado.phones.models import Condition, Phone
from tests.gateway.conftest import QUIET, Scene, fresh, queue, until
from tests.links.fake_bluez import PHONE, FakeBlueZ, FakeDevice, PrivateBus, serve_line

pytestmark = pytest.mark.skipif(not PrivateBus.available(), reason="needs dbus-daemon (apt install dbus)")


class Air:
    """BlueZ, and a phone within reach of it: every line that it opens has the phone at its other end."""

    def __init__(self, bluez: FakeBlueZ) -> None:
        self.bluez = bluez
        self.device = bluez.add(FakeDevice())
        self._phones: list[EmulatedPhone] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def _answer(self) -> None:
        served = 0
        while not self._ended.wait(0.01):
            for line in self.bluez.lines[served:]:
                self._phones.append(EmulatedPhone(QUIET))
                threading.Thread(target=serve_line, args=(self._phones[-1], line), daemon=True).start()
                served += 1

    def on_air(self) -> int:
        """How many SMS went out, by whichever line."""
        return sum(len(phone.on_air) for phone in self._phones)

    def hang_up(self) -> None:
        self.bluez.lines[-1].shutdown(2)

    def close(self) -> None:
        self._ended.set()
        self._thread.join()


@pytest.fixture
def air(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Air]:
    bus = PrivateBus(tmp_path)
    bus.start()
    bluez = FakeBlueZ(bus.address)
    bluez.start()
    radio = rfcomm.Radio(Bus(lambda: bus.address), Machine(sysfs=tmp_path / "sys"))
    monkeypatch.setattr(rfcomm, "_radio", radio)
    monkeypatch.setattr("recado.gateway.worker.RECONNECT_WAITS", (0.05,))
    air = Air(bluez)
    yield air
    air.close()
    radio.bus.close()
    bluez.close()
    bus.stop()


def include_phone() -> None:
    Phone.objects.create(name="Um", link=f"bluetooth:{PHONE}", pace_seconds=0.0)


def _refuse(name: str, text: str) -> Callable[[Air], None]:
    def trouble(air: Air) -> None:
        air.device.answers = [(f"org.bluez.Error.{name}", text)] * 1000

    return trouble


def _accept(air: Air) -> None:
    air.device.answers.clear()


def _adapter(powered: bool) -> Callable[[Air], None]:
    return lambda air: air.bluez.adapters.update(hci0=powered)


@pytest.mark.parametrize(
    ("trouble", "said", "cure"),
    [
        (_refuse("Failed", "br-connection-page-timeout"), "fora de alcance", _accept),
        (_refuse("Failed", "br-connection-key-missing"), "o pareamento se perdeu", _accept),
        (_refuse("AuthenticationFailed", ""), "recusou a ligação", _accept),
        (_refuse("NotAvailable", "br-connection-profile-unavailable"), "não oferece agora o serviço", _accept),
        (_adapter(False), "está desligado", _adapter(True)),
        (lambda air: air.bluez.adapters.clear(), "não tem adaptador", _adapter(True)),
        (
            lambda air: setattr(air.device, "paired", False),
            "não está pareado",
            lambda air: setattr(air.device, "paired", True),
        ),
        (lambda air: air.bluez.stop(), "bluetoothd", lambda air: air.bluez.start()),
    ],
    ids=["far", "forgotten", "refused", "no-profile", "adapter-off", "adapter-gone", "unpaired", "no-daemon"],
)
def test_a_trouble_is_told_and_the_queue_waits(
    scene: Scene, air: Air, trouble: Callable[[Air], None], said: str, cure: Callable[[Air], None]
) -> None:
    include_phone()
    trouble(air)
    message = queue()
    scene.start()
    until(lambda: said in Phone.objects.get().reason)
    phone = Phone.objects.get()
    assert phone.condition == Condition.DISCONNECTED
    assert phone.advice
    assert (fresh(message).status, fresh(message).attempts) == (Status.QUEUED, 0)
    assert not Attempt.objects.exists()
    cure(air)
    until(lambda: fresh(message).status == Status.SENT)
    assert air.on_air() == 1


def test_a_line_that_drops_is_opened_again(scene: Scene, air: Air) -> None:
    include_phone()
    first = queue(key="first")
    scene.start()
    until(lambda: fresh(first).status == Status.SENT)
    air.hang_up()
    second = queue(key="second")
    until(lambda: fresh(second).status == Status.SENT)
    assert air.on_air() == 2


def test_two_phones_on_one_adapter_send_side_by_side(scene: Scene, air: Air) -> None:
    include_phone()
    other = air.bluez.add(FakeDevice(address="A4:77:33:00:00:02"))
    Phone.objects.create(name="Dois", link=f"bluetooth:{other.address}", pace_seconds=0.0)
    scene.start()
    until(lambda: Phone.objects.filter(condition=Condition.READY).count() == 2)
    messages = [queue(key=f"message {number}") for number in range(6)]
    until(lambda: all(fresh(message).status == Status.SENT for message in messages))
    assert air.on_air() == 6
