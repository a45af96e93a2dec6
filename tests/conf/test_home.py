import os
import stat
import threading
from pathlib import Path

import pytest

from recado.conf.environment import ConfigurationError
from recado.conf.home import prepare_home, secret_key


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_home_and_its_run_folder_are_for_the_owner_only(tmp_path: Path):
    home = tmp_path / "a" / "recado"
    prepare_home(home)
    assert mode(home) == 0o700
    assert mode(home / "run") == 0o700


def test_preparing_twice_keeps_what_is_there(tmp_path: Path):
    prepare_home(tmp_path)
    (tmp_path / "recado.db").write_text("data")
    prepare_home(tmp_path)
    assert (tmp_path / "recado.db").read_text() == "data"


def test_a_home_that_is_a_file_is_refused_with_its_path(tmp_path: Path):
    home = tmp_path / "recado"
    home.write_text("")
    with pytest.raises(ConfigurationError, match=str(home)):
        prepare_home(home)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_without_permission_is_refused_with_the_remedy(tmp_path: Path):
    tmp_path.chmod(0o500)
    with pytest.raises(ConfigurationError, match="RECADO_HOME"):
        prepare_home(tmp_path / "recado")


def test_the_secret_key_is_made_once_and_for_the_owner_only(tmp_path: Path):
    first = secret_key(tmp_path)
    assert len(first) >= 50
    assert secret_key(tmp_path) == first
    assert mode(tmp_path / "secret_key") == 0o600


def test_two_homes_have_two_keys(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert secret_key(tmp_path / "a") != secret_key(tmp_path / "b")


def test_a_key_that_cannot_be_written_is_said_with_its_path(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="secret_key"):
        secret_key(tmp_path / "nowhere")


@pytest.mark.parametrize("turn", range(20))
def test_all_who_start_together_get_one_whole_key(tmp_path: Path, turn: int):
    """Threads stand for containers that share the folder: there, every first process has the number 1."""
    starters = 8
    gate = threading.Barrier(starters)
    keys: list[str] = []

    def start() -> None:
        gate.wait()
        keys.append(secret_key(tmp_path))

    threads = [threading.Thread(target=start) for _ in range(starters)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == starters
    assert set(keys) == {(tmp_path / "secret_key").read_text().strip()}
    assert len(keys[0]) >= 50
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
