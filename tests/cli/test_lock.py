"""The lock of a home: one holder, and none left behind by a process that died."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from recado.cli.lock import AlreadyHeld, held

HOLD_AND_DIE = """
import os, sys, pathlib
from recado.cli.lock import held
with held(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
    os.kill(os.getpid(), 9)
"""


def test_a_second_holder_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"

    with held(path), pytest.raises(AlreadyHeld) as refused, held(path):
        pass

    assert refused.value.pid == str(os.getpid())


def test_it_can_be_taken_again_after_the_end(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    with held(path):
        pass

    with held(path):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_killed_holder_leaves_no_lock_behind(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_AND_DIE, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(AlreadyHeld), held(path):
            pass
        other.communicate("")

    with held(path):
        assert path.read_text() == f"{os.getpid()}\n"
