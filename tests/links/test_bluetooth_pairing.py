"""Scanning, pairing and unpairing against a BlueZ that does as it is told: nothing that a person did not ask for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from recado.links.bluetooth.bus import Bus
from recado.links.bluetooth.pairing import Pairing
from recado.links.machine import Machine
from recado.modem.errors import LinkDown
from tests.links.fake_bluez import DUN, MAS, PHONE, FakeBlueZ, FakeDevice, PrivateBus


@dataclass
class Someone:
    """A person who answers as the test says, and what they were asked."""

    agrees: bool = True
    typed: str | None = "0000"
    asked: list[str] = field(default_factory=list)

    def same_number(self, number: str) -> bool:
        self.asked.append(number)
        return self.agrees

    def pin(self) -> str | None:
        self.asked.append("pin")
        return self.typed

    def show(self, number: str) -> None:
        self.asked.append(f"show {number}")


@pytest.fixture
def pairing(bus: PrivateBus, tmp_path: Path) -> Iterator[Pairing]:
    pairing = Pairing(Bus(lambda: bus.address), Machine(sysfs=tmp_path / "sys"))
    yield pairing
    pairing.close()


def test_a_scan_tells_phones_first_and_how_they_can_send(pairing: Pairing, bluez: FakeBlueZ) -> None:
    bluez.hidden = [
        FakeDevice(paired=False, trusted=False, rssi=-60, uuids=[DUN]),
        FakeDevice(address="A4:77:33:00:00:02", paired=False, rssi=-40, uuids=[]),
    ]
    near, far = pairing.scan(0.01)
    assert (near.address, near.signal_dbm, near.links, near.told) == ("A4:77:33:00:00:02", -40, (), False)
    assert (far.address, [str(link) for link in far.links], far.paired) == (PHONE, [f"bluetooth:{PHONE}"], False)


def test_a_scan_pairs_connects_and_shows_nothing(pairing: Pairing, bluez: FakeBlueZ) -> None:
    bluez.hidden = [FakeDevice(paired=False, rssi=-60)]
    pairing.scan(0.01)
    assert set(bluez.members()) == {"GetManagedObjects", "SetDiscoveryFilter", "StartDiscovery", "StopDiscovery"}


def test_the_number_is_compared_by_the_person_and_the_phone_is_trusted(pairing: Pairing, bluez: FakeBlueZ) -> None:
    device = bluez.add(FakeDevice(paired=False, trusted=False, pairing="confirm", uuids=[]))
    person = Someone()
    found = pairing.pair(PHONE, person)
    assert person.asked == ["000042"]
    assert (device.paired, device.trusted) == (True, True)
    assert [str(link) for link in found.links] == [f"bluetooth:{PHONE}"]
    assert "UnregisterAgent" in bluez.members()
    assert "RequestDefaultAgent" not in bluez.members()


def test_a_number_that_differs_pairs_nothing(pairing: Pairing, bluez: FakeBlueZ) -> None:
    device = bluez.add(FakeDevice(paired=False, trusted=False, pairing="confirm"))
    with pytest.raises(LinkDown, match="foi recusado"):
        pairing.pair(PHONE, Someone(agrees=False))
    assert (device.paired, device.trusted) == (False, False)
    assert "UnregisterAgent" in bluez.members()


@pytest.mark.parametrize(("kind", "given"), [("pin", "0000"), ("passkey", 0)])
def test_an_old_phone_gets_its_pin(pairing: Pairing, bluez: FakeBlueZ, kind: str, given: str | int) -> None:
    bluez.add(FakeDevice(paired=False, pairing=kind))
    pairing.pair(PHONE, Someone())
    assert bluez.agent_answers == [given]


@pytest.mark.parametrize(("kind", "typed"), [("pin", None), ("passkey", None), ("passkey", "letras")])
def test_without_a_pin_nothing_is_paired(pairing: Pairing, bluez: FakeBlueZ, kind: str, typed: str | None) -> None:
    device = bluez.add(FakeDevice(paired=False, pairing=kind))
    with pytest.raises(LinkDown):
        pairing.pair(PHONE, Someone(typed=typed))
    assert not device.paired


def test_a_number_to_type_on_the_phone_is_shown(pairing: Pairing, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice(paired=False, pairing="show"))
    person = Someone()
    pairing.pair(PHONE, person)
    assert person.asked == ["show 000042"]


def test_another_phone_is_never_answered(pairing: Pairing, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice(paired=False, pairing="stranger"))
    person = Someone()
    with pytest.raises(LinkDown):
        pairing.pair(PHONE, person)
    assert person.asked == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("org.bluez.Error.AuthenticationFailed", "PIN não confere"),
        ("org.bluez.Error.AuthenticationRejected", "foi recusado"),
        ("org.bluez.Error.AuthenticationTimeout", "não foi confirmado a tempo"),
        ("org.bluez.Error.AuthenticationCanceled", "não foi confirmado a tempo"),
        ("org.bluez.Error.ConnectionAttemptFailed", "fora de alcance"),
        ("org.bluez.Error.NotReady", "não está pronto"),
    ],
)
def test_each_error_of_pairing_is_a_sentence(pairing: Pairing, bluez: FakeBlueZ, name: str, said: str) -> None:
    device = bluez.add(FakeDevice(paired=False, trusted=False, pairing=(name, "")))
    with pytest.raises(LinkDown, match=said) as caught:
        pairing.pair(PHONE, Someone())
    assert caught.value.advice
    assert not device.trusted


def test_a_paired_phone_is_only_marked_trusted(pairing: Pairing, bluez: FakeBlueZ) -> None:
    device = bluez.add(FakeDevice(trusted=False))
    pairing.pair(PHONE, Someone())
    assert device.trusted
    assert "Pair" not in bluez.members()


def test_an_unknown_phone_is_looked_for(pairing: Pairing, bluez: FakeBlueZ) -> None:
    bluez.hidden = [FakeDevice(paired=False, rssi=-60)]
    assert pairing.find(PHONE).signal_dbm == -60
    assert "StopDiscovery" in bluez.members()


def test_a_phone_that_is_not_near_is_not_found(
    pairing: Pairing, bluez: FakeBlueZ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recado.links.bluetooth.pairing.FIND_TIMEOUT", 0.05)
    monkeypatch.setattr("recado.links.bluetooth.pairing._EACH", 0.01)
    with pytest.raises(LinkDown, match="não foi encontrado"):
        pairing.find(PHONE)


def test_unpairing_forgets_the_phone_on_every_adapter(pairing: Pairing, bluez: FakeBlueZ) -> None:
    bluez.adapters = {"hci0": True, "hci1": True}
    bluez.add(FakeDevice())
    bluez.add(FakeDevice(adapter="hci1"))
    assert pairing.unpair(PHONE)
    assert not bluez.devices
    assert not pairing.unpair(PHONE)


def test_without_an_adapter_nobody_can_look_around(pairing: Pairing, bluez: FakeBlueZ) -> None:
    bluez.adapters.clear()
    with pytest.raises(LinkDown, match="não tem adaptador"):
        pairing.scan(0.01)


def test_a_phone_may_be_paired_by_the_adapter_that_is_named(pairing: Pairing, bluez: FakeBlueZ) -> None:
    bluez.adapters = {"hci0": True, "hci1": True}
    first = bluez.add(FakeDevice(paired=False))
    second = bluez.add(FakeDevice(paired=False, adapter="hci1"))
    found = pairing.pair(PHONE, Someone(), "hci1")
    assert (first.paired, second.paired) == (False, True)
    assert [str(link) for link in found.links] == [f"bluetooth:{PHONE}?adapter=hci1"]
    with pytest.raises(LinkDown, match="não tem agora o adaptador"):
        pairing.pair(PHONE, Someone(), "hci9")


def test_an_android_phone_offers_its_messages(pairing: Pairing, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice(paired=False, uuids=[MAS]))
    assert [str(link) for link in pairing.pair(PHONE, Someone()).links] == [f"map:{PHONE}"]


def test_a_cancel_ends_the_pairing_that_waits_for_the_phone(pairing: Pairing, bluez: FakeBlueZ) -> None:
    device = bluez.add(FakeDevice(paired=False, pairing="waits"))
    canceller = threading.Timer(0.1, lambda: pairing.cancel(PHONE))
    canceller.start()
    with pytest.raises(LinkDown, match="não foi confirmado a tempo"):
        pairing.pair(PHONE, Someone())
    canceller.join()
    assert not device.paired
