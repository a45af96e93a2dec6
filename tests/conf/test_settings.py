"""The settings as a whole, read by a process of their own, as every command of Recado reads them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def settings_process(home: Path, code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"from django.conf import settings; {code}"],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "recado.conf.settings",
            "RECADO_HOME": str(home),
            **environ,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_url_the_database_stands_in_the_home(tmp_path: Path):
    done = settings_process(tmp_path, "print(settings.DATABASES['default']['NAME'])")
    assert done.stdout.strip() == str(tmp_path / "recado.db")


def test_a_url_chooses_postgresql_without_sqlite_options(tmp_path: Path):
    url = "postgresql://recado@db.example/recado"
    done = settings_process(tmp_path, "print(settings.DATABASES['default'])", RECADO_DATABASE_URL=url)
    assert "django.db.backends.postgresql" in done.stdout
    assert "db.example" in done.stdout
    assert "init_command" not in done.stdout


@pytest.mark.parametrize("variable", ["RECADO_PAEC", "RECADO_PACE"])
def test_a_bad_environment_stops_the_start_and_names_the_variable(tmp_path: Path, variable: str):
    done = settings_process(tmp_path, "settings.DEBUG", **{variable: "x"})
    assert done.returncode != 0
    assert variable in done.stderr


def test_cookies_are_secure_behind_https(tmp_path: Path):
    done = settings_process(
        tmp_path,
        "print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS > 0)",
        RECADO_HTTPS="sim",
    )
    assert done.stdout.split() == ["True", "True", "True"]
