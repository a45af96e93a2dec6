"""`python -m tests.bluetooth`: the Bluetooth links on a real Bluetooth stack, in a throw-away virtual machine.

Needs x86-64, Debian's packages and no rights at all. Ends with code 1 when something failed, and with 77 when it could
not run: a test that did not take place has not passed, and whoever called is told so in a file besides (`NOT_RUN`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.bluetooth.machine import MachineFailed, run
from tests.bluetooth.packages import CannotRun, provide
from tests.bluetooth.story import AIR_BROKE

CACHE = Path("var/bluetooth-test").absolute()
NOT_RUN = CACHE / "not-run"
"""There after a test that could not run; it holds the reason."""
COULD_NOT_RUN = 77
SECONDS = 600
"""After this the machine is switched off; it takes a quarter of it when nothing else runs."""


_FRAME = "*" * 100


def main() -> int:
    """Prepare the machine and an empty home, run the story in it, and say how it ended."""
    began = time.monotonic()
    folder = CACHE / "io"
    shutil.rmtree(folder, ignore_errors=True)
    NOT_RUN.unlink(missing_ok=True)
    try:
        CACHE.mkdir(parents=True, exist_ok=True)
        tree = provide(CACHE)
    except CannotRun as error:
        NOT_RUN.write_text(f"{error}\n", encoding="utf-8")
        sys.stderr.write(f"\n{_FRAME}\n*** THE BLUETOOTH TEST DID NOT RUN: {error}\n{_FRAME}\n")
        return COULD_NOT_RUN
    try:
        _prepare_home(folder / "home")
        code = _play(tree, folder)
    except MachineFailed as error:
        sys.stderr.write(f"\n{_FRAME}\n*** THE BLUETOOTH TEST FAILED: {error}\n{_FRAME}\n")
        return 1
    sys.stdout.write(f"{time.monotonic() - began:.0f} s in all; logs in {folder}\n")
    return 1 if code else 0


def _play(tree: Path, folder: Path) -> int:
    """Once more when machine or virtual air failed: controllers can die, with the kernel too. A failed step stands."""
    command = [sys.executable, "-m", "tests.bluetooth.story"]
    try:
        code = run(tree, folder, command, SECONDS)
    except MachineFailed as error:
        sys.stdout.write(f"\n*** {error}\n")
        code = AIR_BROKE
    if code != AIR_BROKE:
        return code
    sys.stdout.write("\n*** once more\n")
    (folder / "code").unlink(missing_ok=True)
    return run(tree, folder, command, SECONDS)


def _prepare_home(home: Path) -> None:
    """The database is made here: migrating takes an emulated processor half a minute."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("RECADO_", "DJANGO_"))}
    home.mkdir(parents=True)
    command = [sys.executable, "-m", "recado.cli", "migrate"]
    subprocess.run(command, env=clean | {"RECADO_HOME": str(home)}, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
