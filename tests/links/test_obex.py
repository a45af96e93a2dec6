"""The keeper of obexd: one bus and one obexd, and nothing of them left, however the process ends."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recado.links.bluetooth import obex
from recado.links.bluetooth.bus import BusRefusal
from recado.links.bluetooth.map_refusals import explain
from recado.links.bluetooth.obex import NO_DBUS_DAEMON, NO_OBEXD, NO_START, Obex, Programs
from tests.links.fake_bluez import PHONE, PrivateBus

pytestmark = pytest.mark.skipif(not PrivateBus.available(), reason="needs dbus-daemon (apt install dbus)")

OWNS_THE_NAME = """#!{python}
import asyncio, os, sys
from pathlib import Path
from dbus_fast.aio import MessageBus
async def own():
    bus = await MessageBus(bus_address=os.environ["DBUS_SESSION_BUS_ADDRESS"]).connect()
    await bus.request_name("org.bluez.obex")
    Path({told!r}).write_text(f"{{os.getpid()}}\\n{{sys.argv}}")
    await bus.wait_for_disconnect()
asyncio.run(own())
"""


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """Where the pretended obexd writes its process number and its arguments."""
    return tmp_path / "told"


@pytest.fixture
def programs(tmp_path: Path, told: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    found = Programs.of_this_machine()
    return Programs(found.dbus_daemon, _script(tmp_path, OWNS_THE_NAME.format(python=sys.executable, told=str(told))))


@pytest.fixture
def running(programs: Programs) -> Iterator[Obex]:
    running = Obex(programs)
    running.bus.run(running.ready(), 20)
    yield running
    running.close()


def test_a_private_bus_and_obexd_are_started_when_first_wanted(running: Obex, told: Path) -> None:
    folder = running.folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    # It offers other devices neither files nor phone books.
    assert "--plugin=bluetooth,mns" in told.read_text()


def test_nothing_is_left_once_it_is_closed(running: Obex, told: Path, tmp_path: Path) -> None:
    obexd = _number(told)
    running.close()
    assert not _lives(obexd)
    assert list(tmp_path.glob("recado-obex-*")) == []


def test_an_obexd_that_died_is_started_again(running: Obex, told: Path) -> None:
    before = running.bus.run(running.ready(), 20)
    os.kill(_number(told), signal.SIGKILL)
    _until(lambda: running.bus.run(_owner(running), 20) != before)


def test_a_killed_process_leaves_no_orphan_and_no_folder(programs: Programs, told: Path, tmp_path: Path) -> None:
    code = (
        "import os, signal\n"
        "from recado.links.bluetooth.obex import Obex, Programs\n"
        f"running = Obex(Programs({programs.dbus_daemon!r}, {programs.obexd!r}))\n"
        "running.bus.run(running.ready(), 20)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code], timeout=60)
    assert killed.returncode == -signal.SIGKILL
    obexd = _number(told)
    _until(lambda: not _lives(obexd))
    _until(lambda: list(tmp_path.glob("recado-obex-*")) == [])


def test_what_a_killed_keeper_left_the_next_one_removes(running: Obex, told: Path, tmp_path: Path) -> None:
    obexd, left = _number(told), running.folder.parent
    assert running._keeper is not None
    running._keeper.kill()
    _until(lambda: not _lives(obexd))
    assert left.exists()
    _until(lambda: running.bus.run(_owner(running), 20) != "")
    assert not left.exists()
    assert [running.folder.parent] == list(tmp_path.glob("recado-obex-*"))


@pytest.mark.parametrize(
    ("missing", "name", "advice"), [("obexd", NO_OBEXD, "bluez-obexd"), ("dbus", NO_DBUS_DAEMON, "apt install dbus")]
)
def test_a_missing_program_is_named_with_its_package(missing: str, name: str, advice: str) -> None:
    programs = Programs(None if missing == "dbus" else "/bin/true", None if missing == "obexd" else "/bin/true")
    refusal = _refusal(Obex(programs))
    assert refusal.name == name
    assert advice in explain(refusal, PHONE).advice


@pytest.mark.parametrize("broken", ["obexd", "dbus"])
def test_programs_that_end_at_once_are_told_and_not_tried_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    dbus_daemon = "/bin/false" if broken == "dbus" else Programs.of_this_machine().dbus_daemon
    refusal = _refusal(Obex(Programs(dbus_daemon, "/bin/false")))
    assert refusal.name == NO_START
    assert "não iniciou" in explain(refusal, PHONE).reason
    assert list(tmp_path.glob("recado-obex-*")) == []


def test_obexd_is_looked_for_where_distributions_put_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(obex, "_OBEXD_PLACES", (str(tmp_path / "no"), _script(tmp_path, "#!/bin/sh\n")))
    assert Programs.of_this_machine().obexd == str(tmp_path / "obexd")


def _refusal(running: Obex) -> BusRefusal:
    with pytest.raises(BusRefusal) as raised:
        running.bus.run(running.ready(), 20)
    running.close()
    return raised.value


async def _owner(running: Obex) -> str:
    try:
        return await running.ready()
    except BusRefusal:
        return ""


def _script(folder: Path, text: str) -> str:
    script = folder / "obexd"
    script.write_text(text, encoding="utf-8")
    script.chmod(0o755)
    return str(script)


def _number(told: Path) -> int:
    return int(told.read_text().split()[0])


def _lives(process: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return False


def _until(holds: Callable[[], object], seconds: float = 60.0) -> None:
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit, "it never came about"
        time.sleep(0.02)
