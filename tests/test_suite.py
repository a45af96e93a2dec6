"""The suite's own promises: a home of its own, the database that was asked for."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.support import environment


def test_every_process_has_a_home_of_its_own():
    assert settings.RECADO_HOME == environment.HOME
    assert os.environ["RECADO_HOME"] == str(environment.HOME)
    assert Path(settings.RECADO_HOME).name.startswith("recado-test-")


def test_no_other_variable_of_the_shell_reaches_the_suite():
    assert {name for name in os.environ if name.startswith("RECADO_")} <= {"RECADO_HOME", "RECADO_DATABASE_URL"}


@pytest.mark.django_db
def test_the_database_is_the_one_that_was_asked_for():
    assert connection.vendor == environment.DATABASE


@pytest.mark.sqlite
@pytest.mark.django_db
def test_sqlite_is_a_file_as_in_production():
    assert Path(connection.settings_dict["NAME"]) == environment.HOME / "test.db"
    assert (environment.HOME / "test.db").exists()
