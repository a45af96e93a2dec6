"""Serial lines, on real pseudo-terminals."""

import errno
import grp
import logging
import os
import pty
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from recado.links import LinkDown, SerialLink, open_link
from recado.links.machine import THIS_MACHINE
from recado.links.refusals import explain_refusal
from recado.modem.condition import PhoneCondition
from recado.modem.transport import Transport


class Terminal:
    """A pseudo-terminal under a symlink, as the emulator offers it."""

    def __init__(self, folder: Path) -> None:
        self.master, slave = pty.openpty()
        self.path = folder / "phone"
        self.path.symlink_to(os.ttyname(slave))
        os.close(slave)

    def hang_up(self) -> None:
        if self.master >= 0:
            os.close(self.master)
            self.master = -1


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.hang_up()


@pytest.fixture
def line(terminal: Terminal) -> Iterator[Transport]:
    line = open_link(f"serial:{terminal.path}")
    yield line
    line.close()


def test_bytes_go_both_ways_unchanged(terminal: Terminal, line: Transport) -> None:
    everything = bytes(range(256))
    line.write(everything)
    assert os.read(terminal.master, 512) == everything
    os.write(terminal.master, everything)
    assert line.read(1.0) == everything


def test_a_read_ends_with_nothing_when_the_time_is_up(line: Transport) -> None:
    assert line.read(0.0) == b""


def test_a_readable_descriptor_ends_the_wait(line: Transport) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"x")
    assert line.read(60.0, wake=reader) == b""
    os.close(reader)
    os.close(writer)


def test_bytes_come_before_the_bell(terminal: Terminal, line: Transport) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"x")
    os.write(terminal.master, b"OK\r\n")
    assert line.read(60.0, wake=reader) == b"OK\r\n"
    os.close(reader)
    os.close(writer)


def test_a_hang_up_is_a_line_that_is_down(terminal: Terminal, line: Transport) -> None:
    terminal.hang_up()
    with pytest.raises(LinkDown) as caught:
        line.read(60.0)
    assert caught.value.condition is PhoneCondition.DISCONNECTED
    with pytest.raises(LinkDown):
        line.write(b"AT\r")


def test_a_closed_line_is_down_and_closes_twice(line: Transport) -> None:
    line.close()
    line.close()
    with pytest.raises(LinkDown):
        line.read(0.0)


def test_a_device_in_use_is_refused_until_it_is_let_go(terminal: Terminal, line: Transport) -> None:
    with pytest.raises(LinkDown, match="em uso por outro programa") as caught:
        open_link(f"serial:{terminal.path}")
    assert "fuser" in caught.value.advice
    line.close()
    open_link(f"serial:{terminal.path}").close()


def test_no_such_device_is_told(tmp_path: Path) -> None:
    with pytest.raises(LinkDown, match="não existe ou está desligado"):
        open_link(f"serial:{tmp_path}/ttyUSB9")


def test_a_file_is_no_serial_port(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LinkDown, match="não é uma porta serial"):
        open_link(f"serial:{tmp_path}/file")


def test_a_speed_that_no_port_knows_is_told(terminal: Terminal) -> None:
    try:
        open_link(f"serial:{terminal.path}?baud=12345").close()
    except LinkDown as down:
        pytest.fail(f"Linux takes any speed: {down.reason}")


def test_no_permission_names_the_group_and_the_way_in(tmp_path: Path) -> None:
    device = tmp_path / "ttyUSB0"
    device.touch(mode=0o660)
    device.chmod(0o660)
    down = explain_refusal(SerialLink(str(device)), PermissionError(errno.EACCES, "denied"), THIS_MACHINE)
    group = grp.getgrgid(device.stat().st_gid).gr_name
    assert f"“{group}”" in down.reason
    assert f"usermod -aG {group} " in down.advice


def test_no_permission_even_for_the_group_advises_otherwise(tmp_path: Path) -> None:
    device = tmp_path / "ttyUSB0"
    device.touch()
    device.chmod(0o600)
    down = explain_refusal(SerialLink(str(device)), PermissionError(errno.EACCES, "denied"), THIS_MACHINE)
    assert "usermod" not in down.advice
    assert "chmod g+rw" in down.advice


def test_what_is_carried_is_never_logged(terminal: Terminal, line: Transport, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        line.write(b"0011000B91")
        os.write(terminal.master, b"0791AB")
        assert line.read(1.0) == b"0791AB"
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("flow", "input_flags", "control_flags"),
    [("none", 0, 0), ("xonxoff", termios.IXON | termios.IXOFF, 0), ("rtscts", 0, termios.CRTSCTS)],
)
def test_flow_control_is_set_as_the_link_says(
    terminal: Terminal, flow: str, input_flags: int, control_flags: int
) -> None:
    line = open_link(f"serial:{terminal.path}?flow={flow}")
    attributes = termios.tcgetattr(terminal.master)
    assert attributes[0] & (termios.IXON | termios.IXOFF) == input_flags
    assert attributes[2] & termios.CRTSCTS == control_flags
    line.close()
