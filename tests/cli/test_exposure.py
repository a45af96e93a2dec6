"""`recado doctor` on what strangers could read or overhear."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from recado.cli.exposure_checks import check_exposure, is_of_this_machine
from recado.cli.findings import Level


@pytest.fixture(autouse=True)
def well(settings: Settings, tmp_path: Path) -> Path:
    """An installation that shows nothing to anybody; gives its folder."""
    settings.DEBUG = False
    settings.RECADO_HTTP_ADDRESS, settings.RECADO_HTTPS = "127.0.0.1:8000", False
    settings.ALLOWED_HOSTS = ["recado.example.com"]
    key = tmp_path / "secret_key"
    key.write_text("chave", encoding="ascii")
    key.chmod(0o600)
    return tmp_path


def test_an_installation_that_shows_nothing_is_well(well: Path) -> None:
    (finding,) = check_exposure(well)
    assert finding.level is Level.GOOD


def test_a_key_from_the_environment_needs_no_file(well: Path) -> None:
    (well / "secret_key").unlink()
    assert [finding.level for finding in check_exposure(well)] == [Level.GOOD]


def test_development_left_on_fails(well: Path, settings: Settings) -> None:
    settings.DEBUG = True
    (finding,) = check_exposure(well)
    assert (finding.level, "RECADO_DEBUG" in finding.advice) == (Level.FAILURE, True)


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_key_that_others_can_read_fails(well: Path, mode: int) -> None:
    (well / "secret_key").chmod(mode)
    (finding,) = check_exposure(well)
    assert (finding.level, "chmod 600" in finding.advice) == (Level.FAILURE, True)


def test_screens_for_the_network_without_https_warn(well: Path, settings: Settings) -> None:
    settings.RECADO_HTTP_ADDRESS = "0.0.0.0:8000"
    (finding,) = check_exposure(well)
    assert (finding.level, "às claras" in finding.found) == (Level.WARNING, True)


def test_a_way_past_the_https_server_warns(well: Path, settings: Settings) -> None:
    settings.RECADO_HTTP_ADDRESS, settings.RECADO_HTTPS = "[::]:8000", True
    (finding,) = check_exposure(well)
    assert (finding.level, "não passa pelo servidor HTTPS" in finding.found) == (Level.WARNING, True)


def test_any_name_of_the_server_warns(well: Path, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    (finding,) = check_exposure(well)
    assert (finding.level, "RECADO_ALLOWED_HOSTS" in finding.found) == (Level.WARNING, True)


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("recado", False),
    ],
)
def test_only_a_loopback_address_is_of_this_machine_alone(host: str, own: bool) -> None:
    assert is_of_this_machine(host) is own
