"""What becomes of one SMS: does it reach the air, what does the phone say, and when.

One pure decision for each SUBMIT, so that a test can read the whole table in one place. The first fault that
strikes decides; the order goes from the roughest to the mildest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from recado.emulator.faults import Faults

_ON_AIR: Final = "on_air"


@dataclass(frozen=True, slots=True)
class Fate:
    """`silent`: no answer ever; `error`: CMS code; `delay`: seconds more than usual, the phone free meanwhile."""

    on_air: bool
    confirmed: bool = True
    error: int | None = None
    silent: bool = False
    drops_line: bool = False
    delay: float = 0.0


def decide(faults: Faults) -> Fate:
    """Decide for one SMS, using up one occasion of the fault that strikes."""
    if (where := faults.strike("drop_after_submit")) is not None:
        return Fate(on_air=where == _ON_AIR, silent=True, drops_line=True)
    if faults.strike("lost_before_air") is not None:
        return Fate(on_air=False, silent=True)
    if (code := faults.strike("reject")) is not None:
        return Fate(on_air=False, error=int(code))
    if faults.strike("mute_after_submit") is not None:
        return Fate(on_air=True, silent=True)
    if (where := faults.strike("bare_ok")) is not None:
        return Fate(on_air=where == _ON_AIR, confirmed=False)
    if (code := faults.strike("error_though_sent")) is not None:
        return Fate(on_air=True, error=int(code))
    if (seconds := faults.strike("late_answer")) is not None:
        return Fate(on_air=True, delay=float(seconds))
    return Fate(on_air=True)


@dataclass(frozen=True, slots=True)
class PlannedReport:
    """A delivery report to come: seconds from the air, and its TP-ST."""

    after: float
    status: int


def plan_reports(faults: Faults, delay: float) -> tuple[PlannedReport, ...]:
    """Decide which reports one SMS gets; `delay` is the usual one. Uses up one occasion of each fault that strikes."""
    if faults.strike("report_lost") is not None:
        return ()
    final = PlannedReport(float(faults.strike("report_late") or delay), int(faults.strike("report_status") or 0))
    plan = [final]
    if (status := faults.strike("report_temporary")) is not None:
        plan = [PlannedReport(delay, int(status)), PlannedReport(delay + final.after, final.status)]
    if faults.strike("report_repeated") is not None:
        plan.append(plan[-1])
    return tuple(plan)
