"""What has to stand before Django reads its settings: a home of our own and, when asked for, PostgreSQL's address.

Every process of a test run (each xdist worker, and their controller) has its own RECADO_HOME, thrown away at its end,
and no other RECADO_ variable of the developer's shell. TEST_DATABASE says on which database the run takes place; it
has no RECADO_ prefix because Recado refuses variables of that prefix that it does not know.

A pytest plugin, named in pyproject.toml: only plugins named there are imported before pytest-django reads the settings.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
DATABASE = os.environ.get("TEST_DATABASE", SQLITE)
_CLUSTER_VARIABLE = "TEST_POSTGRESQL_FOLDER"


def _prepare() -> Path:
    """Point the environment at a fresh home (and cluster); give the home."""
    if DATABASE not in (SQLITE, POSTGRESQL):
        raise SystemExit(f"TEST_DATABASE is {DATABASE!r}: give {SQLITE} or {POSTGRESQL}")
    for variable in [name for name in os.environ if name.startswith("RECADO_")]:
        del os.environ[variable]
    home = Path(tempfile.mkdtemp(prefix="recado-test-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ["RECADO_HOME"] = str(home)
    # WhiteNoise warns at each start when the folder of the collected files is missing.
    (home / "static").mkdir()
    if DATABASE == POSTGRESQL:
        os.environ["RECADO_DATABASE_URL"] = f"postgresql://recado@/recado?host={cluster_folder()}"
    return home


def cluster_folder() -> Path:
    """Where the throw-away PostgreSQL cluster lives: chosen by the controller, inherited by its workers."""
    folder = os.environ.get(_CLUSTER_VARIABLE)
    if folder is None:
        folder = tempfile.mkdtemp(prefix="recado-pg-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ[_CLUSTER_VARIABLE] = folder
    return Path(folder)


HOME = _prepare()
