"""How the suite runs: in a home of its own, in any order, in parallel, on SQLite or on PostgreSQL.

    pytest -n auto                               everything, on SQLite (a file, as in production)
    TEST_DATABASE=postgresql pytest -n auto      the tests that use the database, on a throw-away PostgreSQL

A test that only makes sense on one database is marked `sqlite` or `postgresql` and left out on the other.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from tests.support import environment
from tests.support.postgresql import Cluster

_cluster: Cluster | None = None

hypothesis_settings.register_profile(
    "quick",
    max_examples=60,
    deadline=None,
    # One failing example must fail the same way for everybody, and a fixture that is made once suffices.
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
hypothesis_settings.register_profile(
    "thorough", hypothesis_settings.get_profile("quick"), max_examples=2000, derandomize=False
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sqlite: only makes sense on SQLite")
    config.addinivalue_line("markers", "postgresql: only makes sense on PostgreSQL")
    if environment.DATABASE == environment.POSTGRESQL and not _is_xdist_worker(config):
        global _cluster
        _cluster = Cluster(environment.cluster_folder())
        _cluster.start()
    _lighten_settings()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _cluster is not None:
        _cluster.stop()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two for each processor of a small machine: half of their time tests wait, for a browser, a line, a process."""
    processors = len(os.sched_getaffinity(0))
    return max(processors, min(2 * processors, 8))


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {environment.DATABASE}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept, left_out = [], []
    for item in items:
        (kept if _runs_here(item) else left_out).append(item)
        _keep_seeds(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file, as it is in production: threads and processes that share it must meet its real locks."""
    from django.conf import settings

    if environment.DATABASE == environment.SQLITE:
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(environment.HOME / "test.db")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    from tests.support.emptying import let_tables_be_emptied

    with django_db_blocker.unblock():
        let_tables_be_emptied()


@pytest.fixture
def empty_run_folder() -> Iterator[None]:
    """No doorbell of another test in this worker's run folder."""
    for bell in (environment.HOME / "run").glob("bell-*.sock"):
        bell.unlink()
    yield
    for bell in (environment.HOME / "run").glob("bell-*.sock"):
        bell.unlink()


def _is_xdist_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _lighten_settings() -> None:
    """Tests serve static files unhashed (no collectstatic) and hash passwords fast."""
    from django.conf import settings

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _uses_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    named = {"db", "transactional_db", "live_server", "django_db_setup", "django_db_reset_sequences"}
    return item.get_closest_marker("django_db") is not None or bool(fixtures & named)


def _runs_here(item: pytest.Item) -> bool:
    for database in (environment.SQLITE, environment.POSTGRESQL):
        if item.get_closest_marker(database) and database != environment.DATABASE:
            return False
    return environment.DATABASE == environment.SQLITE or _uses_database(item)


def _keep_seeds(item: pytest.Item) -> None:
    """A test with real commits ends by emptying every table; have it put the seeds of the migrations back first."""
    marker = item.get_closest_marker("django_db")
    kwargs = dict(marker.kwargs) if marker else {}
    fixtures = set(getattr(item, "fixturenames", ()))
    if kwargs.get("transaction") or fixtures & {"transactional_db", "live_server"}:
        kwargs |= {"transaction": True, "serialized_rollback": True}
        item.add_marker(pytest.mark.django_db(**kwargs), append=False)
