"""What is plugged in, who holds it, and what to write down for it."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from recado.links import Holder, SerialLink, describe_devices
from recado.links.holders import holder_of, is_running
from recado.links.machine import THIS_MACHINE, Machine
from recado.links.refusals import explain_refusal, ignore_rule
from recado.modem.errors import LinkDown

from .sysfs import FakeMachine

BUSY = OSError(errno.EBUSY, "busy")


@pytest.fixture
def fake(tmp_path: Path) -> FakeMachine:
    return FakeMachine(tmp_path)


def refusal(fake: FakeMachine, tty: str = "ttyUSB2") -> LinkDown:
    return explain_refusal(SerialLink(str(fake.machine.dev / tty)), BUSY, fake.machine)


def test_each_tty_is_described_and_the_link_to_write_down_is_suggested(fake: FakeMachine) -> None:
    fake.plug("1-2", "2c7c", "0125", {"ttyUSB0": 0, "ttyUSB2": 2}, serial="ABC1", product="EC25")
    fake.plug("1-3", "1234", "5678", {"ttyACM0": 0})
    acm, diagnostics, at = describe_devices(fake.machine)
    assert (at.vid, at.pid, at.serial, at.product) == ("2c7c", "0125", "ABC1", "EC25")
    assert (at.likely_at, diagnostics.likely_at, acm.likely_at) == (True, False, True)
    assert at.link == diagnostics.link == "usb:2c7c:0125:ABC1"
    assert acm.link == "usb:1234:5678"
    assert at.accessible
    assert at.group
    assert at.held_by is None


@pytest.mark.parametrize("serial", ["0123456789", None])
def test_twins_are_named_by_their_socket(fake: FakeMachine, serial: str | None) -> None:
    fake.plug("1-2", "1234", "5678", {"ttyACM0": 0}, serial=serial)
    fake.plug("1-3", "1234", "5678", {"ttyACM1": 0}, serial=serial)
    by_path = fake.machine.dev / "serial/by-path"
    by_path.mkdir(parents=True)
    (by_path / "pci-usb-0:2:1.0").symlink_to(fake.machine.dev / "ttyACM0")
    first, second = describe_devices(fake.machine)
    assert first.link == f"serial:{by_path}/pci-usb-0:2:1.0"
    assert second.link == f"serial:{fake.machine.dev}/ttyACM1"


def test_a_serial_number_that_cannot_be_written_is_left_out(fake: FakeMachine) -> None:
    fake.plug("1-2", "1234", "5678", {"ttyACM0": 0}, serial="um dois?")
    (only,) = describe_devices(fake.machine)
    assert only.link == "usb:1234:5678"


def test_serial_ports_without_hardware_are_left_out(fake: FakeMachine) -> None:
    for name, kind in (("ttyS0", "4"), ("ttyS1", "0")):
        (fake.machine.sysfs / "class/tty" / name).mkdir()
        (fake.machine.sysfs / "class/tty" / name / "type").write_text(kind)
    (only,) = describe_devices(fake.machine)
    assert only.link == f"serial:{fake.machine.dev}/ttyS0"
    assert not only.accessible


def test_a_machine_that_shows_nothing_has_no_devices(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert describe_devices(Machine(nowhere, nowhere, nowhere)) == []


def test_this_machine_can_be_described() -> None:
    assert all(device.path.startswith("/dev/") for device in describe_devices(THIS_MACHINE))


def test_the_program_that_has_the_device_open_is_named(fake: FakeMachine) -> None:
    fake.plug("1-2", "2c7c", "0125", {"ttyUSB2": 2})
    fake.run(4321, "minicom", fake.machine.dev / "ttyUSB2")
    assert describe_devices(fake.machine)[0].held_by == Holder(4321, "minicom")
    down = refusal(fake)
    assert "em uso por outro programa: minicom (processo 4321)" in down.reason
    assert "fuser" in down.advice


def test_modem_manager_is_explained_with_the_rule_to_write(fake: FakeMachine) -> None:
    fake.plug("1-2", "2c7c", "0125", {"ttyUSB2": 2})
    fake.run(99, "ModemManager", fake.machine.dev / "ttyUSB2")
    down = refusal(fake)
    assert "ModemManager" in down.reason
    assert "provavelmente" not in down.reason
    rule = 'ATTRS{idVendor}=="2c7c", ATTRS{idProduct}=="0125", ENV{ID_MM_DEVICE_IGNORE}="1"'
    assert ignore_rule("2c7c", "0125") == rule
    assert rule in down.advice
    assert "/etc/udev/rules.d/" in down.advice
    assert len(down.advice) <= 500


def test_modem_manager_running_as_another_user_is_the_likely_holder(fake: FakeMachine) -> None:
    fake.plug("1-2", "2c7c", "0125", {"ttyUSB2": 2})
    fake.run(99, "ModemManager")
    assert is_running("ModemManager", fake.machine)
    assert "provavelmente o ModemManager" in refusal(fake).reason


def test_a_holder_that_nobody_can_see_is_told_without_a_name(fake: FakeMachine) -> None:
    fake.plug("1-2", "2c7c", "0125", {"ttyUSB2": 2})
    assert refusal(fake).reason.endswith("está em uso por outro programa.")


def test_a_lock_betrays_the_holder_whose_files_are_hidden(fake: FakeMachine) -> None:
    fake.plug("1-2", "2c7c", "0125", {"ttyUSB2": 2})
    device = fake.machine.dev / "ttyUSB2"
    status = device.stat()
    place = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    (fake.machine.proc / "locks").write_text(
        f"1: POSIX  ADVISORY  READ 7 00:05:1 0 EOF\nbroken\n2: FLOCK  ADVISORY  WRITE 4321 {place} 0 EOF\n"
    )
    fake.run(4321, "outro-gateway")
    assert holder_of(device, fake.machine) == Holder(4321, "outro-gateway")


def test_the_kernels_own_lock_table_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "file"
    script = "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, 2); print('locked', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        holder = holder_of(path, THIS_MACHINE)
        other.communicate("\n")
    assert holder is not None
    assert holder.pid == other.pid
