"""The phone on a real line: pseudo-terminal, TCP, control socket, journal."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from recado.emulator.control import ControlClient
from recado.emulator.errors import ControlError, EmulatorStartError, EmulatorUnavailable
from recado.emulator.serve import RunningEmulator, running, serve_pty
from recado.emulator.settings import PhoneSettings

from .talk import CTRL_Z, NUMBER, Wire, submits


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[RunningEmulator]:
    with running(tmp_path, settings=PhoneSettings(report_delay=0.0)) as emulator:
        yield emulator


@pytest.fixture
def wire(emulator: RunningEmulator, tmp_path: Path) -> Iterator[Wire]:
    wire = Wire(tmp_path / "phone")
    yield wire.prepare()
    wire.close()


def test_it_sends_over_a_real_pty(emulator: RunningEmulator, wire: Wire) -> None:
    assert b"\r\n+CMGS: 0\r\n" in wire.send(submits("Pedido atendido")[0])
    (sms,) = emulator.wait_on_air(1)
    assert sms.text == "Pedido atendido"


def test_a_report_comes_up_the_line(wire: Wire) -> None:
    assert b"+CDS: " in wire.send(submits(status_report=True)[0], until=b"+CDS: ")


def test_clients_may_come_and_go(emulator: RunningEmulator, tmp_path: Path) -> None:
    for _ in range(50):
        wire = Wire(tmp_path / "phone")
        wire.ask(b"AT\r", b"OK\r\n")
        wire.close()
    assert emulator.control.state()["condition"] == "ready"


def test_without_latency_it_is_fast(emulator: RunningEmulator, wire: Wire) -> None:
    submit, started = submits()[0], time.monotonic()
    for _ in range(200):
        wire.send(submit)
    assert len(emulator.on_air) == 200
    assert time.monotonic() - started < 30


def test_an_idle_emulator_sleeps_until_bytes_come(emulator: RunningEmulator, wire: Wire) -> None:
    wire.send(submits()[0])
    assert emulator.server._timeout() is None


def test_a_waiting_emulator_sleeps_until_its_answer_is_due(tmp_path: Path) -> None:
    with running(tmp_path, settings=PhoneSettings(latency=3600)) as emulator:
        wire = Wire(tmp_path / "phone").prepare()
        submit = submits()[0]
        wire.ask(f"AT+CMGS={submit.tpdu_length}\r".encode(), b"> ")
        os.write(wire.descriptor, submit.to_hex().encode() + CTRL_Z)
        emulator.wait_on_air(1)
        # The longest poll is an hour; anything near it is no polling.
        assert (emulator.server._timeout() or 0) > 3_000_000
        wire.close()


def test_the_journal_holds_an_sms_before_its_answer_comes(tmp_path: Path) -> None:
    with running(tmp_path, settings=PhoneSettings(latency=3600)) as emulator:
        wire = Wire(tmp_path / "phone").prepare()
        submit = submits("Pedido atendido")[0]
        wire.ask(f"AT+CMGS={submit.tpdu_length}\r".encode(), b"> ")
        os.write(wire.descriptor, submit.to_hex().encode() + CTRL_Z)
        emulator.wait_on_air(1)
        (line,) = emulator.journal.read_text().splitlines()
        wire.close()
    sms = json.loads(line)
    assert (sms["number"], sms["text"], sms["part"], sms["parts"]) == (NUMBER, "Pedido atendido", 1, 1)
    assert sms["at"].endswith("+00:00")


def test_unplugging_hangs_up_and_plugging_brings_a_new_device(
    emulator: RunningEmulator, wire: Wire, tmp_path: Path
) -> None:
    wire.send(submits()[0])
    emulator.control.unplug()
    assert wire.hung_up()
    assert not (tmp_path / "phone").is_symlink()
    assert emulator.control.state()["condition"] == "disconnected"
    emulator.control.plug()
    again = Wire(tmp_path / "phone")
    assert b"+CMGS: 1\r\n" in again.send(submits()[0])
    again.close()


def test_a_cable_that_falls_after_ctrl_z_hangs_up_with_the_sms_on_air(emulator: RunningEmulator, wire: Wire) -> None:
    emulator.control.set_fault("drop_after_submit")
    submit = submits()[0]
    wire.ask(f"AT+CMGS={submit.tpdu_length}\r".encode(), b"> ")
    os.write(wire.descriptor, submit.to_hex().encode() + CTRL_Z)
    assert wire.hung_up()
    assert len(emulator.on_air) == 1


def test_the_state_tells_what_the_page_shows(emulator: RunningEmulator, wire: Wire) -> None:
    for part in submits("palavra " * 30):
        wire.send(part)
    emulator.control.set_fault("reject", {"value": 42, "times": 2})
    state = emulator.control.state()
    assert (state["condition"], state["condition_label"], state["plugged"]) == ("ready", "Pronto", True)
    assert state["link"] == emulator.link
    assert [(sms["sequence"], sms["part"], sms["parts"]) for sms in state["messages"]] == [(1, 1, 2), (2, 2, 2)]
    (fault,) = [fault for fault in state["faults"] if fault["on"]]
    assert (fault["name"], fault["label"], fault["value"], fault["times"]) == ("reject", "Operadora recusa", 42, 2)


def test_the_state_keeps_to_the_last_200(emulator: RunningEmulator, wire: Wire) -> None:
    for _ in range(203):
        wire.send(submits()[0])
    state = emulator.control.state()
    assert state["on_air_total"] == 203
    assert [state["messages"][0]["sequence"], state["messages"][-1]["sequence"]] == [4, 203]


def test_faults_are_switched_while_it_runs(emulator: RunningEmulator, wire: Wire) -> None:
    emulator.control.set_fault("reject", 21)
    assert b"+CMS ERROR: 21" in wire.send(submits()[0], until=b"ERROR: 21\r\n")
    emulator.control.clear_faults()
    assert b"+CMGS:" in wire.send(submits()[0])


def test_split_answers_reach_the_other_side(emulator: RunningEmulator, wire: Wire) -> None:
    emulator.control.set_fault("split")
    assert b"+CMGS:" in wire.send(submits()[0])


def test_an_sms_is_delivered_from_the_desk(emulator: RunningEmulator, wire: Wire) -> None:
    assert emulator.control.deliver(NUMBER, "SAIR") == 1
    assert b'+CMTI: "ME",1' in wire.read_until(b",1\r\n")


def test_the_desk_refuses_in_words(emulator: RunningEmulator) -> None:
    with pytest.raises(ControlError, match="não existe"):
        emulator.control.set_fault("nope")
    with pytest.raises(ControlError, match="não cabe"):
        emulator.control.deliver("não é número!", "oi")


@pytest.mark.parametrize(
    "line", [b"\n", b"[]\n", b"{\n", b'{"op":"dance"}\n', b'{"op":"deliver"}\n', b"[" * 9000 + b"\n"]
)
def test_the_desk_survives_what_is_no_request(emulator: RunningEmulator, line: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(emulator.control_path))
        connection.sendall(line)
        assert json.loads(connection.makefile().readline())["ok"] is False
    assert emulator.control.state()["plugged"]


def test_only_the_owner_opens_the_desk_and_the_journal(emulator: RunningEmulator) -> None:
    assert emulator.control_path.stat().st_mode & 0o777 == 0o600
    assert emulator.journal.stat().st_mode & 0o777 == 0o600


def test_nothing_stays_behind(tmp_path: Path) -> None:
    with running(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["journal.jsonl"]


def test_no_emulator_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(EmulatorUnavailable):
        ControlClient(tmp_path / "control").state()


def test_a_second_emulator_does_not_take_the_desk_of_the_first(emulator: RunningEmulator, tmp_path: Path) -> None:
    with pytest.raises(EmulatorStartError, match="Já há um emulador"):
        serve_pty(tmp_path / "other", control=emulator.control_path)
    assert emulator.control.state()["condition"] == "ready"


def test_a_file_in_the_place_of_the_link_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "phone").write_text("mine")
    with pytest.raises(EmulatorStartError):
        serve_pty(tmp_path / "phone")
    assert (tmp_path / "phone").read_text() == "mine"


def test_it_speaks_over_tcp_and_takes_the_next_client_when_the_first_leaves(tmp_path: Path) -> None:
    with running(tmp_path, tcp=True) as emulator:
        _, host, port = emulator.link.split(":")
        for _ in range(3):
            with socket.create_connection((host, int(port)), timeout=5) as connection:
                connection.sendall(b"AT\r")
                assert connection.recv(100)


def test_a_second_tcp_client_is_refused_while_the_first_stays(tmp_path: Path) -> None:
    with running(tmp_path, tcp=True) as emulator:
        address = ("127.0.0.1", int(emulator.link.rpartition(":")[2]))
        with (
            socket.create_connection(address, timeout=5) as first,
            socket.create_connection(address, timeout=5) as second,
        ):
            assert second.recv(10) == b""
            first.sendall(b"AT\r")
            assert first.recv(100)


def test_a_tcp_line_can_be_unplugged_and_comes_back_at_the_same_port(tmp_path: Path) -> None:
    with running(tmp_path, tcp=True) as emulator:
        address = ("127.0.0.1", int(emulator.link.rpartition(":")[2]))
        with socket.create_connection(address, timeout=5) as first:
            first.sendall(b"AT\r")
            assert first.recv(100)
            emulator.control.unplug()
            assert first.recv(100) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, timeout=5)
        emulator.control.plug()
        with socket.create_connection(address, timeout=5) as again:
            again.sendall(b"AT\r")
            assert again.recv(100)


def _started(tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "recado.emulator", "--link", str(tmp_path / "phone"), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_command_cleans_up_on_sigterm_and_recovers_after_sigkill(tmp_path: Path) -> None:
    control = tmp_path / "control"
    killed = _started(tmp_path, "--control", str(control), "--fault", "reject=42")
    assert killed.stdout is not None
    assert "Aparelho emulado em serial:" in killed.stdout.readline()
    killed.kill()
    killed.communicate(timeout=60)
    process = _started(tmp_path, "--control", str(control), "--fault", "reject=42,times=1")
    assert process.stdout is not None
    assert process.stdout.readline()
    wire = Wire(tmp_path / "phone").prepare()
    wire.send(submits()[0], until=b"ERROR: 42\r\n")
    wire.close()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_the_command_refuses_an_unknown_fault_in_words(tmp_path: Path) -> None:
    process = _started(tmp_path, "--fault", "nope")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "não existe" in errors
