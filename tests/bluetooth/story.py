"""What is played in the virtual machine: a phone is found, paired, sends, drops, is out of reach, forgets us.

The product is used as it is: its command to pair, its gateway as a process of its own, its database. At each step what
the phone put on the air is compared with what the messages say of themselves.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from recado.links.bluetooth.bus import BusRefusal

IO = Path("/mnt/io")
HOME = Path("/run/home")
NUMBER = "+5581900000000"
PATIENCE = 90.0
"""Seconds. Of the waits that end well the longest is that for a gateway to start: 10 s, a minute on a busy machine."""
_TOO_MANY = 3
AIR_BROKE = 70
"""Exit code: `btvirt` ended by a fault of its own (5.66 has one where discovery is stopped); nothing is proven."""


class Failed(Exception):
    """Something was not as it must be."""


class Story:
    """The stage: two controllers, bluetoothd, the phone, the gateway."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.passed = 0
        self.failed = 0
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}
        self._figures: list[str] = []

    # --- the stage

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """Start a program; what it says goes to a file that outlives the machine."""
        log = (IO / f"{name}.log").open("ab")
        self._daemons[name] = subprocess.Popen(command, stdout=log, stderr=log)
        return self._daemons[name]

    def stop(self, name: str, number: signal.Signals = signal.SIGTERM) -> None:
        """End a program, -9 if so told."""
        daemon = self._daemons.pop(name)
        daemon.send_signal(number)
        daemon.wait(60)

    def build(self) -> None:
        """Bus, virtual controllers and bluetoothd."""
        subprocess.run(["ip", "link", "set", "lo", "up"], check=False)
        for module in ("rfcomm", "hci_vhci"):
            subprocess.run(["modprobe", module], check=True)
        Path("/run/dbus").mkdir(exist_ok=True)
        Path("/var/lib/bluetooth").mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "bonds", "/var/lib/bluetooth"], check=True)
        config = Path("/usr/share/dbus-1/system.conf").read_text(encoding="utf-8")
        # The user that it would become may not exist here, and nothing here is worth keeping apart.
        config = config.replace("<user>messagebus</user>", "").replace("<fork/>", "")
        Path("/run/bus.conf").write_text(config, encoding="utf-8")
        self.start("dbus", "dbus-daemon", "--config-file=/run/bus.conf", "--nofork", "--nopidfile")
        until(Path("/run/dbus/system_bus_socket").exists, "the bus")
        self.start_controllers()
        self.start_bluetoothd()

    def start_controllers(self) -> None:
        """Two adapters joined by a virtual air; stopping `btvirt` pulls both out."""
        self.start("btvirt", "btvirt", "-l2", "-B")
        until(lambda: all(Path(f"/sys/class/bluetooth/hci{n}").exists() for n in (0, 1)), "two controllers")

    def start_bluetoothd(self) -> None:
        self.start("bluetoothd", "/usr/libexec/bluetooth/bluetoothd", "-n", "-d")
        until(lambda: bluez_adapters() == 2, "bluetoothd and its adapters")

    def start_gateway(self) -> None:
        self.start("gateway", sys.executable, "-m", "recado.cli", "gateway")

    # --- telling

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """One thing that must hold; the story goes on after one that does not."""
        began = time.monotonic()
        try:
            yield
        except (Failed, BusRefusal, subprocess.SubprocessError) as error:
            if "btvirt" in self._daemons and self._daemons["btvirt"].poll() is not None:
                tell(f"the virtual controllers ended by themselves during: {what}")
                raise SystemExit(AIR_BROKE) from error
            self.failed += 1
            tell(f"FAILED {time.monotonic() - began:6.1f} s  {what}: {error}")
            if self.failed >= _TOO_MANY:
                tell("the rest is left out")
                raise SystemExit(self.end()) from error
        else:
            self.passed += 1
            tell(f"ok     {time.monotonic() - began:6.1f} s  {what}")

    def figure(self, words: str) -> None:
        """Something measured; all of it is told again at the end."""
        tell(f"         {words}")
        self._figures.append(words)

    def end(self) -> int:
        """Print the closing line and give the exit code."""
        for words in self._figures:
            tell(words)
        tell(f"{time.monotonic() - self.began:.0f} s in the machine")
        tell(f"bluetooth: {self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0


def until(happened: Callable[[], object], what: str, seconds: float = PATIENCE) -> float:
    """Wait until `happened`; gives how long it took. Raises `Failed`."""
    began = time.monotonic()
    while not happened():
        if time.monotonic() - began > seconds:
            raise Failed(f"waited {seconds:g} s for {what}")
        time.sleep(0.05)
    return time.monotonic() - began


def tell(line: str) -> None:
    """One line for whoever watches."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def check(holds: object, what: str) -> None:
    """Raises `Failed` when it does not hold."""
    if not holds:
        raise Failed(what)


def bluez_adapters() -> int:
    """How many adapters bluetoothd has."""
    done = subprocess.run(["bluetoothctl", "list"], capture_output=True, text=True, timeout=20)
    return done.stdout.count("Controller")


def main() -> int:
    """Build the stage, play the scenes."""
    shutil.copytree(IO / "home", HOME)
    (HOME / "static").mkdir()
    os.environ["RECADO_HOME"] = str(HOME)
    os.environ["RECADO_PACE"] = "0"
    story = Story()
    story.build()
    tell(f"stage built in {time.monotonic() - story.began:.1f} s")
    # Django and the product are read while nothing else has to be quick.
    os.environ["DJANGO_SETTINGS_MODULE"] = "recado.conf.settings"
    import django

    django.setup()
    from tests.bluetooth import map_scenes
    from tests.bluetooth.scenes import play

    map_scenes.play(story, play(story))
    return story.end()


if __name__ == "__main__":
    # Under its own name: the scenes must raise the very `Failed` that is caught here.
    from tests.bluetooth import story as this

    sys.exit(this.main())
