"""How far a send had come when its process was killed.

Before each step of a send a few bytes go to a file of the phone, without waiting for the disk: the kernel keeps them
when the process is killed, so the next one knows whether Ctrl-Z had been written, or even what the answer was. After a
power cut the file may be older than the truth; so it is believed only within the same boot of the machine. Nor is it
the last word while its writer lives: a suspended process may wake up and go on. The writer holds a lock on the file,
which the kernel lets go with the process. Costs some microseconds a step.

The file has two lines. The second names the claim that is about to be committed, so that a process killed between that
commit and the first step leaves no doubt either; the first keeps what became of the try before, which is in the same
commit. Its time tells a claim that was rolled back from a later one under the same key.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from recado.gateway.translation import HANDED_OVER
from recado.gsm.causes import Cause, Verdict
from recado.modem.outcome import SendStep
from recado.outbox.claims import Claim
from recado.outbox.doorbell import run_folder
from recado.outbox.models import TAKEN, Attempt, AttemptResult
from recado.outbox.policy import TryResult

_NOT_YET_ON_AIR = (SendStep.COMMAND, SendStep.PROMPT, SendStep.PDU, SendStep.STORED)
_LINE = 201
_SECOND_LINE = _LINE
_LOCK_TRIES, _LOCK_WAIT = 50, 0.01
_NEVER_LEFT = TryResult(
    AttemptResult.PHONE_DOWN,
    Verdict.PHONE,
    Cause.PHONE_DOWN,
    reason="O Recado parou antes de entregar o SMS ao aparelho.",
)


class Witness:
    """Writes the steps of one phone's sends; `close` when the line is given up."""

    def __init__(self, phone_id: int) -> None:
        self._descriptor = os.open(_path(phone_id), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._mine = _lock(self._descriptor)

    def claimed(self, claim: Claim) -> None:
        """`claim` is about to be committed, and no step of it was taken."""
        self._write({"attempt": claim.attempt_id, "at": claim.started_at.isoformat()}, _SECOND_LINE)

    def step(self, attempt_id: int, step: SendStep) -> None:
        """`attempt_id` is about to take `step`."""
        self._write({"attempt": attempt_id, "step": step.value})

    def answered(self, attempt_id: int, result: TryResult) -> None:
        """The phone has answered `attempt_id`, and the database does not know yet."""
        if result.result in TAKEN:
            answer = {"result": result.result.value, "reference": result.reference}
            self._write({"attempt": attempt_id, "step": SendStep.ANSWERED.value, **answer})

    def close(self) -> None:
        os.close(self._descriptor)

    def _write(self, fields: dict[str, object], offset: int = 0) -> None:
        if not self._mine:
            # Another process that is not dead writes here: what it says must stay.
            return
        line = json.dumps({"boot": boot_id(), **fields}).encode().ljust(_LINE - 1) + b"\n"
        os.pwrite(self._descriptor, line, offset)


def testimony(attempt_id: int, phone_id: int) -> TryResult | None:
    """What the file of the phone tells of a try that was in flight; None when it tells nothing certain."""
    try:
        with _path(phone_id).open("rb") as file:
            writer_is_gone = _try_lock(file.fileno(), fcntl.LOCK_SH)
            lines = file.read()
        seen = _read(lines[:_LINE])
        if seen.get("attempt") != attempt_id:
            claimed = _read(lines[_SECOND_LINE:])
            never_begun = claimed.get("attempt") == attempt_id and writer_is_gone and _began_at(attempt_id, claimed)
            return _NEVER_LEFT if never_begun else None
        step = SendStep(seen["step"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if step in _NOT_YET_ON_AIR and writer_is_gone:
        return _NEVER_LEFT
    if step is SendStep.ANSWERED and seen.get("result") in TAKEN:
        handed_over = seen["result"] == AttemptResult.HANDED_OVER
        return HANDED_OVER if handed_over else TryResult(AttemptResult.ACCEPTED, reference=seen["reference"])
    return None


def _read(line: bytes) -> dict[str, Any]:
    """What a line says; nothing when it is empty, or from another boot."""
    said = json.loads(line) if line.strip(b"\0 \n") else {}
    return said if isinstance(said, dict) and said.get("boot") == boot_id() else {}


def _began_at(attempt_id: int, claimed: dict[str, Any]) -> bool:
    return Attempt.objects.filter(pk=attempt_id, started_at=datetime.fromisoformat(claimed["at"])).exists()


def _lock(descriptor: int) -> bool:
    """Take the file for ourselves; a reader holds it for microseconds, so it is asked for more than once."""
    for _ in range(_LOCK_TRIES):
        if _try_lock(descriptor, fcntl.LOCK_EX):
            return True
        time.sleep(_LOCK_WAIT)
    return False


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@cache
def boot_id() -> str:
    """The kernel's name for this boot of the machine; empty bytes of a file from another boot never equal it."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _path(phone_id: int) -> Path:
    return run_folder() / f"phone-{phone_id}.step"
