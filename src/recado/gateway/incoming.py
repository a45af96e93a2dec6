"""What a phone says by itself: delivery reports and replies, kept before the phone is told to forget them.

The order is the same for both ways they come. Handed over directly (+CDS, +CMT): commit, then acknowledge. Waiting in
the phone's store (+CDSI, +CMTI, or left from before): read, commit, then delete. A process that dies in between reads
them again, and the second copy is recognised.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from recado.gateway.sender import Told
from recado.gsm import DecodeError, Deliver, StatusReport
from recado.inbox.receiving import receive
from recado.modem.driver import Driver
from recado.modem.events import LateAnswer, ReportArrived, ReportStored, SmsArrived, SmsStored
from recado.outbox import evidence
from recado.outbox.receipts import record_report

logger = logging.getLogger(__name__)


class Incoming:
    """The incoming side of one phone. `behind`: something waits in its store that could not be read when it came."""

    def __init__(self, driver: Driver, phone_id: int, now: Callable[[], datetime]) -> None:
        self._driver = driver
        self._phone_id = phone_id
        self._now = now
        self.behind = False

    def take_stored(self) -> None:
        """Fetch what waits in the phone's store. Raises PhoneDown when the phone does not answer."""
        self.behind = False
        for stored in self._driver.list_stored():
            self._keep_stored(stored.memory, stored.index, stored.pdu, is_report=stored.kind == "report")

    def heed(self, events: Iterable[Told]) -> None:
        """Keep what `events` carry, then acknowledge them. Raises PhoneDown when the phone does not answer."""
        for event in events:
            if isinstance(event, ReportStored | SmsStored):
                self._fetch(event)
            else:
                self._keep_event(event)
        self._driver.acknowledge()

    def keep(self, events: Iterable[Told]) -> None:
        """Keep what `events` carry themselves, without a word to the phone: its line is lost, or soon will be.

        Some phones hand a message over once and need no acknowledgement: it exists nowhere else.
        """
        for event in events:
            self._keep_event(event)

    def _fetch(self, event: ReportStored | SmsStored) -> None:
        pdu = self._driver.read_stored(event.memory, event.index)
        if pdu is None:
            self.behind = True
        else:
            self._keep_stored(event.memory, event.index, pdu, is_report=isinstance(event, ReportStored))

    def _keep_event(self, event: Told) -> None:
        match event:
            case ReportArrived(pdu=pdu):
                self._keep_pdu(pdu, is_report=True)
            case SmsArrived(pdu=pdu):
                self._keep_pdu(pdu, is_report=False)
            case LateAnswer(reference=int(reference)):
                evidence.late_answer(self._phone_id, reference, self._now())

    def _keep_stored(self, memory: str, index: int, pdu: str, *, is_report: bool) -> None:
        self._keep_pdu(pdu, is_report=is_report)
        if not self._driver.delete_stored(memory, index):
            logger.warning("phone %s: %s %s is kept but not deleted", self._phone_id, memory, index)

    def _keep_pdu(self, pdu: str, *, is_report: bool) -> None:
        if _tells_of_delivery(pdu, is_report):
            record_report(self._phone_id, pdu, self._now())
        else:
            receive(self._phone_id, pdu, self._now())


def _tells_of_delivery(pdu: str, announced: bool) -> bool:
    """The PDU itself says what it is; only one that cannot be read is what the phone announced.

    Phones announce a report as a message (+CMTI) and the other way round.
    """
    for kind, is_report in ((StatusReport, True), (Deliver, False)):
        try:
            kind.from_hex(pdu)
        except DecodeError:
            continue
        return is_report
    return announced
