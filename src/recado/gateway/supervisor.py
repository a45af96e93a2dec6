"""Keeps one worker a phone, wakes them, renews their leases, and closes what waited too long.

A worker that dies of a fault of ours is said in the log and started again; the others do not notice.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from time import monotonic

from django.db import DatabaseError, InterfaceError, connection

from recado.alarms.watchman import Watchman
from recado.gateway.bell import BellListener
from recado.gateway.complaint import Complaint
from recado.gateway.pairing import PairingHand
from recado.gateway.retention import remove_old
from recado.gateway.surroundings import Surroundings
from recado.gateway.witness import testimony
from recado.gateway.worker import PhoneWorker
from recado.outbox import claims, recovery
from recado.phones import checking, leases
from recado.phones.models import Phone

logger = logging.getLogger(__name__)

ROUND_SECONDS = 1.0
# The phones' rows are read when somebody rang, a phone came or went, or a worker ended; and else this often, since a
# look costs a few milliseconds and nobody's change needs it sooner.
LOOK_EVERY = 5.0
RENEW_EVERY = 8.0
TIDY_EVERY = 10.0
# How long an end waits for the send that is under way; past it the next start settles that send as unknown.
LAST_SEND_SECONDS = 30.0


class Supervisor:
    """Runs the gateway in the calling thread until `stop` is set."""

    def __init__(self, surroundings: Surroundings | None = None) -> None:
        self._around = surroundings or Surroundings(holder=leases.this_process())
        self._workers: dict[int, PhoneWorker] = {}
        self._leaving: list[PhoneWorker] = []
        self._complaint = Complaint(logger, "gateway")
        self._looked = self._renewed = self._tidied = float("-inf")
        self._rung = False

    def run(self, stop: threading.Event) -> None:
        """Keep the workers until `stop`; then end them, each after the send that is under way."""
        bell = BellListener(self.wake_all)
        bell.start()
        watchman = Watchman(self._around.now)
        watchman.start()
        pairing = PairingHand(self._around.now)
        pairing.start()
        logger.info("gateway started as %s", self._around.holder)
        try:
            while not stop.is_set():
                try:
                    self._round(self._around.now())
                    self._complaint.over()
                except (DatabaseError, InterfaceError) as error:
                    self._complaint.about(error)
                    connection.close()
                    self._rung = True
                stop.wait(ROUND_SECONDS)
        finally:
            self._end()
            pairing.stop()
            watchman.stop()
            bell.stop()
            connection.close()
            logger.info("gateway ended")

    def wake_all(self) -> None:
        """Somebody rang: every worker looks into the queue, and the phones' rows are read soon. From any thread."""
        self._rung = True
        for worker in list(self._workers.values()):
            worker.wake.set()

    def _round(self, now: datetime) -> None:
        if self._must_look():
            self._rung = self._around.roster.doubted = False
            self._fit_workers(now)
            self._looked = monotonic()
        if monotonic() - self._renewed >= RENEW_EVERY:
            held = [*self._workers, *(worker.phone_id for worker in self._leaving)]
            leases.renew(held, self._around.holder, now)
            self._renewed = monotonic()
        if monotonic() - self._tidied >= TIDY_EVERY:
            claims.expire_due(now)
            recovery.recover_orphans(now, testimony)
            remove_old(now)
            self._tidied = monotonic()

    def _must_look(self) -> bool:
        if self._rung or self._around.roster.doubted or monotonic() - self._looked >= LOOK_EVERY:
            return True
        return bool(self._leaving) or not all(worker.is_alive() for worker in self._workers.values())

    def _fit_workers(self, now: datetime) -> None:
        """One living worker for each phone in use, none for the others."""
        self._leaving = [worker for worker in self._leaving if worker.is_alive()]
        phones = list(Phone.objects.filter(enabled=True))
        self._around.roster.update(phones, now)
        wanted = {phone.pk: phone.link for phone in phones}
        for phone_id, worker in list(self._workers.items()):
            if wanted.get(phone_id) != worker.link:
                worker.stop()
                self._leaving.append(self._workers.pop(phone_id))
            elif not worker.is_alive():
                logger.error("phone %s: its worker died; starting another", phone_id)
                del self._workers[phone_id]
        still_leaving = {worker.phone_id for worker in self._leaving}
        for phone_id, link in wanted.items():
            if phone_id not in self._workers and phone_id not in still_leaving:
                self._workers[phone_id] = PhoneWorker(phone_id, link, self._around)
                self._workers[phone_id].start()
        for phone in phones:
            if checking.is_open(phone) and phone.pk in self._workers:
                self._workers[phone.pk].check()

    def _end(self) -> None:
        everyone = [*self._workers.values(), *self._leaving]
        for worker in everyone:
            worker.stop()
        deadline = monotonic() + LAST_SEND_SECONDS
        for worker in everyone:
            worker.join(max(0.0, deadline - monotonic()))
            if worker.is_alive():
                logger.warning("phone %s: ended in the middle of a send", worker.phone_id)
