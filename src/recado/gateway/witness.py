"""How far a send had come when its process was killed.

Before each step of a send a few bytes go to a file of the phone, without waiting for the disk: the kernel keeps them
when the process is killed, so the next one knows whether Ctrl-Z had been written, or even what the answer was. After a
power cut the file may be older than the truth; so it is believed only within the same boot of the machine. Costs some
microseconds a step.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

from recado.gsm.causes import Cause, Verdict
from recado.modem.outcome import SendStep
from recado.outbox.doorbell import run_folder
from recado.outbox.models import AttemptResult
from recado.outbox.policy import TryResult

_NOT_YET_ON_AIR = (SendStep.COMMAND, SendStep.PROMPT, SendStep.PDU)
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

    def step(self, attempt_id: int, step: SendStep) -> None:
        """`attempt_id` is about to take `step`."""
        self._write({"attempt": attempt_id, "step": step.value})

    def answered(self, attempt_id: int, result: TryResult) -> None:
        """The phone has answered `attempt_id`, and the database does not know yet."""
        if result.result == AttemptResult.ACCEPTED:
            self._write({"attempt": attempt_id, "step": SendStep.ANSWERED.value, "reference": result.reference})

    def close(self) -> None:
        os.close(self._descriptor)

    def _write(self, fields: dict[str, object]) -> None:
        line = json.dumps({"boot": boot_id(), **fields}).encode().ljust(200) + b"\n"
        os.pwrite(self._descriptor, line, 0)


def testimony(attempt_id: int, phone_id: int) -> TryResult | None:
    """What the file of the phone tells of a try that was in flight; None when it tells nothing certain."""
    try:
        seen = json.loads(_path(phone_id).read_bytes())
        if seen["boot"] != boot_id() or seen["attempt"] != attempt_id:
            return None
        step = SendStep(seen["step"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if step in _NOT_YET_ON_AIR:
        return _NEVER_LEFT
    if step is SendStep.ANSWERED and "reference" in seen:
        return TryResult(AttemptResult.ACCEPTED, reference=seen["reference"])
    return None


@cache
def boot_id() -> str:
    """The kernel's name for this boot of the machine; empty bytes of a file from another boot never equal it."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _path(phone_id: int) -> Path:
    return run_folder() / f"phone-{phone_id}.step"
