"""Plays the agenda: opens, reiterates and closes RAs at their times, and sends what is queued as the gateway would.

All in one transaction: the demonstration is there as a whole or not at all. Needs a migrated database.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum, auto
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from recado.cli.base import counted
from recado.cli.demonstration import agenda, batches, fates
from recado.cli.demonstration.agenda import Agenda, Request
from recado.cli.demonstration.bills import add_bills
from recado.cli.demonstration.evaluations import add_evaluations, add_failed_mails
from recado.cli.demonstration.fates import Fate
from recado.cli.demonstration.people import FICTITIOUS_NUMBERS, Person, make_people
from recado.cli.demonstration.users import USERS
from recado.outbox import claims, decisions, transitions
from recado.outbox.claims import Claim
from recado.outbox.models import Attempt, AttemptResult, Message, Status
from recado.outbox.policy import TryResult
from recado.phones import leases
from recado.phones.models import Phone
from recado.service_requests.models import Channel, ClosingReason, Requester, ServiceRequest, Subtype
from recado.service_requests.operations import (
    NewRequester,
    close_service_request,
    open_service_request,
    reiterate,
)

SEED = 20261
PHONE_NAME = "Aparelho de demonstração"
_HOLDER = "demonstração"
_ATTENDANTS = tuple(user.username for user in USERS[:3])
_PACE = timedelta(seconds=7)
_ANSWER = timedelta(seconds=3)
_REPORT = timedelta(seconds=9)
_WAITS_FOR_APPROVAL = timedelta(minutes=40)
_SUCCESS, _OTHER_REASONS = 2, (1, 3, 4, 5)
_NOTES = ("Serviço executado no local.", "Equipe concluiu o reparo.", "Cliente informado no local.")
_DESCRIPTIONS = ("", "Desde ontem à noite.", "Ponto de referência: praça.", "Cliente pede urgência.", "")

Act = Callable[[datetime], object]


class Holdings(Enum):
    """Whose data the database holds."""

    NONE = auto()
    FICTITIOUS = auto()
    REAL = auto()


def holdings() -> Holdings:
    """Tell fictitious data from real ones by the first requester, whose number nobody has."""
    first = Requester.objects.order_by("pk").values_list("mobile", flat=True).first()
    if first is not None and first.startswith(FICTITIOUS_NUMBERS):
        return Holdings.FICTITIOUS
    anything = first is not None or Phone.objects.exists() or Message.objects.exists()
    return Holdings.REAL if anything else Holdings.NONE


def create_demonstration(now: datetime | None = None) -> str:
    """Make the fictitious weeks before `now`, once; give what was made, in words, or "" when there are data already."""
    at = timezone.localtime(now)
    with transaction.atomic():
        if holdings() is not Holdings.NONE:
            return ""
        link = f"serial:{Path(settings.RECADO_HOME) / 'run' / 'emulator-tty'}"
        phone = Phone.objects.create(name=PHONE_NAME, link=link, pace_seconds=_PACE.total_seconds())
        chance = random.Random(SEED)  # noqa: S311 - the same weeks every time are wanted, no secret
        _Story(chance, phone, agenda.plan(chance, at)).play(at)
        add_evaluations(chance, _SUCCESS, at)
        add_failed_mails(at)
        add_bills(chance, _ATTENDANTS[1], at)
        batches.limit_one_person(_ATTENDANTS[2], at - timedelta(days=1))
        batches.ask_for_approval(make_people(chance), _ATTENDANTS[1], at - _WAITS_FOR_APPROVAL)
        leases.release(phone.pk, _HOLDER, timezone.now())
        Phone.objects.filter(pk=phone.pk).update(last_send_started_at=None)
    requests, messages = ServiceRequest.objects.count(), Message.objects.count()
    return f"{counted(requests, 'RA', 'RAs')} e {counted(messages, 'mensagem', 'mensagens')}"


class _Story:
    """The acts to come, by their time, and the radio that sends between them."""

    def __init__(self, chance: random.Random, phone: Phone, plan: Agenda) -> None:
        self._chance = chance
        self._people = make_people(chance)
        self._subtypes = list(Subtype.objects.order_by("pk"))
        self._channels = list(Channel.objects.order_by("pk"))
        self._reasons = {reason.pk: reason for reason in ClosingReason.objects.all()}
        self._acts: list[tuple[datetime, int, Act]] = []
        self._order = itertools.count()
        self._radio = _Radio(chance, phone, plan)
        batch_at = plan.batch_at
        self._at(batch_at, lambda at: batches.send_batch(self._people, _ATTENDANTS[1], at))
        self._at(batch_at + batches.LASTS, batches.end_batches)
        for place, request in enumerate(plan.requests):
            people = self._people[place % len(self._people)], self._people[(place + 1) % len(self._people)]
            self._at(request.opened_at, self._opening(request, *people))

    def play(self, now: datetime) -> None:
        """Play every act up to `now`; what came in last stays queued for the real gateway."""
        while self._acts and self._acts[0][0] <= now:
            at, _, act = heapq.heappop(self._acts)
            self._radio.send_until(min(at, now - agenda.LAST_SENT_BEFORE))
            act(at)
        self._radio.send_until(now - agenda.LAST_SENT_BEFORE / 2)

    def _at(self, moment: datetime, act: Act) -> None:
        heapq.heappush(self._acts, (moment, next(self._order), act))

    def _opening(self, request: Request, person: Person, neighbour: Person) -> Act:
        def act(at: datetime) -> None:
            opened = open_service_request(
                subtype=self._chance.choice(self._subtypes),
                channel=self._chance.choice(self._channels),
                requester=NewRequester(person.name, person.mobile, person.email),
                property_id=person.property_id,
                description=self._chance.choice(_DESCRIPTIONS),
                actor=self._chance.choice(_ATTENDANTS),
                now=at,
            )
            number = opened.service_request.pk
            if opened.message is not None and request.age is not None:
                self._radio.fates[opened.message.pk] = agenda.FATES.get(request.age, fates.WELL)
                self._decide_later(request.age, opened.message.pk, at)
            if request.reiterated_at is not None:
                self._at(request.reiterated_at, self._reiteration(number, neighbour))
            if request.closed_at is not None:
                self._at(request.closed_at, self._closing(number, success=request.success))

        return act

    def _reiteration(self, number: int, person: Person) -> Act:
        def act(at: datetime) -> None:
            who = NewRequester(person.name, person.mobile, person.email)
            reiterate(number, requester=who, actor=self._chance.choice(_ATTENDANTS), now=at)

        return act

    def _closing(self, number: int, *, success: bool) -> Act:
        def act(at: datetime) -> None:
            reason = self._reasons[_SUCCESS if success else self._chance.choice(_OTHER_REASONS)]
            note, actor = self._chance.choice(_NOTES) if success else "", self._chance.choice(_ATTENDANTS)
            close_service_request(number, reason=reason, closed_at=at, note=note, actor=actor, now=at)

        return act

    def _decide_later(self, age: int, message_id: int, at: datetime) -> None:
        """What a person does about the trouble of this message, if it is one of those."""
        actor = _ATTENDANTS[age % len(_ATTENDANTS)]
        deeds: dict[int, Act] = {
            agenda.CORRECTED: lambda when: self._correct(message_id, actor, when),
            agenda.DISCARDED: lambda when: decisions.discard(
                message_id, note="Cliente avisado por telefone.", actor=actor, now=when
            ),
            agenda.RESENT: lambda when: decisions.resend(message_id, actor=actor, now=when),
            agenda.CONFIRMED: lambda when: decisions.confirm_sent(message_id, actor=actor, now=when),
        }
        if age in deeds:
            self._at(at + agenda.DECIDED_AFTER, deeds[age])

    def _correct(self, message_id: int, actor: str, at: datetime) -> None:
        decisions.correct_number(message_id, self._people[-1].mobile, actor=actor, now=at)


class _Radio:
    """Sends what is queued through the product's own claims, with past times, one every 7 s."""

    def __init__(self, chance: random.Random, phone: Phone, plan: Agenda) -> None:
        self.fates: dict[int, Fate] = {}
        self._chance = chance
        self._phone = phone
        self._plan = plan
        self._free_at = plan.requests[0].opened_at
        leases.acquire(phone.pk, _HOLDER, self._free_at)
        self._phone.refresh_from_db()

    def send_until(self, until: datetime) -> None:
        """Send everything that is due before `until`."""
        while (due := claims.next_due_at()) is not None:
            at = self._after_outage(max(due, self._free_at))
            if at > until:
                return
            claims.expire_due(at)
            claim = claims.claim_next(self._phone, _HOLDER, at)
            if claim is not None:
                self._send(claim, at)

    def _send(self, claim: Claim, at: datetime) -> None:
        current: Claim | None = claim
        while current is not None:
            answered = at + _ANSWER
            more = claims.finish(current, self._answer(current), answered)
            self._free_at = at + _PACE
            at = self._free_at
            current = claims.next_segment(current, self._phone, _HOLDER, at) if more else None
        self._confirm_delivery(claim.message_id, answered)

    def _answer(self, claim: Claim) -> TryResult:
        earlier = Attempt.objects.filter(segment_id=claim.segment_id).exclude(pk=claim.attempt_id).count()
        result = fates.answer(self.fates.get(claim.message_id, fates.WELL), earlier)
        if result.result is AttemptResult.ACCEPTED:
            return TryResult(AttemptResult.ACCEPTED, reference=self._chance.randrange(256))
        return result

    def _confirm_delivery(self, message_id: int, answered: datetime) -> None:
        """Some mobiles confirm the receipt, few say that it never came; most say nothing."""
        luck = self._chance.random()
        if luck < 0.25:
            after, note = Status.DELIVERED, "O celular confirmou o recebimento."
        elif luck < 0.27:
            after, note = Status.UNDELIVERED, "A operadora desistiu de entregar ao celular."
        else:
            return
        transitions.change(message_id, Status.SENT, after, at=answered + _REPORT, note=note)

    def _after_outage(self, at: datetime) -> datetime:
        if self._plan.outage_from <= at < self._plan.outage_until:
            return self._plan.outage_until
        return at
