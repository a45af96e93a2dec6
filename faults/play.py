"""`python -m faults.play KIND SEED HOME`: play one story and print its account as JSON."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import django
from django.core.management import call_command
from tests.support.postgresql import Cluster

from faults.kinds import KINDS, ON_POSTGRESQL, ON_SMALL_DISK
from faults.story import Story


def main() -> None:
    """Django's settings are in the environment already."""
    kind, seed, home = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    started = time.monotonic()
    with ExitStack() as stack:
        cluster = _database_server(stack) if kind in ON_POSTGRESQL else None
        django.setup()
        if cluster:
            call_command("migrate", verbosity=0)
        story = Story(home, kind, seed)
        story.cluster = cluster
        try:
            {**KINDS, **ON_SMALL_DISK, **ON_POSTGRESQL}[kind](story)
            story.repair_and_settle()
        finally:
            story.take_down()
        account = story.count()
    account.seconds = round(time.monotonic() - started, 1)
    print(json.dumps(account.as_dict(), ensure_ascii=False))


def _database_server(stack: ExitStack) -> Cluster:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="recado-faults-pg-")))
    cluster = Cluster(folder, durable=True)
    stack.callback(cluster.stop)
    cluster.start()
    os.environ["RECADO_DATABASE_URL"] = f"postgresql://recado@/recado?host={folder}"
    return cluster


if __name__ == "__main__":
    main()
