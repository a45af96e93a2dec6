"""`recado phones probe map:…` and what `recado doctor` says of obexd."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recado.cli import phone_checks, probe
from recado.links.bluetooth.bus import Bus
from recado.links.bluetooth.map_phone import MapRadio
from recado.links.bluetooth.obex import Programs
from recado.links.machine import Machine
from tests.cli.conftest import Recado
from tests.links.fake_bluez import MAS, PHONE, FakeBlueZ, FakeDevice, PrivateBus
from tests.links.fake_obex import FAILED, FakeObexd
from tests.links.test_map import ObexOnTestsBus

pytestmark = pytest.mark.skipif(not PrivateBus.available(), reason="needs dbus-daemon (apt install dbus)")


@pytest.fixture
def obexd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeObexd]:
    bus = PrivateBus(tmp_path)
    bus.start()
    bluez, obexd = FakeBlueZ(bus.address), FakeObexd(bus.address)
    bluez.start()
    obexd.start()
    bluez.add(FakeDevice(uuids=[MAS], name="Celular da recepção"))

    def radio() -> MapRadio:
        return MapRadio(ObexOnTestsBus(bus.address, tmp_path), Bus(lambda: bus.address), Machine(sysfs=tmp_path))

    monkeypatch.setattr(probe, "MapRadio", radio)
    yield obexd
    obexd.close()
    bluez.close()
    bus.stop()


def test_a_phone_that_lets_its_messages_be_used_is_ready(recado: Recado, obexd: FakeObexd) -> None:
    result = recado("phones", "probe", f"map:{PHONE}")
    assert result.exit_code == 0, result.output
    assert "Celular da recepção" in result.stdout
    assert "Pronto para enviar." in result.stdout
    assert obexd.pushed == []


def test_one_that_does_not_says_what_to_allow(recado: Recado, obexd: FakeObexd) -> None:
    obexd.behaviour.session_error = (FAILED, "OBEX Connect failed with 0x43")
    result = recado("phones", "probe", f"map:{PHONE}")
    assert result.exit_code == 1
    assert "permita o acesso a mensagens" in result.output


@pytest.mark.parametrize(
    ("programs", "words"),
    [
        (Programs("/usr/bin/dbus-daemon", None), "sudo apt install bluez-obexd"),
        (Programs(None, "/usr/libexec/bluetooth/obexd"), "sudo apt install dbus"),
        (Programs("/usr/bin/dbus-daemon", "/usr/libexec/bluetooth/obexd"), "obexd presente"),
    ],
)
def test_doctor_names_the_package_that_is_missing(programs: Programs, words: str) -> None:
    finding = phone_checks.check_obexd("Aparelho “Celular”", programs)
    assert words in f"{finding}"
