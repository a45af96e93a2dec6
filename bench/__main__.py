"""`python -m bench [NAME ...] [--database sqlite|postgresql]`: each figure with the command that gives it.

Each measurement runs in a process of its own, with a home and a database of its own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from bench import audit, batches, crowd, doors, fleet, screens, sending, triggers
from bench.scene import POSTGRESQL, SQLITE, scene

CASES = {
    "throughput": sending.throughput,
    "latency": sending.latency,
    "pace": sending.pace,
    "fleet": fleet.fleet,
    "overhead": fleet.overhead,
    "consult": screens.consult,
    "panel": screens.panel,
    "screens": screens.screens,
    "audit": audit.audit,
    "web-memory": screens.web_memory,
    "doors": doors.doors,
    "crowd": crowd.crowd,
    "batch": batches.batches,
    "triggers": triggers.triggers,
}
# A clock and a memory do not differ by database.
ON_SQLITE_ONLY = {"pace", "web-memory"}


def main() -> int:
    """Run the named cases (all by default) on the named database (both by default)."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *CASES], metavar="NAME", help=", ".join(CASES))
    parser.add_argument("--database", choices=[SQLITE, POSTGRESQL])
    chosen = parser.parse_args()
    names = chosen.names or list(CASES)
    databases = [chosen.database] if chosen.database else [SQLITE, POSTGRESQL]
    runs = [(name, database) for name in names for database in databases]
    if len(runs) == 1:
        return _run(*runs[0])
    failed = 0
    for name, database in runs:
        if database == POSTGRESQL and name in ON_SQLITE_ONLY and not chosen.database:
            continue
        command = [sys.executable, "-m", "bench", name, "--database", database]
        failed += subprocess.run(command, check=False).returncode != 0
    return failed


def _run(name: str, database: str) -> int:
    print(f"\n$ python -m bench {name} --database {database}", flush=True)
    with scene(database) as here:
        CASES[name](here, lambda figure, target: print(f"  {figure}   [{target}]", flush=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
