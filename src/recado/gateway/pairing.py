"""The gateway's hand for pairing: a thread that does what a person asked for on a screen, and nothing besides.

It looks for a task now and then; Bluetooth itself is touched only while a task is under way.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime

from django.db import DatabaseError, InterfaceError, connection

from recado.links import LinkDown
from recado.links.bluetooth.pairing import Found, Pairing
from recado.pairing import tasks
from recado.pairing.finds import Find
from recado.pairing.including import NameTaken, include
from recado.pairing.models import PairingTask, Step, Work
from recado.people.audit import record
from recado.people.models import Deed

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.5
ANSWER_EVERY = 0.3
_JOIN_SECONDS = 3.0
_NO_WAY = "Ele não oferece por Bluetooth nem porta serial, nem modem, nem mensagens: não pode enviar."
_OTHER_MODEL = "Use outro modelo. iPhones não enviam por Bluetooth."


class PairingHand(threading.Thread):
    """Does the tasks of this machine until `stop()`; `now` gives the time in UTC, `radio` a way to Bluetooth."""

    def __init__(self, now: Callable[[], datetime], radio: Callable[[], Pairing] = Pairing) -> None:
        super().__init__(name="recado-pairing", daemon=True)
        self._now = now
        self._radio = radio
        self._host = socket.gethostname()
        self._ended = threading.Event()

    def run(self) -> None:
        try:
            self._safely(lambda: tasks.abandon(self._host, self._now()))
            while not self._ended.wait(LOOK_EVERY):
                self._safely(self.look)
        finally:
            connection.close()

    def stop(self) -> None:
        """Ask for an end; a task that is under way is ended in words by the next start."""
        self._ended.set()
        if self.is_alive():
            self.join(_JOIN_SECONDS)

    def look(self) -> None:
        """Do the task that waits, if any."""
        task = tasks.take(self._host, self._now())
        if task is None:
            return
        try:
            with closing(self._radio()) as radio:
                self._do(task, radio)
        except LinkDown as down:
            self._fail(task, down.reason, down.advice)

    def _safely(self, work: Callable[[], None]) -> None:
        try:
            work()
        except (DatabaseError, InterfaceError) as error:
            logger.error("pairing: the database failed (%s); trying again", type(error).__name__)
            connection.close()
        except Exception:
            # Whatever it was, the task ends by its deadline, and the next one is looked for.
            logger.exception("pairing: a task failed by a fault of ours")

    def _do(self, task: PairingTask, radio: Pairing) -> None:
        match Work(task.work):
            case Work.SCAN:
                found = radio.scan(tasks.SCAN_SECONDS)
                tasks.finish(task, self._now(), finds=tuple(find_of(one) for one in found))
            case Work.PAIR:
                self._pair(task, radio)
            case Work.UNPAIR:
                self._unpair(task, radio)

    def _pair(self, task: PairingTask, radio: Pairing) -> None:
        was_paired = radio.find(task.address).paired
        watch = _Watch(task, lambda: radio.cancel(task.address))
        watch.start()
        try:
            find = find_of(radio.pair(task.address, PersonAtScreen(task, self._now)))
        finally:
            watch.over.set()
        if not tasks.is_under_way(task):
            # Whoever asked gave up meanwhile: nothing stays paired that nobody wants.
            if not was_paired:
                radio.unpair(task.address)
        elif not find.links:
            self._fail(task, f"Pareado com “{find.name}”, mas não incluído. {_NO_WAY}", _OTHER_MODEL)
        else:
            self._include(task, find)

    def _include(self, task: PairingTask, find: Find) -> None:
        try:
            included = include(find, task.name, actor=task.asked_by, now=self._now())
        except NameTaken as taken:
            self._fail(task, str(taken), "Comece de novo com outro nome: o aparelho já está pareado.")
            return
        if tasks.finish(task, self._now(), finds=(find,), phone=included.phone):
            words = "já incluído" if included.was_there else "incluído"
            self._record(Deed.PHONE_PAIRED, task, f"{words} como {included.phone.name}")

    def _unpair(self, task: PairingTask, radio: Pairing) -> None:
        if not radio.unpair(task.address):
            self._fail(task, f"Este computador não conhece o aparelho {task.address}: não há o que desfazer.", "")
        elif tasks.finish(task, self._now()):
            self._record(Deed.PHONE_UNPAIRED, task, "")

    def _fail(self, task: PairingTask, reason: str, advice: str) -> None:
        if tasks.fail(task, reason, advice, self._now()) and task.work != Work.SCAN:
            self._record(Deed.PAIRING_FAILED, task, reason)

    def _record(self, deed: Deed, task: PairingTask, detail: str) -> None:
        record(deed, who=task.asked_by, subject=task.address, detail=detail, now=self._now())


class PersonAtScreen:
    """The person before the screen and the phone; see `links.bluetooth.agent.Person`."""

    def __init__(self, task: PairingTask, now: Callable[[], datetime]) -> None:
        self._task = task
        self._now = now

    def same_number(self, number: str) -> bool:
        """Whether the person said that the phone shows `number`."""
        return self._ask(Step.COMPARE, number).agreed

    def pin(self) -> str | None:
        """What the person typed."""
        given = self._ask(Step.PIN, "")
        return given.pin if given.agreed and given.pin else None

    def show(self, number: str) -> None:
        """Have `number` typed in on the phone."""
        try:
            tasks.ask(self._task, Step.SHOW, number, self._now())
        finally:
            connection.close()

    def _ask(self, step: Step, number: str) -> tasks.Answer:
        """Wait for the answer, in the thread that the agent gave: it has a connection of its own, closed here."""
        nobody = tasks.Answer(False, "")
        try:
            if not tasks.ask(self._task, step, number, self._now()):
                return nobody
            deadline = self._now() + tasks.ANSWER_PATIENCE
            pause = threading.Event()
            while self._now() < deadline:
                if (given := tasks.take_answer(self._task)) is not None:
                    return given
                pause.wait(ANSWER_EVERY)
            return nobody
        finally:
            connection.close()


class _Watch(threading.Thread):
    """Cancels what BlueZ is doing as soon as the task is over: the person at the phone may still be asked."""

    def __init__(self, task: PairingTask, cancel: Callable[[], None]) -> None:
        super().__init__(name="recado-pairing-watch", daemon=True)
        self.over = threading.Event()
        self._task = task
        self._cancel = cancel

    def run(self) -> None:
        try:
            while not self.over.wait(ANSWER_EVERY):
                if not tasks.is_under_way(self._task):
                    self._cancel()
                    return
        finally:
            connection.close()


def find_of(found: Found) -> Find:
    """What is kept of a device."""
    return Find(
        address=found.address,
        name=found.name,
        signal_dbm=found.signal_dbm,
        paired=found.paired,
        is_phone=found.is_phone,
        links=tuple(str(link) for link in found.links),
        told=found.told,
    )
