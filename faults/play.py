"""`python -m faults.play KIND SEED HOME`: play one story and print its account as JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from faults.kinds import KINDS, ON_SMALL_DISK
from faults.story import Story


def main() -> None:
    """Django's settings are in the environment already."""
    kind, seed, home = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    import django

    django.setup()
    story = Story(home, kind, seed)
    started = time.monotonic()
    try:
        {**KINDS, **ON_SMALL_DISK}[kind](story)
        story.repair_and_settle()
    finally:
        story.take_down()
    account = story.count()
    account.seconds = round(time.monotonic() - started, 1)
    print(json.dumps(account.as_dict(), ensure_ascii=False))


if __name__ == "__main__":
    main()
