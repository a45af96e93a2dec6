"""What the Bluetooth test does before its machine starts: the kernel it takes, and what it says when it cannot run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bluetooth import __main__ as program
from tests.bluetooth import packages
from tests.bluetooth.packages import CannotRun


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        (["6.1.0-50", "6.12.9+deb12", "6.12.117+deb12", "6.16.3+deb13"], "6.12.117+deb12"),
        (["6.1.0-47", "6.1.0-50", "6.1.0-55", "6.1.0-56"], "6.1.0-50"),
        (["6.12.117+deb12-rt", "6.12.117+deb12-cloud", "6.12.100+deb12"], "6.12.100+deb12"),
    ],
)
def test_the_newest_sound_kernel_is_taken(monkeypatch: pytest.MonkeyPatch, there: list[str], taken: str) -> None:
    names = "\n".join(f"linux-image-{version}-amd64" for version in there)
    monkeypatch.setattr(packages, "_apt", lambda *command: f"{names}\nlinux-image-amd64\nlinux-image-6.12-armmp")
    assert packages._newest_kernel() == f"linux-image-{taken}-amd64"


class TestWithoutPackages:
    @pytest.fixture(autouse=True)
    def _nothing_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*command: str, cwd: Path | None = None) -> str:
            raise CannotRun(f"{command[0]} failed")

        monkeypatch.setattr(packages, "_apt", refuse)
        monkeypatch.setattr(packages.platform, "machine", lambda: "x86_64")
        monkeypatch.setattr(packages.shutil, "which", lambda *names, **paths: "/usr/bin/something")

    def test_it_does_not_pass_and_says_why(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(program, "CACHE", tmp_path)
        monkeypatch.setattr(program, "NOT_RUN", tmp_path / "not-run")
        assert program.main() == program.COULD_NOT_RUN
        assert "apt-cache failed" in (tmp_path / "not-run").read_text(encoding="utf-8")
        assert "THE BLUETOOTH TEST DID NOT RUN" in capsys.readouterr().err

    def test_what_was_fetched_before_serves(self, tmp_path: Path) -> None:
        tree = tmp_path / "tree-of-yesterday"
        tree.mkdir()
        with pytest.raises(CannotRun):
            packages.provide(tmp_path)
        (tree / "complete").touch()
        assert packages.provide(tmp_path) == tree
