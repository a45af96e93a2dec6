"""`recado phones scan | pair | unpair` against a BlueZ that does as it is told, and what `recado doctor` says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from recado.pairing import tasks
from recado.pairing.models import Work
from recado.people.models import AuditEntry, Deed
from recado.phones.models import Phone
from tests.cli.conftest import Recado
from tests.links.fake_bluez import PHONE, FakeBlueZ, FakeDevice, PrivateBus
from tests.support.outbox import make_phone

pytestmark = pytest.mark.skipif(not PrivateBus.available(), reason="needs dbus-daemon (apt install dbus)")


@pytest.fixture
def bluez(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBlueZ]:
    bus = PrivateBus(tmp_path)
    bus.start()
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
    bluez = FakeBlueZ(bus.address)
    bluez.start()
    yield bluez
    bluez.close()
    bus.stop()


def _bluetooth_phone() -> None:
    Phone.objects.create(name="Um", link=f"bluetooth:{PHONE}")


@pytest.mark.django_db
class TestPairing:
    def test_a_phone_is_confirmed_paired_and_added(self, recado: Recado, bluez: FakeBlueZ) -> None:
        device = bluez.add(FakeDevice(paired=False, trusted=False, pairing="confirm"))

        result = recado("phones", "pair", PHONE.lower(), input="s\ns\n")

        assert result.exit_code == 0, result.output
        assert f"Parear com “Aparelho de teste” ({PHONE})? [s/n]" in result.stdout
        assert "O aparelho mostra o número 000042? [s/n]" in result.stdout
        assert (device.paired, device.trusted) == (True, True)
        phone = Phone.objects.get()
        assert (phone.name, phone.link) == ("Aparelho de teste", f"bluetooth:{PHONE}")

    @pytest.mark.parametrize("answers", ["n\n", "", "s\nn\n", "s\n"])
    def test_whoever_does_not_say_yes_pairs_nothing(self, recado: Recado, bluez: FakeBlueZ, answers: str) -> None:
        device = bluez.add(FakeDevice(paired=False, trusted=False, pairing="confirm"))

        result = recado("phones", "pair", PHONE, input=answers)

        assert result.exit_code == 1
        assert (device.paired, device.trusted) == (False, False)
        assert not Phone.objects.exists()

    def test_the_pin_may_be_given_beforehand(self, recado: Recado, bluez: FakeBlueZ) -> None:
        bluez.add(FakeDevice(paired=False, pairing="pin"))

        recado("phones", "pair", PHONE, "--pin", "1234", "--name", "Recepção", input="s\n")

        assert bluez.agent_answers == ["1234"]
        assert Phone.objects.get().name == "Recepção"

    def test_pairing_again_does_not_add_it_again(self, recado: Recado, bluez: FakeBlueZ) -> None:
        bluez.add(FakeDevice())
        _bluetooth_phone()

        assert "já usa" in recado("phones", "pair", PHONE).stdout
        assert Phone.objects.count() == 1

    def test_a_name_that_is_taken_gives_way(self, recado: Recado, bluez: FakeBlueZ) -> None:
        bluez.add(FakeDevice(name="Um"))
        make_phone("Um")

        recado("phones", "pair", PHONE)

        assert Phone.objects.filter(name=f"Bluetooth {PHONE}").exists()

    def test_a_phone_that_cannot_send_is_not_added(self, recado: Recado, bluez: FakeBlueZ) -> None:
        bluez.add(FakeDevice(uuids=["0000110a-0000-1000-8000-00805f9b34fb"]))

        assert recado("phones", "pair", PHONE).exit_code == 1
        assert not Phone.objects.exists()

    @pytest.mark.parametrize("words", [("pair", "A4"), ("pair", PHONE, "--pin", "x" * 17), ("unpair", "A4")])
    def test_what_cannot_be_is_refused(self, recado: Recado, bluez: FakeBlueZ, words: tuple[str, ...]) -> None:
        assert recado("phones", *words).exit_code == 2

    def test_unpairing_says_which_phone_stays_in_the_list(self, recado: Recado, bluez: FakeBlueZ) -> None:
        bluez.add(FakeDevice())
        _bluetooth_phone()

        result = recado("phones", "unpair", PHONE)

        assert not bluez.devices
        assert "recado phones remove" in result.stdout
        assert recado("phones", "unpair", PHONE).exit_code == 1


def test_a_scan_shows_what_is_near(recado: Recado, bluez: FakeBlueZ) -> None:
    bluez.hidden = [FakeDevice(paired=False, rssi=-61)]

    output = recado("phones", "scan", "--seconds", "1").stdout

    assert f"{PHONE}  Aparelho de teste  -61 dBm  não" in output
    assert f"bluetooth:{PHONE}" in output


def test_without_bluetoothd_every_command_says_what_to_start(recado: Recado, bluez: FakeBlueZ) -> None:
    bluez.stop()

    result = recado("phones", "scan", "--seconds", "1")

    assert result.exit_code == 1
    assert "systemctl enable --now bluetooth" in result.stderr


@pytest.mark.django_db
class TestDoctor:
    def test_a_paired_phone_is_good(self, recado: Recado, bluez: FakeBlueZ) -> None:
        bluez.add(FakeDevice())
        _bluetooth_phone()

        assert "pareado por Bluetooth, com adaptador e permissão" in recado("doctor").stdout
        assert set(bluez.members()) == {"GetManagedObjects"}

    def test_what_is_missing_is_told_with_what_to_do(self, recado: Recado, bluez: FakeBlueZ) -> None:
        _bluetooth_phone()
        assert f"recado phones pair {PHONE}" in recado("doctor").stdout

        bluez.adapters["hci0"] = False
        assert "bluetoothctl power on" in recado("doctor").stdout


@pytest.mark.django_db
class TestAloneWithBluetooth:
    def test_a_terminal_waits_while_somebody_pairs_on_a_screen(self, recado: Recado, bluez: FakeBlueZ) -> None:
        bluez.add(FakeDevice(paired=False, pairing="confirm"))
        task = tasks.begin(Work.SCAN, actor="rui", now=timezone.now())

        result = recado("phones", "pair", PHONE, input="s\ns\n")

        assert result.exit_code == 1
        assert "rui está usando o Bluetooth agora" in result.stderr
        assert "Pair" not in bluez.members()
        tasks.cancel(task.pk, "rui", timezone.now())
        assert recado("phones", "pair", PHONE, input="s\ns\n").exit_code == 0

    def test_what_a_terminal_did_is_audited_and_lets_others_in(self, recado: Recado, bluez: FakeBlueZ) -> None:
        bluez.add(FakeDevice(paired=False, pairing="confirm"))
        assert recado("phones", "pair", PHONE, input="s\ns\n").exit_code == 0
        assert recado("phones", "unpair", PHONE).exit_code == 0
        assert recado("phones", "unpair", PHONE).exit_code == 1

        assert [entry.deed for entry in AuditEntry.objects.order_by("pk")] == [Deed.PHONE_PAIRED, Deed.PHONE_UNPAIRED]
        assert tasks.under_way(timezone.now()) is None
