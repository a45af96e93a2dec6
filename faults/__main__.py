"""`python -m faults [--runs N] [--seed N] [--only TEXT] [--table FILE]`: the campaign, and its table."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from faults.kinds import KINDS, ON_POSTGRESQL, ON_SMALL_DISK

SMALL_DISK_BYTES = "24m"
STORY_SECONDS = 240


@dataclass(frozen=True, slots=True)
class Outcome:
    """One story's account, or what stopped it."""

    kind: str
    seed: int
    account: dict[str, object] | None
    trouble: str = ""


def main() -> int:
    """Play the stories; 1 when any of them is not clean."""
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="kinds that hold this text")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--table", type=Path, help="write the table here, as Markdown")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="recado-faults-") as folder:
        base = Path(folder)
        template = _template(base)
        everything = [*KINDS, *ON_POSTGRESQL, *(ON_SMALL_DISK if _can_mount(base) else ())]
        kinds = [kind for kind in everything if chosen.only in kind]
        plan = [(kinds[number % len(kinds)], chosen.seed + number // len(kinds)) for number in range(chosen.runs)]
        with ThreadPoolExecutor(chosen.jobs) as pool:
            outcomes = list(pool.map(lambda story: _play(base, template, *story), plan))
    table = _table(outcomes, chosen)
    print(table)
    if chosen.table:
        chosen.table.write_text(table + "\n", encoding="utf-8")
    dirty = [one for one in outcomes if one.account is None or not one.account["clean"]]
    for one in dirty:
        print(f"NOT CLEAN: {one.kind}, seed {one.seed}: {one.account or one.trouble}", file=sys.stderr)
    print(f"{len(outcomes) - len(dirty)} passed, {len(dirty)} failed")
    return bool(dirty)


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RECADO_")}
    settings = {"RECADO_HOME": str(home), "RECADO_LOG_LEVEL": "INFO", "RECADO_PACE": "0"}
    return kept | settings | {"DJANGO_SETTINGS_MODULE": "recado.conf.settings"}


def _template(base: Path) -> Path:
    """A migrated database, made once and copied for every story."""
    home = base / "template"
    home.mkdir()
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    subprocess.run(command, env=_environment(home), check=True)
    return home / "recado.db"


def _play(base: Path, template: Path, kind: str, seed: int) -> Outcome:
    home = Path(tempfile.mkdtemp(prefix="home-", dir=base))
    on_small_disk = kind in ON_SMALL_DISK
    if on_small_disk:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "tmpfs", home], check=True)
    try:
        shutil.copy(template, home / "recado.db")
        played = subprocess.run(
            [sys.executable, "-m", "faults.play", kind, str(seed), str(home)],
            env=_environment(home),
            capture_output=True,
            text=True,
            timeout=STORY_SECONDS,
            check=False,
        )
        if played.returncode != 0:
            return Outcome(kind, seed, None, played.stderr[-2000:])
        return Outcome(kind, seed, json.loads(played.stdout.splitlines()[-1]))
    except subprocess.TimeoutExpired:
        return Outcome(kind, seed, None, f"no end after {STORY_SECONDS} s")
    finally:
        if on_small_disk:
            subprocess.run(["umount", "-l", home], check=False)
        shutil.rmtree(home, ignore_errors=True)


def _can_mount(base: Path) -> bool:
    probe = base / "probe"
    probe.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "tmpfs", str(probe)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if mounted:
        subprocess.run(["umount", str(probe)], check=False)
    else:
        print("A small disk cannot be mounted here (root is needed): the full disk is left out.", file=sys.stderr)
    return mounted


COLUMNS = ("messages", "sent", "failed", "uncertain_on_air", "uncertain_not_on_air", "lost", "doubled", "misjudged")


def _table(outcomes: list[Outcome], chosen: argparse.Namespace) -> str:
    by_kind: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        by_kind[one.kind].append(one)
    lines = [
        f"{len(outcomes)} stories from seed {chosen.seed}.",
        "",
        "| fault | stories | messages | sent | failed | uncertain, on the air | uncertain, not on the air"
        " | lost | doubled | misjudged |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    rows = [(kind, by_kind[kind]) for kind in by_kind]
    for kind, played in [*rows, ("**all**", outcomes)]:
        sums = [sum(int(str(one.account[column])) for one in played if one.account) for column in COLUMNS]
        lines.append(f"| {kind} | {len(played)} | " + " | ".join(map(str, sums)) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
