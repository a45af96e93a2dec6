"""What a phone says by itself: delivery reports and replies, kept before the phone is told to forget them.

The order is the same for both ways they come. Handed over directly (+CDS, +CMT): commit, then acknowledge. Waiting in
the phone's store (+CDSI, +CMTI, or left from before): read, commit, then delete. A process that dies in between reads
them again, and the second copy is recognised.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from recado.inbox.receiving import receive
from recado.modem.driver import Driver
from recado.modem.events import Event, LateAnswer, ReportArrived, ReportStored, SmsArrived, SmsStored
from recado.outbox import evidence
from recado.outbox.receipts import record_report

logger = logging.getLogger(__name__)


class Incoming:
    """The incoming side of one phone."""

    def __init__(self, driver: Driver, phone_id: int, now: Callable[[], datetime]) -> None:
        self._driver = driver
        self._phone_id = phone_id
        self._now = now

    def take_stored(self) -> None:
        """Fetch what waits in the phone's store. Raises PhoneDown when the phone does not answer."""
        for stored in self._driver.list_stored():
            self._keep_stored(stored.memory, stored.index, stored.pdu, is_report=stored.kind == "report")

    def heed(self, events: Iterable[Event]) -> None:
        """Keep what `events` carry, then acknowledge them. Raises PhoneDown when the phone does not answer."""
        for event in events:
            self._heed_one(event)
        self._driver.acknowledge()

    def _heed_one(self, event: Event) -> None:
        match event:
            case ReportArrived(pdu=pdu):
                record_report(self._phone_id, pdu, self._now())
            case SmsArrived(pdu=pdu):
                receive(self._phone_id, pdu, self._now())
            case ReportStored(memory=memory, index=index) | SmsStored(memory=memory, index=index):
                stored = self._driver.read_stored(memory, index)
                if stored is not None:
                    self._keep_stored(memory, index, stored, is_report=isinstance(event, ReportStored))
            case LateAnswer(reference=int(reference)):
                evidence.late_answer(self._phone_id, reference, self._now())

    def _keep_stored(self, memory: str, index: int, pdu: str, *, is_report: bool) -> None:
        if is_report:
            record_report(self._phone_id, pdu, self._now())
        else:
            receive(self._phone_id, pdu, self._now())
        if not self._driver.delete_stored(memory, index):
            logger.warning("phone %s: %s %s is kept but not deleted", self._phone_id, memory, index)
