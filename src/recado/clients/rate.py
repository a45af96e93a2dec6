"""How many calls a minute: counted in a small file that the web processes of one machine share.

A lock in memory would count each process by itself, and the database would be written once a call. Twelve bytes under
`flock` cost some ten microseconds. Two machines count apart; a clock that goes back begins a new minute.
"""

from __future__ import annotations

import fcntl
import os
import struct
from dataclasses import dataclass
from pathlib import Path

WINDOW_SECONDS = 60
_FORMAT = struct.Struct("<QI")


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of the minute: `remaining` calls; `reset_seconds` until the next one begins."""

    allowed: bool
    limit: int
    remaining: int
    reset_seconds: int


def spend(folder: Path, key: str, *, limit: int, now: float) -> Allowance:
    """Count one call of `key` at `now` (seconds since 1970) against `limit` a minute. Raises OSError."""
    window, into = divmod(int(now), WINDOW_SECONDS)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / key, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        held = os.pread(descriptor, _FORMAT.size, 0)
        begun, count = _FORMAT.unpack(held) if len(held) == _FORMAT.size else (window, 0)
        count = count if begun == window else 0
        allowed = count < limit
        if allowed:
            count += 1
            os.pwrite(descriptor, _FORMAT.pack(window, count), 0)
    finally:
        os.close(descriptor)
    return Allowance(allowed, limit, max(0, limit - count), WINDOW_SECONDS - into)
