"""USB modems by their identity: found wherever they are, on the tty that answers."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from recado.emulator.serve import running
from recado.links import LinkDown, SerialLink, UsbLink, open_link
from recado.links.finding import ATTEMPTS, PATIENCE, open_usb
from recado.links.link import Flow
from recado.modem.condition import PhoneCondition
from recado.modem.driver import Driver
from recado.modem.transport import Transport
from tests.modem.fake import OK, FakeClock, FakePhone

from .sysfs import FakeMachine

EC25 = {"ttyUSB0": 0, "ttyUSB1": 1, "ttyUSB2": 2, "ttyUSB3": 3}


@pytest.fixture
def fake(tmp_path: Path) -> FakeMachine:
    return FakeMachine(tmp_path)


@dataclass
class Bench:
    """Opens fake phones in the place of ttys; ``answering`` are the names of those that speak AT."""

    fake: FakeMachine
    answering: tuple[str, ...] = ()
    refusing: tuple[str, ...] = ()
    clock: FakeClock = field(default_factory=FakeClock)
    opened: list[SerialLink] = field(default_factory=list)
    lines: list[FakePhone] = field(default_factory=list)

    def open(self, link: UsbLink) -> Transport:
        return open_usb(link, self.fake.machine, self._open, self.clock)

    def names(self) -> list[str]:
        return [Path(link.path).name for link in self.opened]

    def _open(self, link: SerialLink) -> Transport:
        self.opened.append(link)
        name = Path(link.path).name
        if name in self.refusing:
            raise LinkDown(f"Sem permissão para abrir {name}.")
        answer = OK if name in self.answering else b"\r\n$GPGGA,,,,,0,,,,,,,,*66\r\n"
        phone = FakePhone(self.clock, answers={"AT": answer}, name=name)
        self.lines.append(phone)
        return phone


@pytest.mark.parametrize(
    ("vid", "pid", "ttys", "order"),
    [
        ("2c7c", "0125", EC25, ["ttyUSB2", "ttyUSB3"]),
        ("1e0e", "9001", EC25, ["ttyUSB2", "ttyUSB3", "ttyUSB0", "ttyUSB1"]),
        ("1e0e", "9011", {"ttyUSB0": 2, "ttyUSB1": 3, "ttyUSB2": 4, "ttyUSB3": 5}, ["ttyUSB2", "ttyUSB3", "ttyUSB1"]),
        ("19d2", "0031", EC25, ["ttyUSB3", "ttyUSB1", "ttyUSB0", "ttyUSB2"]),
        ("1546", "1102", {"ttyACM0": 0, "ttyACM1": 2}, ["ttyACM0", "ttyACM1"]),
        ("1234", "5678", {"ttyACM1": 0, "ttyACM0": 2}, ["ttyACM1", "ttyACM0"]),
    ],
)
def test_the_ports_of_a_modem_are_asked_in_the_order_known_of_its_kind(
    fake: FakeMachine, vid: str, pid: str, ttys: dict[str, int], order: list[str]
) -> None:
    fake.plug("1-2", vid, pid, ttys)
    bench = Bench(fake)
    with pytest.raises(LinkDown) as caught:
        bench.open(UsbLink(vid, pid))
    assert bench.names() == order
    assert caught.value.condition is PhoneCondition.SILENT
    assert all(phone.closed for phone in bench.lines)


def test_a_huawei_is_asked_first_where_its_protocol_says_at(fake: FakeMachine) -> None:
    fake.plug("1-2", "12d1", "1001", {"ttyUSB0": 0, "ttyUSB1": 1, "ttyUSB2": 2}, protocols={0: "01", 2: "02"})
    bench = Bench(fake, answering=("ttyUSB2", "ttyUSB0"))
    bench.open(UsbLink("12d1", "1001"))
    assert bench.names() == ["ttyUSB2"]


def test_the_first_port_that_answers_is_kept_and_bears_the_name_asked_for(fake: FakeMachine) -> None:
    fake.plug("1-2", "2c7c", "0125", EC25, serial="ABC1")
    bench = Bench(fake, answering=("ttyUSB3",))
    line = bench.open(UsbLink("2c7c", "0125", "ABC1", 9600, Flow.RTSCTS))
    assert bench.names() == ["ttyUSB2", "ttyUSB3"]
    assert [phone.closed for phone in bench.lines] == [True, False]
    assert line.name == "usb:2c7c:0125:ABC1?baud=9600&flow=rtscts"
    assert bench.opened[0].baud == 9600
    assert bench.opened[0].flow is Flow.RTSCTS


def test_a_mute_port_costs_little_time_and_no_ctrl_z(fake: FakeMachine) -> None:
    fake.plug("1-2", "2c7c", "0125", EC25)
    bench = Bench(fake, answering=("ttyUSB3",))
    begun = bench.clock.now
    bench.open(UsbLink("2c7c", "0125"))
    assert bench.clock.now - begun <= ATTEMPTS * PATIENCE + 0.1
    assert all(b"\x1a" not in phone.written for phone in bench.lines)


def test_a_modem_with_one_port_is_not_asked_twice(fake: FakeMachine) -> None:
    fake.plug("1-2", "1234", "5678", {"ttyACM0": 0})
    bench = Bench(fake)
    bench.open(UsbLink("1234", "5678"))
    assert not bench.lines[0].written


def test_a_port_that_may_not_be_opened_is_passed_over_and_told_when_none_answers(fake: FakeMachine) -> None:
    fake.plug("1-2", "2c7c", "0125", EC25)
    assert Bench(fake, answering=("ttyUSB3",), refusing=("ttyUSB2",)).open(UsbLink("2c7c", "0125"))
    with pytest.raises(LinkDown, match="Sem permissão"):
        Bench(fake, refusing=("ttyUSB2", "ttyUSB3")).open(UsbLink("2c7c", "0125"))


def test_a_modem_plugged_in_again_is_found_under_its_new_names(fake: FakeMachine) -> None:
    bench = Bench(fake, answering=("ttyUSB2", "ttyUSB7"))
    fake.plug("1-2", "2c7c", "0125", EC25, serial="ABC1")
    bench.open(UsbLink("2c7c", "0125", "ABC1"))
    fake.unplug("1-2")
    with pytest.raises(LinkDown, match="não está ligado"):
        bench.open(UsbLink("2c7c", "0125", "ABC1"))
    fake.plug("1-4", "2c7c", "0125", {f"ttyUSB{5 + number}": number for number in range(4)}, serial="ABC1")
    bench.open(UsbLink("2c7c", "0125", "ABC1"))
    assert bench.names() == ["ttyUSB2", "ttyUSB7"]


def test_of_two_alike_the_serial_number_chooses(fake: FakeMachine) -> None:
    fake.plug("1-2", "1234", "5678", {"ttyACM0": 0}, serial="UM")
    fake.plug("1-3", "1234", "5678", {"ttyACM1": 0}, serial="DOIS")
    bench = Bench(fake)
    bench.open(UsbLink("1234", "5678", "DOIS"))
    assert bench.names() == ["ttyACM1"]
    with pytest.raises(LinkDown, match="Há 2 aparelhos") as caught:
        bench.open(UsbLink("1234", "5678"))
    assert "usb:1234:5678:DOIS, usb:1234:5678:UM" in caught.value.advice


def test_twins_without_serial_numbers_are_told_apart_by_their_socket(fake: FakeMachine) -> None:
    fake.plug("1-2", "1234", "5678", {"ttyACM0": 0})
    fake.plug("1-3", "1234", "5678", {"ttyACM1": 0})
    with pytest.raises(LinkDown) as caught:
        Bench(fake).open(UsbLink("1234", "5678"))
    assert "by-path" in caught.value.advice


def test_another_of_the_same_kind_is_named_when_the_one_asked_for_is_not_there(fake: FakeMachine) -> None:
    fake.plug("1-2", "1234", "5678", {"ttyACM0": 0}, serial="UM")
    with pytest.raises(LinkDown, match="de série DOIS não está ligado") as caught:
        Bench(fake).open(UsbLink("1234", "5678", "DOIS"))
    assert "UM" in caught.value.advice


def test_a_stick_in_disk_or_network_mode_is_told_from_one_that_is_not_there(fake: FakeMachine) -> None:
    fake.plug("1-2", "12d1", "14dc", {})
    with pytest.raises(LinkDown, match="não oferece porta de comandos AT") as caught:
        Bench(fake).open(UsbLink("12d1", "14dc"))
    assert "HiLink" in caught.value.advice
    with pytest.raises(LinkDown, match="não está ligado a este computador"):
        Bench(fake).open(UsbLink("12d1", "1001"))


def test_a_machine_without_usb_has_no_modem(tmp_path: Path) -> None:
    bench = Bench(FakeMachine(tmp_path))
    with pytest.raises(LinkDown, match="não está ligado"):
        bench.open(UsbLink("2c7c", "0125"))


def test_a_real_line_comes_back_under_another_tty(tmp_path: Path) -> None:
    fake = FakeMachine(tmp_path / "machine")
    with running(tmp_path) as emulator:

        def plug(mute: str, speaking: str) -> None:
            fake.plug("1-2", "2c7c", "0125", {mute: 3, speaking: 2}, serial="ABC1")
            (fake.machine.dev / speaking).unlink()
            (fake.machine.dev / speaking).symlink_to(tmp_path / "phone")

        plug("ttyUSB1", "ttyUSB0")
        line = open_link("usb:2c7c:0125:ABC1", fake.machine)
        assert Driver(line).start().imei
        fake.unplug("1-2")
        emulator.control.unplug()
        with pytest.raises(LinkDown):
            line.read(5.0)
        line.close()
        emulator.control.plug()
        plug("ttyUSB5", "ttyUSB4")
        again = open_link("usb:2c7c:0125:ABC1", fake.machine)
        assert Driver(again).start().imei
        again.close()
