"""`python -m bench.emulators FOLDER COUNT LATENCY`: phones in software in a process of their own.

One thread a phone, so that what is measured is the gateway and not the phones. Prints `ready`, then lives until its
standard input ends. The link of phone n is `FOLDER/phone-n`; what reached the air is in `FOLDER/phone-n.jsonl`.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from recado.emulator.serve import serve_pty
from recado.emulator.settings import PhoneSettings


def main() -> None:
    folder, count, latency = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    settings = PhoneSettings(latency=latency)
    servers = [
        serve_pty(
            folder / f"phone-{number}",
            control=folder / f"phone-{number}.control",
            journal=folder / f"phone-{number}.jsonl",
            settings=settings,
        )
        for number in range(count)
    ]
    threads = [threading.Thread(target=server.run, daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    sys.stdin.read()
    for server in servers:
        server.stop()
    for thread in threads:
        thread.join(5)


if __name__ == "__main__":
    main()
