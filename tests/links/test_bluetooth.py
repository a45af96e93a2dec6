"""The RFCOMM link against a BlueZ that does as it is told: every error in words, and a line that works."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from recado.gsm import EncodingPolicy, build_submit, segment
from recado.links.bluetooth.bus import Bus
from recado.links.bluetooth.rfcomm import Radio
from recado.links.link import BluetoothLink, LinkSyntaxError, parse_link
from recado.links.machine import Machine
from recado.modem.driver import Driver
from recado.modem.errors import LinkDown
from recado.modem.outcome import Accepted, Unknown
from tests.links.fake_bluez import DUN, MAS, PHONE, SPP, FakeBlueZ, FakeDevice, PrivateBus, emulated_phone

LINK = BluetoothLink(PHONE)
pytestmark = pytest.mark.skipif(not PrivateBus.available(), reason="needs dbus-daemon (apt install dbus)")


@pytest.fixture
def radio(bus: PrivateBus, tmp_path: Path) -> Iterator[Radio]:
    radio = Radio(Bus(lambda: bus.address), Machine(sysfs=tmp_path / "sys"))
    yield radio
    radio.bus.close()


def _refusal(radio: Radio) -> str:
    with pytest.raises(LinkDown) as caught:
        radio.open(LINK)
    assert caught.value.advice
    return f"{caught.value.reason} → {caught.value.advice}"


def test_the_phone_behind_the_line_sends(radio: Radio, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice())
    transport = radio.open(LINK)
    with emulated_phone(bluez.lines[0]) as phone:
        driver = Driver(transport)
        driver.start()
        part = segment("Sua solicitação foi atendida.", EncodingPolicy.FOLD).parts[0]
        assert isinstance(driver.send(build_submit(part, "+5511999990000")), Accepted)
        assert len(phone.on_air) == 1
        driver.close()


@pytest.mark.parametrize(("offered", "asked"), [([SPP, DUN], SPP), ([DUN], DUN), ([MAS, DUN], DUN)])
def test_serial_port_is_preferred_to_dial_up(radio: Radio, bluez: FakeBlueZ, offered: list[str], asked: str) -> None:
    bluez.add(FakeDevice(uuids=offered))
    radio.open(LINK).close()
    assert [body for _, member, body in bluez.calls if member == "ConnectProfile"] == [[asked]]


def test_dial_up_is_tried_where_the_serial_port_is_not_there_after_all(radio: Radio, bluez: FakeBlueZ) -> None:
    unavailable = ("org.bluez.Error.NotAvailable", "br-connection-profile-unavailable")
    bluez.add(FakeDevice(uuids=[SPP, DUN], answers=[unavailable, "line"]))
    radio.open(LINK).close()
    assert [body for _, member, body in bluez.calls if member == "ConnectProfile"] == [[SPP], [DUN]]


def test_an_unpaired_phone_is_never_connected(radio: Radio, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice(paired=False))
    assert "não está pareado com este computador. → Pareie com ele (Fila e aparelhos" in _refusal(radio)
    assert not {"ConnectProfile", "Pair", "Connect", "Set"} & set(bluez.members())


def test_an_unknown_phone_is_said_to_be_unknown(radio: Radio, bluez: FakeBlueZ) -> None:
    assert "é desconhecido deste computador" in _refusal(radio)


def test_a_blocked_phone_is_said_to_be_blocked(radio: Radio, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice(blocked=True))
    assert "bluetoothctl unblock" in _refusal(radio)


def test_a_phone_with_messages_only_is_told_from_one_with_nothing(radio: Radio, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice(uuids=[MAS]))
    assert f"map:{PHONE}" in _refusal(radio)


def test_a_phone_without_any_way_to_send_is_refused(radio: Radio, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice(uuids=[]))
    assert "não oferece porta serial nem modem" in _refusal(radio)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("org.bluez.Error.Failed", "br-connection-page-timeout", "fora de alcance ou desligado"),
        ("org.bluez.Error.Failed", "Host is down", "fora de alcance ou desligado"),
        ("org.bluez.Error.Failed", "br-connection-aborted-by-remote", "o pareamento se perdeu. → Pareie de novo"),
        ("org.bluez.Error.Failed", "br-connection-key-missing", "Pareie de novo"),
        ("org.bluez.Error.Failed", "br-connection-refused", "recusou a porta"),
        ("org.bluez.Error.AuthenticationFailed", "Authentication Failed", "recusou a ligação Bluetooth"),
        ("org.bluez.Error.NotAvailable", "br-connection-profile-unavailable", "não oferece agora o serviço"),
        ("org.bluez.Error.NotReady", "Resource Not Ready", "bluetoothctl power on"),
        ("org.freedesktop.DBus.Error.UnknownObject", "Method doesn't exist", "foi retirado"),
        ("org.freedesktop.DBus.Error.AccessDenied", "Rejected send message", "usermod -aG bluetooth"),
        ("org.freedesktop.DBus.Error.NoReply", "", "bluetoothd) não está em execução"),
        ("org.bluez.Error.Failed", "br-connection-lmp-protocol-error", "br-connection-lmp-protocol-error"),
    ],
)
def test_each_error_of_bluez_is_a_sentence_and_an_advice(
    radio: Radio, bluez: FakeBlueZ, name: str, text: str, said: str
) -> None:
    bluez.add(FakeDevice(answers=[(name, text)] * 2))
    assert said in _refusal(radio)


def test_a_connection_that_was_left_over_is_ended_and_made_anew(radio: Radio, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice(answers=[("org.bluez.Error.Failed", "br-connection-create-socket"), "line"]))
    radio.open(LINK).close()
    assert "DisconnectProfile" in bluez.members()


def test_a_connection_that_brings_no_line_is_tried_once_more_and_then_told(
    radio: Radio, bluez: FakeBlueZ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recado.links.bluetooth.profiles.HAND_OVER", 0.05)
    bluez.add(FakeDevice(answers=["nothing", "nothing"]))
    assert "não abriu a porta" in _refusal(radio)
    assert bluez.members().count("ConnectProfile") == 2


def test_a_daemon_that_ends_during_the_connection_is_told(radio: Radio, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice(answers=["vanish"]))
    assert "bluetoothd) não está em execução" in _refusal(radio)


def test_a_daemon_that_was_never_started_is_told(radio: Radio) -> None:
    assert "bluetoothd) não está em execução" in _refusal(radio)


def test_a_machine_without_a_message_bus_is_told(tmp_path: Path) -> None:
    radio = Radio(Bus(lambda: f"unix:path={tmp_path}/none"))
    assert "D-Bus) não está em execução" in _refusal(radio)
    radio.bus.close()


def test_what_the_bus_policy_forbids_is_told_with_the_group(tmp_path: Path) -> None:
    bus = PrivateBus(tmp_path, denied='<deny send_destination="org.bluez"/>')
    bus.start()
    bluez = FakeBlueZ(bus.address)
    bluez.start()
    radio = Radio(Bus(lambda: bus.address))
    assert "usermod -aG bluetooth" in _refusal(radio)
    radio.bus.close()
    bluez.close()
    bus.stop()


def test_a_profile_that_another_program_holds_is_told(radio: Radio, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice())
    bluez.register_error = ("org.bluez.Error.NotPermitted", "UUID already registered")
    assert "em uso" in _refusal(radio)


def test_no_adapter_is_told(radio: Radio, bluez: FakeBlueZ) -> None:
    bluez.adapters.clear()
    assert "não tem adaptador Bluetooth" in _refusal(radio)


def test_an_adapter_that_is_off_is_told(radio: Radio, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice())
    bluez.adapters["hci0"] = False
    assert "hci0 está desligado. → Ligue-o: bluetoothctl power on" in _refusal(radio)


@pytest.mark.parametrize(("kind", "said"), [("soft", "rfkill unblock bluetooth"), ("hard", "Ligue a chave")])
def test_a_blocked_radio_is_told(radio: Radio, bluez: FakeBlueZ, tmp_path: Path, kind: str, said: str) -> None:
    bluez.add(FakeDevice())
    bluez.adapters["hci0"] = False
    switch = tmp_path / "sys/class/rfkill/rfkill0"
    switch.mkdir(parents=True)
    for name, value in {"type": "bluetooth", "soft": "0", "hard": "0", kind: "1"}.items():
        (switch / name).write_text(value + "\n", encoding="ascii")
    assert said in _refusal(radio)


def test_of_two_adapters_the_one_where_the_phone_is_paired_is_used(radio: Radio, bluez: FakeBlueZ) -> None:
    bluez.adapters = {"hci0": True, "hci1": True}
    bluez.add(FakeDevice(adapter="hci0", paired=False))
    there = bluez.add(FakeDevice(adapter="hci1"))
    radio.open(LINK).close()
    assert [path for path, member, _ in bluez.calls if member == "ConnectProfile"] == [there.path]


def test_two_phones_share_one_adapter_and_one_registration(radio: Radio, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice())
    bluez.add(FakeDevice(address="A4:77:33:00:00:02"))
    first, second = radio.open(LINK), radio.open(BluetoothLink("A4:77:33:00:00:02"))
    bluez.lines[0].sendall(b"first")
    bluez.lines[1].sendall(b"second")
    assert (first.read(1), second.read(1)) == (b"first", b"second")
    assert bluez.members().count("RegisterProfile") == 1
    first.close()
    second.close()


def test_a_phone_that_is_open_is_not_opened_twice(radio: Radio, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice())
    transport = radio.open(LINK)
    assert "já está em uso" in _refusal(radio)
    transport.close()
    radio.open(LINK).close()


def test_closing_hangs_up_even_though_bluez_keeps_a_copy(radio: Radio, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice())
    transport = radio.open(LINK)
    transport.close()
    transport.close()
    bluez.lines[0].settimeout(2)
    assert bluez.lines[0].recv(10) == b""


def test_a_line_that_drops_is_link_down(radio: Radio, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice())
    transport = radio.open(LINK)
    bluez.lines[0].shutdown(socket.SHUT_RDWR)
    with pytest.raises(LinkDown, match="Bluetooth com o aparelho caiu"):
        transport.read(1)
    transport.close()


def test_a_request_to_disconnect_ends_the_line(radio: Radio, bluez: FakeBlueZ) -> None:
    device = bluez.add(FakeDevice())
    transport = radio.open(LINK)
    bluez.request_disconnection(device)
    with pytest.raises(LinkDown):
        transport.read(1)
    transport.close()
    radio.open(LINK).close()


def test_a_drop_after_the_message_was_handed_over_is_unknown(radio: Radio, bluez: FakeBlueZ) -> None:
    device = bluez.add(FakeDevice())
    transport = radio.open(LINK)
    with emulated_phone(bluez.lines[0]) as phone:
        driver = Driver(transport)
        driver.start()
        phone.faults.set_text("slow=30")
        part = segment("Texto", EncodingPolicy.FOLD).parts[0]

        def cut(step: object) -> None:
            if step == "submitted":
                bluez.request_disconnection(device)

        outcome = driver.send(build_submit(part, "+5511999990000"), on_step=cut)
    assert isinstance(outcome, Unknown)
    driver.close()


def test_a_line_that_nobody_asked_for_is_refused(radio: Radio, bluez: FakeBlueZ) -> None:
    device = bluez.add(FakeDevice())
    transport = radio.open(LINK)
    assert bluez.offer_line(device) == "org.bluez.Error.Rejected"
    transport.close()


def test_after_a_restart_of_the_daemon_the_profile_is_registered_again(radio: Radio, bluez: FakeBlueZ) -> None:
    bluez.add(FakeDevice())
    radio.open(LINK).close()
    bluez.stop()
    assert "bluetoothd) não está em execução" in _refusal(radio)
    bluez.start()
    radio.open(LINK).close()
    assert bluez.members().count("RegisterProfile") == 2


def test_after_a_restart_of_the_message_bus_the_line_opens_again(bus: PrivateBus, radio: Radio) -> None:
    first = FakeBlueZ(bus.address)
    first.start()
    first.add(FakeDevice())
    radio.open(LINK).close()
    bus.stop()
    first.close()
    bus.start()
    second = FakeBlueZ(bus.address)
    second.start()
    second.add(FakeDevice())
    limit = time.monotonic() + 60
    while True:
        try:
            radio.open(LINK).close()
            break
        except LinkDown:
            assert time.monotonic() < limit
    second.close()


@pytest.mark.parametrize("text", ["bluetooth:a4:77:33:00:00:01", " Bluetooth:A4:77:33:00:00:01 "])
def test_an_address_is_written_in_capitals(text: str) -> None:
    assert str(parse_link(text)) == f"bluetooth:{PHONE}"


@pytest.mark.parametrize(
    "text", ["bluetooth:", "bluetooth:00:11", "bluetooth:A4-77-33-00-00-01", f"bluetooth:{PHONE}:00"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(LinkSyntaxError, match="seis pares"):
        parse_link(text)


OTHER = "A4:77:33:00:00:02"


class TestSeveral:
    def test_two_phones_on_one_adapter_each_have_their_line(self, radio: Radio, bluez: FakeBlueZ) -> None:
        bluez.add(FakeDevice())
        bluez.add(FakeDevice(address=OTHER))
        first, second = radio.open(LINK), radio.open(BluetoothLink(OTHER))
        with emulated_phone(bluez.lines[0]) as one, emulated_phone(bluez.lines[1]) as other:
            for transport in (first, second):
                driver = Driver(transport)
                driver.start()
                part = segment("Sua solicitação foi atendida.", EncodingPolicy.FOLD).parts[0]
                assert isinstance(driver.send(build_submit(part, "+5511999990000")), Accepted)
                driver.close()
            assert (len(one.on_air), len(other.on_air)) == (1, 1)
        assert bluez.members().count("RegisterProfile") == 1

    def test_one_phone_that_drops_leaves_the_other_its_line(self, radio: Radio, bluez: FakeBlueZ) -> None:
        bluez.add(FakeDevice())
        bluez.add(FakeDevice(address=OTHER))
        first, second = radio.open(LINK), radio.open(BluetoothLink(OTHER))
        bluez.lines[0].close()
        with emulated_phone(bluez.lines[1]) as other:
            driver = Driver(second)
            driver.start()
            driver.close()
        assert other is not None
        first.close()
        # The one that dropped may be called again at once.
        radio.open(LINK).close()

    def test_of_two_bonds_the_one_on_an_adapter_that_is_on_is_used(self, radio: Radio, bluez: FakeBlueZ) -> None:
        bluez.adapters = {"hci0": False, "hci1": True}
        bluez.add(FakeDevice())
        awake = bluez.add(FakeDevice(adapter="hci1"))
        radio.open(LINK).close()
        assert [path for path, member, _ in bluez.calls if member == "ConnectProfile"] == [awake.path]

    def test_the_link_may_name_the_adapter(self, radio: Radio, bluez: FakeBlueZ) -> None:
        bluez.adapters = {"hci0": True, "hci1": True}
        bluez.add(FakeDevice())
        named = bluez.add(FakeDevice(adapter="hci1"))
        radio.open(BluetoothLink(PHONE, "hci1")).close()
        assert [path for path, member, _ in bluez.calls if member == "ConnectProfile"] == [named.path]

    @pytest.mark.parametrize(
        ("name", "said"),
        [("hci7", "não tem agora o adaptador Bluetooth hci7"), ("hci1", "pareado por outro adaptador")],
    )
    def test_a_named_adapter_that_cannot_serve_is_told(
        self, radio: Radio, bluez: FakeBlueZ, name: str, said: str
    ) -> None:
        bluez.adapters = {"hci0": True, "hci1": True}
        bluez.add(FakeDevice())
        with pytest.raises(LinkDown, match=said) as caught:
            radio.open(BluetoothLink(PHONE, name))
        assert caught.value.advice
        assert "ConnectProfile" not in bluez.members()

    @pytest.mark.parametrize("text", [f"bluetooth:{PHONE}", f"bluetooth:{PHONE}?adapter=hci1"])
    def test_a_link_is_written_as_it_is_read(self, text: str) -> None:
        assert str(parse_link(text)) == text

    @pytest.mark.parametrize("option", ["?", "?adapter=", "?adapter=eth0", "?baud=9600", "?adapter=hci1&x=1"])
    def test_an_option_that_is_none_is_refused(self, option: str) -> None:
        with pytest.raises(LinkSyntaxError, match="adapter"):
            parse_link(f"bluetooth:{PHONE}{option}")
