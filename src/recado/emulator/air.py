"""The network's side of the phone in software: what really reached it, and the delivery reports that it gives back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Final

from recado.emulator import network
from recado.emulator.agenda import Agenda
from recado.emulator.fate import plan_reports
from recado.emulator.faults import Faults
from recado.emulator.network import AirSms
from recado.emulator.settings import PhoneSettings
from recado.emulator.state import Stored
from recado.gsm import Submit

MOST_ON_AIR: Final = 10_000


class Air:
    """Keeps the last `MOST_ON_AIR` SMS at least; `total` counts them all. `report` is handed each status report."""

    def __init__(
        self,
        settings: PhoneSettings,
        faults: Faults,
        agenda: Agenda,
        report: Callable[[Stored], None],
        epoch: datetime,
    ) -> None:
        self.kept: Final[list[AirSms]] = []
        self.total = 0
        self._settings: Final = settings
        self._faults: Final = faults
        self._agenda: Final = agenda
        self._report: Final = report
        self._epoch: Final = epoch

    def put(self, submit: Submit, pdu: str, reference: int, now: float) -> None:
        """The network took an SMS: keep it, and plan the reports it asked for."""
        self.total += 1
        sms = network.air_sms(submit, pdu, sequence=self.total, reference=reference, at=self._moment(now))
        self.kept.append(sms)
        # Cut in large pieces, so that a long run does not copy the list at every SMS.
        if len(self.kept) >= 2 * MOST_ON_AIR:
            del self.kept[:-MOST_ON_AIR]
        if not submit.status_report:
            return
        for planned in plan_reports(self._faults, self._settings.report_delay):
            self._agenda.plan(now + planned.after, partial(self._give_report, sms, planned.status))

    def since(self, sequence: int) -> list[AirSms]:
        """What came after the SMS number `sequence`, as far as it is still kept."""
        newer = self.total - sequence
        return self.kept[-newer:] if newer > 0 else []

    def local_time(self, now: float) -> datetime:
        """The network's own time."""
        return self._moment(now).astimezone(timezone(self._settings.utc_offset))

    def _give_report(self, sms: AirSms, status: int, now: float) -> None:
        discharged_at = self.local_time(now)
        self._report(network.status_report(sms, self._settings.smsc, discharged_at=discharged_at, status=status))

    def _moment(self, now: float) -> datetime:
        return self._epoch + timedelta(seconds=now)
