"""Phones by MAP against an obexd that does as it is told: every end of a push, every error in words."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from recado.links.bluetooth import map_phone
from recado.links.bluetooth.bus import Bus
from recado.links.bluetooth.map_events import MessageCame, MessageTold, Word
from recado.links.bluetooth.map_phone import MapPhone, MapRadio
from recado.links.bluetooth.obex import Obex
from recado.links.link import MapLink, parse_link
from recado.links.machine import Machine
from recado.modem.condition import PhoneCondition
from recado.modem.errors import LinkDown
from recado.modem.outcome import HandedOver, PhoneDown, Rejected, SendStep, Unknown
from tests.links.fake_bluez import MAS, PHONE, SPP, FakeBlueZ, FakeDevice, PrivateBus
from tests.links.fake_obex import FAILED, FakeObexd

LINK = MapLink(PHONE)
NUMBER = "+5581900000012"
TEXT = "Companhia Exemplo de Água: protocolo 20261000000012."
pytestmark = pytest.mark.skipif(not PrivateBus.available(), reason="needs dbus-daemon (apt install dbus)")


class ObexOnTestsBus(Obex):
    """No keeper: the fake is on the bus already."""

    def __init__(self, address: str, folder: Path) -> None:
        super().__init__()
        self._test_address = address
        (folder / "messages").mkdir()
        self._folder = folder

    def _address(self) -> str:
        return self._test_address


@pytest.fixture
def obexd(bus: PrivateBus) -> Iterator[FakeObexd]:
    obexd = FakeObexd(bus.address)
    obexd.start()
    yield obexd
    obexd.close()


@pytest.fixture
def device(bluez: FakeBlueZ) -> FakeDevice:
    return bluez.add(FakeDevice(uuids=[MAS]))


@pytest.fixture
def radio(bus: PrivateBus, obexd: FakeObexd, device: FakeDevice, tmp_path: Path) -> Iterator[MapRadio]:
    radio = MapRadio(ObexOnTestsBus(bus.address, tmp_path), Bus(lambda: bus.address), Machine(sysfs=tmp_path / "sys"))
    yield radio
    radio.close()


@pytest.fixture
def phone(radio: MapRadio) -> Iterator[MapPhone]:
    phone = radio.open(LINK)
    yield phone
    phone.close()


def ignore(step: SendStep) -> None:
    """Nobody asks."""


def wait_for(phone: MapPhone) -> object:
    events = phone.wait(60.0)
    assert events, "nothing was told"
    return events[0]


def test_a_map_link_is_read_and_written_back() -> None:
    assert parse_link(f"map:{PHONE.lower()}") == LINK
    assert str(LINK) == f"map:{PHONE}"


def test_a_text_is_handed_over_whole_and_no_file_is_left(phone: MapPhone, obexd: FakeObexd, tmp_path: Path) -> None:
    steps: list[SendStep] = []
    long = TEXT * 20
    assert phone.push(NUMBER, long, steps.append) == HandedOver()
    (message,) = obexd.pushed
    assert (message.text, message.recipients[0].number) == (long, NUMBER)
    assert steps == [SendStep.COMMAND, SendStep.PDU, SendStep.SUBMITTED, SendStep.ANSWERED]
    assert list((tmp_path / "messages").iterdir()) == []


def test_the_charset_is_said_for_android_refuses_without(phone: MapPhone, obexd: FakeObexd) -> None:
    phone.push(NUMBER, TEXT, ignore)
    _, folder, options = next(body for member, body in obexd.calls if member == "PushMessage")
    assert (folder, options["Charset"].value) == ("outbox", "utf8")
    assert ("SetFolder", ["/telecom/msg"]) in obexd.calls


def test_the_session_is_made_on_the_adapter_that_has_the_bond(phone: MapPhone, obexd: FakeObexd) -> None:
    address, options = next(body for member, body in obexd.calls if member == "CreateSession")
    assert (address, options["Target"].value, options["Source"].value) == (PHONE, "map", "00:AA:01:00:00:00")


def test_a_phone_that_refuses_a_text_has_not_sent_it(phone: MapPhone, obexd: FakeObexd) -> None:
    obexd.behaviour.push_ends = "error"
    outcome = phone.push(NUMBER, TEXT, ignore)
    assert isinstance(outcome, Rejected)
    assert outcome.verdict == "phone"
    obexd.behaviour.push_ends = "complete"
    assert phone.push(NUMBER, TEXT, ignore) == HandedOver()


@pytest.mark.parametrize("end", ["vanish", "taken_then_vanish", "die"])
def test_a_push_whose_end_was_not_seen_is_unknown(phone: MapPhone, obexd: FakeObexd, end: str) -> None:
    obexd.behaviour.push_ends = end
    assert isinstance(phone.push(NUMBER, TEXT, ignore), Unknown)
    with pytest.raises(LinkDown):
        phone.wait(0.1)


def test_an_error_that_comes_with_the_loss_of_the_phone_is_unknown(phone: MapPhone, obexd: FakeObexd) -> None:
    obexd.behaviour.push_ends = "error"
    obexd.behaviour.folder_errors = [(FAILED, "The transport is not connected")]
    assert isinstance(phone.push(NUMBER, TEXT, ignore), Unknown)


def test_an_error_long_after_the_push_is_obexds_patience_and_unknown(
    phone: MapPhone, obexd: FakeObexd, monkeypatch: pytest.MonkeyPatch
) -> None:
    obexd.behaviour.push_ends = "error"
    monkeypatch.setattr(map_phone, "REFUSAL_TIME", 0.0)
    assert isinstance(phone.push(NUMBER, TEXT, ignore), Unknown)


def test_a_push_without_an_end_in_time_is_unknown(radio: MapRadio, obexd: FakeObexd) -> None:
    phone = radio.open(LINK, send_timeout=0.2)
    obexd.behaviour.push_ends = "silence"
    outcome = phone.push(NUMBER, TEXT, ignore)
    assert isinstance(outcome, Unknown)
    assert "a tempo" in outcome.reason
    phone.close()


def test_a_push_that_obexd_refuses_to_begin_never_left(phone: MapPhone, obexd: FakeObexd, tmp_path: Path) -> None:
    obexd.behaviour.push_error = (FAILED, "The transport is not connected")
    outcome = phone.push(NUMBER, TEXT, ignore)
    assert isinstance(outcome, PhoneDown)
    assert outcome.condition == PhoneCondition.DISCONNECTED
    assert list((tmp_path / "messages").iterdir()) == []


def test_a_phone_that_is_gone_before_the_push_never_got_it(phone: MapPhone, obexd: FakeObexd) -> None:
    obexd.drop()
    obexd.behaviour.push_error = (FAILED, "The transport is not connected")
    assert isinstance(phone.push(NUMBER, TEXT, ignore), PhoneDown)
    assert obexd.pushed == []
    with pytest.raises(LinkDown, match="caiu"):
        phone.wait(0.1)


def test_who_is_told_of_the_steps_can_stop_before_the_push(phone: MapPhone, obexd: FakeObexd, tmp_path: Path) -> None:
    def stop(step: SendStep) -> None:
        if step is SendStep.SUBMITTED:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        phone.push(NUMBER, TEXT, stop)
    assert "PushMessage" not in obexd.members()
    assert list((tmp_path / "messages").iterdir()) == []


def test_a_text_that_no_bmessage_holds_is_our_fault(phone: MapPhone) -> None:
    outcome = phone.push(NUMBER, "a\0b", ignore)
    assert isinstance(outcome, Rejected)
    assert outcome.verdict == "ours"


def test_what_was_pushed_is_found_by_listing_and_its_fate_is_told(phone: MapPhone, obexd: FakeObexd) -> None:
    obexd.behaviour.moves_to = "outbox"
    phone.push(NUMBER, TEXT, ignore)
    assert phone.list_folder("sent") == ()
    (listed,) = phone.list_folder("outbox")
    assert (listed.number, listed.sent) == (NUMBER, False)
    assert TEXT.startswith(listed.subject)
    obexd.told(int(listed.handle), "sending-success")
    assert wait_for(phone) == MessageTold(listed.handle, Word.SENT)
    obexd.told(int(listed.handle), "delivery-success")
    assert wait_for(phone) == MessageTold(listed.handle, Word.DELIVERED)


def test_a_message_that_comes_in_is_told_and_fetched(phone: MapPhone, obexd: FakeObexd, tmp_path: Path) -> None:
    came = obexd.comes_in(NUMBER, "Não quero END:MSGs mais")
    assert wait_for(phone) == MessageCame(str(came.handle))
    received = phone.fetch(str(came.handle))
    assert received is not None
    assert (received.number, received.text, received.is_sms) == (NUMBER, "Não quero END:MSGs mais", True)
    assert list((tmp_path / "messages").iterdir()) == []


def test_a_message_that_the_phone_does_not_give_is_none(phone: MapPhone, obexd: FakeObexd) -> None:
    came = obexd.comes_in(NUMBER, "Oi")
    obexd.behaviour.get_ends = "error"
    assert phone.fetch(str(came.handle)) is None


def test_a_sleeping_worker_is_woken_by_the_phone_and_by_its_own_bell(phone: MapPhone, obexd: FakeObexd) -> None:
    threading.Timer(0.2, lambda: obexd.comes_in(NUMBER, "Oi")).start()
    assert phone.wait(10.0)
    read, write = os.pipe()
    os.write(write, b"x")
    assert phone.wait(10.0, read) == ()
    os.close(read)
    os.close(write)


def test_one_phone_is_opened_once(radio: MapRadio, phone: MapPhone) -> None:
    with pytest.raises(LinkDown, match="em uso"):
        radio.open(LINK)
    phone.close()
    radio.open(LINK).close()


@pytest.mark.parametrize(
    ("error", "connected", "words", "advice"),
    [
        ((FAILED, "Unable to find service record"), False, "fora de alcance", "ligado"),
        ((FAILED, "Unable to find service record"), True, "não oferece agora o acesso a mensagens", "desbloqueado"),
        ((FAILED, "Host is down (112)"), False, "fora de alcance", "ligado"),
        ((FAILED, "Connection timed out (110)"), False, "fora de alcance", "ligado"),
        ((FAILED, "Connection refused (111)"), True, "recusou", "permita"),
        ((FAILED, "OBEX Connect failed with 0x43"), True, "não dá a este computador acesso", "permita"),
        ((FAILED, "OBEX Connect failed with 0xc1"), True, "não dá a este computador acesso", "permita"),
        ((FAILED, "OBEX Connect failed with 0x53"), True, "não atende agora", "desbloqueado"),
        ((FAILED, "Timed out waiting for response"), True, "não respondeu a tempo", "aceite"),
        ((FAILED, "Permission denied (13)"), True, "não reconhece mais este computador", "unpair"),
        ((FAILED, "Invalid exchange (52)"), True, "não reconhece mais este computador", "unpair"),
        ((FAILED, "The transport is not connected"), True, "caiu", "sozinho"),
        ((FAILED, "Something new"), True, "falhou (Something new)", "permita"),
        (("org.bluez.obex.Error.NotAuthorized", ""), True, "não dá a este computador acesso", "permita"),
        (("org.bluez.obex.Error.InvalidArguments", ""), True, "antigo demais", "bluez-obexd"),
        (("org.freedesktop.DBus.Error.NoReply", ""), True, "parou", "sozinho"),
    ],
)
def test_each_error_is_said_in_words_with_what_to_do(
    radio: MapRadio,
    obexd: FakeObexd,
    device: FakeDevice,
    error: tuple[str, str],
    connected: bool,
    words: str,
    advice: str,
) -> None:
    obexd.behaviour.session_error = error
    device.connected = connected
    with pytest.raises(LinkDown) as raised:
        radio.open(LINK)
    assert words in raised.value.reason
    assert advice in raised.value.advice


def test_a_phone_without_access_to_messages_says_so_and_is_not_connected(
    radio: MapRadio, obexd: FakeObexd, device: FakeDevice
) -> None:
    device.uuids = [SPP]
    with pytest.raises(LinkDown) as raised:
        radio.open(LINK)
    assert "não oferece acesso a mensagens" in raised.value.reason
    assert f"bluetooth:{PHONE}" in raised.value.advice
    assert obexd.calls == []


@pytest.mark.parametrize("state", ["unpaired", "unknown"])
def test_a_phone_that_nobody_paired_is_never_connected(
    radio: MapRadio, bluez: FakeBlueZ, obexd: FakeObexd, device: FakeDevice, state: str
) -> None:
    if state == "unknown":
        bluez.devices.clear()
    device.paired = False
    with pytest.raises(LinkDown, match=r"pareado|desconhecido"):
        radio.open(LINK)
    assert obexd.calls == []


def test_a_phone_is_reached_again_after_obexd_was_lost(radio: MapRadio, obexd: FakeObexd) -> None:
    phone = radio.open(LINK)
    obexd.stop()
    assert isinstance(phone.push(NUMBER, TEXT, ignore), PhoneDown | Unknown)
    phone.close()
    obexd.start()
    again = radio.open(LINK)
    assert again.push(NUMBER, TEXT, ignore) == HandedOver()
    again.close()
