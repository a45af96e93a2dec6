"""One thread for one phone: hold it, open its line, start it, send what is due at its pace, and never die of it.

    hold the lease -> settle what the last holder left -> open the line -> start the phone -> serve -> (line lost) again

Nothing the phone does ends the thread: each trouble becomes a condition on the screens and a wait. What is queued stays
queued meanwhile and costs no try. No transaction is open while the phone talks.
"""

from __future__ import annotations

import logging
import threading
from contextlib import closing

from django.db import DatabaseError, InterfaceError, connection

from recado.gateway.backoff import wait_before
from recado.gateway.bell import Wake
from recado.gateway.complaint import Complaint
from recado.gateway.line import open_sender
from recado.gateway.reporting import PhoneReporter
from recado.gateway.sender import Sender
from recado.gateway.serving import PhoneService
from recado.gateway.surroundings import LeaseLost, LineChanged, Surroundings
from recado.gateway.witness import Witness, testimony
from recado.modem.condition import PhoneCondition
from recado.modem.errors import PhoneDown
from recado.outbox import recovery
from recado.phones import leases
from recado.phones.models import Condition, Phone

logger = logging.getLogger(__name__)

# A line that is lost is tried again soon, so that plugging a cable in is answered at once; then less often.
RECONNECT_WAITS = (0.5, 1.0, 2.0, 2.0, 5.0, 5.0, 10.0)
LEASE_WAIT = 2.0
DATABASE_WAIT = 1.0
_DATABASE_ERRORS = (DatabaseError, InterfaceError)


class PhoneWorker(threading.Thread):
    """Serves the phone with primary key `phone_id` until `stop()`; `wake` is raised when something was queued."""

    def __init__(self, phone_id: int, link: str, surroundings: Surroundings) -> None:
        super().__init__(name=f"recado-phone-{phone_id}", daemon=True)
        self.phone_id = phone_id
        self.link = link
        self.wake = Wake()
        self._around = surroundings
        self._stopping = threading.Event()
        self._reporter = PhoneReporter(phone_id, surroundings.roster.doubt)
        self._failures = 0
        self._complaint = Complaint(logger, f"phone {phone_id}")

    def stop(self) -> None:
        """Ask for an end after the send that is under way, if any."""
        self._stopping.set()
        self.wake.set()

    def check(self) -> None:
        """Ask the phone soon how it is: a person wants to know."""
        self._reporter.check_wanted = True
        self.wake.set()

    def run(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    self._hold_and_serve()
                    self._complaint.over()
                except _DATABASE_ERRORS as error:
                    self._complaint.about(error)
                    connection.close()
                    self.pause(DATABASE_WAIT)
        finally:
            self._give_back()

    def _hold_and_serve(self) -> None:
        if not leases.acquire(self.phone_id, self._around.holder, self._around.now()):
            self.pause(LEASE_WAIT)
            return
        settled = recovery.recover(self.phone_id, self._around.now(), testimony)
        if settled:
            logger.warning("phone %s: settled %s sends that had been left unfinished", self.phone_id, settled)
        try:
            self._connect_and_serve()
        except LineChanged:
            logger.info("phone %s: opening the line anew", self.phone_id)
        except LeaseLost:
            logger.warning("phone %s: the lease is lost; letting go of the line", self.phone_id)
        except PhoneDown as down:
            self._report(down.condition, down.reason, down.advice)
            self.pause(wait_before(self._failures, RECONNECT_WAITS, self._around.chance))
            self._failures += 1

    def _connect_and_serve(self) -> None:
        with closing(Witness(self.phone_id)) as witness, closing(self._connect()) as sender:
            identity = sender.start()
            self._reporter.identity(identity, self._around.now())
            logger.info("phone %s: %s %s is ready", self.phone_id, identity.manufacturer, identity.model)
            self._failures = 0
            PhoneService(self, sender, witness, self._around, self._reporter).serve()

    def _connect(self) -> Sender:
        sender = open_sender(Phone.objects.get(pk=self.phone_id), self._around)
        if self._failures == 0:
            self._report(Condition.CONNECTING, "Conectando ao aparelho.", "")
        return sender

    def _report(self, condition: Condition | PhoneCondition, reason: str, advice: str) -> None:
        logger.info("phone %s: %s", self.phone_id, condition.value)
        self._reporter.condition(condition, reason, advice, self._around.now())

    def pause(self, seconds: float) -> None:
        """Sleep, or until the end is asked for."""
        self._stopping.wait(seconds)

    @property
    def stopping(self) -> bool:
        """True once the end was asked for."""
        return self._stopping.is_set()

    def _give_back(self) -> None:
        try:
            leases.release(self.phone_id, self._around.holder, self._around.now())
            if self.stopping:
                self._reporter.condition(Condition.UNKNOWN, "O serviço de envio foi encerrado.", "", self._around.now())
        except _DATABASE_ERRORS as error:
            logger.error("phone %s: lease not released (%s)", self.phone_id, type(error).__name__)
        finally:
            connection.close()
