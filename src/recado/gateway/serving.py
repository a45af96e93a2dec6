"""The life of one open line: health, pace, claim, send, write down, hear.

What is due goes out at the SIM's pace; in between the phone is listened to. No transaction is open while the phone
talks, and an answer is kept until the database has it.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Protocol

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction

from recado.gateway.bell import Wake
from recado.gateway.choosing import Choice
from recado.gateway.line import Habits, habits_of
from recado.gateway.pace import Pace
from recado.gateway.reporting import PhoneReporter
from recado.gateway.sender import Sender, Told
from recado.gateway.surroundings import LeaseLost, LineChanged, Surroundings
from recado.gateway.translation import to_try_result
from recado.gateway.witness import Witness
from recado.gsm import Verdict
from recado.modem.condition import PhoneCondition
from recado.modem.errors import PhoneDown
from recado.modem.events import LateAnswer, OtherLine, Rebooted, ReportArrived, SmsArrived
from recado.modem.outcome import Outcome, Rejected, SendStep
from recado.modem.outcome import PhoneDown as PhoneDownOutcome
from recado.outbox import claims
from recado.outbox.claims import Claim
from recado.outbox.models import TAKEN, AttemptResult
from recado.outbox.policy import TryResult
from recado.phones.models import Condition, Phone

logger = logging.getLogger(__name__)

SLOW_POLL = 5.0
HEALTH_EVERY_WHEN_ILL = 5.0
# Signal and battery are looked at even while everything goes out well.
HEALTH_AT_LEAST_EVERY = 120.0
REFUSAL_HOLD = 60.0
DATABASE_WAIT = 1.0
# From the claim to Ctrl-Z takes milliseconds. After this the lease is looked at once more; it lasts far longer.
LONG_ON_THE_WAY = timedelta(seconds=5)
_LINE_GONE = (PhoneCondition.DISCONNECTED, PhoneCondition.SILENT)
_DATABASE_ERRORS = (DatabaseError, InterfaceError)
# Events that want no further word of the phone but an acknowledgement.
_CARRIED = (ReportArrived, SmsArrived, LateAnswer, OtherLine)


class Owner(Protocol):
    """The thread that the line belongs to: its phone, how it is woken, and whether it should end."""

    phone_id: int
    wake: Wake

    @property
    def stopping(self) -> bool: ...

    def pause(self, seconds: float) -> None: ...


class PhoneService:
    """The life of one open line: health, pace, claim, send, write down."""

    def __init__(
        self, worker: Owner, sender: Sender, witness: Witness, around: Surroundings, reporter: PhoneReporter
    ) -> None:
        self._worker = worker
        self._sender = sender
        self._witness = witness
        self._incoming = sender.hearing(worker.phone_id, around.now)
        self._around = around
        self._reporter = reporter
        self._phone = Phone(pk=worker.phone_id)
        self._habits: Habits | None = None
        self._look_at_row()
        self._pace = Pace(around.clock, self._phone.last_send_started_at, around.now())
        self._next_health = self._last_health = around.clock.monotonic()
        self._choice = Choice(around)
        self._ready = False
        self._refused_until = 0.0
        self._arrived: tuple[Told, ...] = ()

    def serve(self) -> None:
        """Send what is due until the worker is stopped. Raises PhoneDown when the line or the phone is lost."""
        try:
            self._serve()
        finally:
            self._incoming.keep((*self._arrived, *self._sender.take_events()))

    def _serve(self) -> None:
        self._incoming.take_stored()
        self._care = self._sender.tending(self._phone, self._around)
        while not self._worker.stopping:
            self._look_after_phone()
            wait = self._seconds_until_send()
            if wait > 0:
                self._listen(wait)
                continue
            # Lowered before the look into the queue: a ring after it cuts the sleep short, a ring before it is seen.
            self._worker.wake.clear()
            rest = self._seconds_of_rest()
            if rest > 0:
                self._idle(rest)
            elif self._is_paused():
                self._idle(SLOW_POLL)
            elif (claim := self._claim()) is not None:
                self._send_whole(claim)
            elif self._rules_stand():
                self._idle(self._idle_seconds())

    def _seconds_of_rest(self) -> float:
        if not self._choice.may_rest(self._phone):
            return 0.0
        # What has been sent so far is in the row.
        self._look_at_row()
        return self._choice.seconds_of_rest(self._phone)

    def _claim(self) -> Claim | None:
        allowance, now = self._choice.allowance(self._phone), self._around.now()
        return claims.claim_next(self._phone, self._around.holder, now, allowance, self._witness.claimed)

    def _claim_within(self) -> Claim | None:
        """The next message, within the open transaction, which Overtaken asks to roll back."""
        allowance, now = self._choice.allowance(self._phone), self._around.now()
        claim = claims.claim_within(self._phone, self._around.holder, now, allowance)
        if claim is not None:
            self._witness.claimed(claim)
        return claim

    def _is_paused(self) -> bool:
        """A paused phone does not look into the queue: what it held for a moment the others would pass over."""
        if self._phone.paused:
            self._look_at_row()
        return self._phone.paused

    def _rules_stand(self) -> bool:
        """False when a claim gave nothing because the rules had changed: with the new ones it may."""
        before = self._phone.rules_version
        self._look_at_row()
        return self._phone.rules_version == before

    def _idle(self, seconds: float) -> None:
        """Sleep until a ring at most; never beyond the next look at the phone, nor the slow poll."""
        until_health = max(0.01, self._next_health - self._around.clock.monotonic())
        self._listen(min(seconds, until_health, SLOW_POLL), until_ring=True)

    def _look_after_phone(self) -> None:
        if self._around.clock.monotonic() < self._next_health and not self._reporter.check_wanted:
            return
        self._look_at_row()
        health = self._sender.health()
        now = self._around.now()
        self._ready = health.condition is PhoneCondition.READY
        if not (self._ready and self._refused_until):
            self._reporter.condition(health.condition, health.reason, health.advice, now)
        self._reporter.health(health, now)
        if health.condition in _LINE_GONE:
            raise PhoneDown(health.reason, health.advice, condition=health.condition)
        if self._incoming.behind:
            self._incoming.take_stored()
        self._care.look(self._phone)
        wait = settings.RECADO_PHONE_CHECK_SECONDS if self._ready else HEALTH_EVERY_WHEN_ILL
        self._last_health = self._around.clock.monotonic()
        self._next_health = self._last_health + wait

    def _look_at_row(self) -> None:
        """Hear what people changed. Whoever lost the lease must let go of the line, or its new holder never gets it."""
        row = Phone.objects.filter(pk=self._phone.pk, holder=self._around.holder).first()
        if row is None:
            raise LeaseLost
        if self._habits not in (None, habits_of(row)):
            raise LineChanged
        self._phone, self._habits = row, habits_of(row)

    def _seconds_until_send(self) -> float:
        """0 when a message may be claimed now."""
        monotonic = self._around.clock.monotonic()
        if not self._ready:
            return max(0.01, self._next_health - monotonic)
        return max(self._pace.wait(self._phone.pace_seconds), self._refused_until - monotonic)

    def _idle_seconds(self) -> float:
        """How long nothing will fall due: until the next retry, or until this phone may send more than urgent ones."""
        due = claims.next_due_at()
        until_due = SLOW_POLL if due is None else (due - self._around.now()).total_seconds()
        if until_due <= 0:
            # What is due and was not claimed belongs to a pause or to another phone: no hurry, and no busy loop.
            until_due = self._choice.seconds_for_urgent_only() or SLOW_POLL
        return until_due

    def _listen(self, seconds: float, *, until_ring: bool = False) -> None:
        """Sleep, hearing what the phone says on its own; a ring ends the sleep only where it can change anything."""
        wake = self._worker.wake
        deadline = self._around.clock.monotonic() + seconds
        while not self._worker.stopping and (left := deadline - self._around.clock.monotonic()) > 0:
            self._attend(self._sender.wait(left, wake.fileno()))
            if until_ring:
                return
            wake.clear()

    def _attend(self, events: tuple[Told, ...]) -> None:
        """Heed what the phone said by itself. Raises PhoneDown when it said that it starts again."""
        if any(isinstance(event, Rebooted) for event in events):
            self._incoming.keep(events)
            raise PhoneDown("O aparelho reiniciou.", "", condition=PhoneCondition.INITIALISING)
        if events:
            self._incoming.heed(events)
            self._reporter.alive(self._around.now())

    def _send_whole(self, claim: Claim) -> None:
        """Send all parts of the message, and then those of the next one where nothing stands between."""
        following: Claim | None = claim
        while following is not None:
            claim = following
            self._pace.started(claim.sms)
            self._choice.begun(self._phone, claim)
            outcome = self._send(claim)
            self._arrived = self._sender.take_events()
            more, following = self._write_down(claim, outcome)
            if following is not None:
                continue
            self._heed(outcome)
            self._attend(self._arrived)
            self._arrived = ()
            following = self._next_part(claim) if more else None

    def _may_go_on(self, claim: Claim, result: AttemptResult) -> bool:
        """Whether the next message may leave at once: so it can be claimed in the commit of this one's end."""
        at_ease = self._ready and not (self._refused_until or self._worker.stopping)
        return (
            at_ease
            and result == AttemptResult.ACCEPTED
            and claim.is_last
            and self._pace.wait(self._phone.pace_seconds) <= 0
            and self._around.clock.monotonic() < self._next_health
            and all(isinstance(event, _CARRIED) for event in self._arrived)
            and not self._choice.has_rules(self._phone)
        )

    def _next_part(self, claim: Claim) -> Claim | None:
        while (wait := self._pace.wait(self._phone.pace_seconds)) > 0 and not self._worker.stopping:
            self._listen(wait)
        following = None
        if not self._worker.stopping:
            now, mark = self._around.now(), self._witness.claimed
            following = claims.next_segment(claim, self._phone, self._around.holder, now, mark)
        if following is None:
            claims.let_go(claim, self._around.now())
        return following

    def _send(self, claim: Claim) -> Outcome:
        return self._sender.send(claim, lambda step: self._step(claim, step))

    def _step(self, claim: Claim, step: SendStep) -> None:
        """Told before each step. A process that was stopped on the way must not submit what another may send by now."""
        if step is SendStep.SUBMITTED and self._around.now() - claim.started_at > LONG_ON_THE_WAY:
            self._look_at_row()
        self._witness.step(claim.attempt_id, step)

    def _write_down(self, claim: Claim, outcome: Outcome) -> tuple[bool, Claim | None]:
        """The answer must reach the database. Gives whether the message has a further part, or the next claim."""
        result = to_try_result(outcome)
        self._witness.answered(claim.attempt_id, result)
        logger.info("message %s part %s: %s %s", claim.message_id, claim.part.index, result.result, result.code)
        if not self._may_go_on(claim, result.result):
            return self._finish(claim, result), None
        try:
            with transaction.atomic():
                claims.finish(claim, result, self._around.now())
                self._incoming.keep(self._arrived)
                following = self._claim_within()
        except claims.Overtaken:
            return self._finish(claim, result), None
        except _DATABASE_ERRORS:
            # Whether the next one was claimed is not known: recovery, on holding the phone again, finds it out.
            connection.close()
            self._finish(claim, result)
            raise
        self._count_failures(result)
        self._acknowledge(following)
        return False, following

    def _acknowledge(self, following: Claim | None) -> None:
        """Tell the phone that what it said is kept; should it be gone, what was claimed for it never left."""
        self._arrived = ()
        try:
            self._sender.acknowledge()
        except PhoneDown as down:
            if following is not None:
                never_left = PhoneDownOutcome(down.condition, down.reason, down.advice)
                self._finish(following, to_try_result(never_left))
            raise

    def _finish(self, claim: Claim, result: TryResult) -> bool:
        """Tried until it succeeds: without it the fate would be unknown."""
        while True:
            try:
                more = claims.finish(claim, result, self._around.now())
                self._count_failures(result)
                return more
            except _DATABASE_ERRORS as error:
                logger.error("message %s: its answer is not written yet (%s)", claim.message_id, type(error).__name__)
                connection.close()
                if self._worker.stopping:
                    raise
                self._worker.pause(DATABASE_WAIT)

    def _count_failures(self, result: TryResult) -> None:
        failed = result.result not in TAKEN
        failures = self._phone.consecutive_failures + 1 if failed else 0
        if failures != self._phone.consecutive_failures:
            self._phone.consecutive_failures = failures
            last = {"last_error": result.reason[:300], "last_error_at": self._around.now()} if failed else {}
            Phone.objects.filter(pk=self._phone.pk).update(consecutive_failures=failures, **last)

    def _heed(self, outcome: Outcome) -> None:
        """What the outcome says of the phone itself."""
        monotonic = self._around.clock.monotonic()
        result = to_try_result(outcome)
        match outcome:
            case PhoneDownOutcome(condition=condition, reason=reason, advice=advice):
                if condition in _LINE_GONE:
                    raise PhoneDown(reason, advice, condition=condition)
                self._next_health = monotonic
            case Rejected(reason=reason) if result.verdict is Verdict.PHONE:
                advice = "Confira o chip: saldo, plano e permissão de enviar SMS. Depois, teste o aparelho."
                self._reporter.condition(Condition.LINE_REFUSED, reason, advice, self._around.now())
                self._refused_until = monotonic + REFUSAL_HOLD
            case _ if result.result in TAKEN:
                if self._refused_until:
                    self._refused_until = 0.0
                    self._next_health = monotonic
                else:
                    # A phone that has just sent is well: its next message need not wait for the questions.
                    self._next_health = min(
                        monotonic + settings.RECADO_PHONE_CHECK_SECONDS, self._last_health + HEALTH_AT_LEAST_EVERY
                    )
            case _ if result.result == AttemptResult.UNKNOWN:
                # Silence after Ctrl-Z: ask at once whether the phone still lives.
                self._next_health = monotonic
