"""Whatever happens, in whatever order, nothing is lost, nothing is doubled and every change is told.

Hypothesis drives the queue as phones, people, crashes and time do, and keeps a model beside it: what is on the air.
After each step the rows must tell one story with the model. Processes that were suspended and wake up late take part.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from recado.outbox import claims, decisions, recovery
from recado.outbox.claims import Claim
from recado.outbox.decisions import DecisionRefused
from recado.outbox.models import (
    NOT_SENT_GROUP,
    SENT_GROUP,
    Attempt,
    AttemptResult,
    Message,
    OnUncertain,
    Segment,
    SegmentStatus,
    Status,
    StatusChange,
)
from recado.outbox.policy import TryResult
from recado.outbox.transitions import ALLOWED
from recado.phones.models import Phone
from tests.support.outbox import (
    ACCEPTED,
    DUPLICATE,
    EVERY_ANSWER,
    HOLDER,
    NOW,
    ONE_PART,
    OTHER_MOBILE,
    THREE_PARTS,
    make_phone,
    make_type,
    queue_message,
)

PHONES = 2
phone_places = st.integers(0, PHONES - 1)
picks = st.integers(0, 10**6)
# Half of them good, so that messages get on.
answers = st.one_of(st.just(ACCEPTED), st.sampled_from(EVERY_ANSWER))
SENSIBLE = {
    "resend": decisions.RESENDABLE,
    "correct": decisions.CORRECTABLE,
    "discard": decisions.DISCARDABLE,
    "undo": (Status.CANCELLED,),
    "confirm": (Status.UNCERTAIN,),
}
PERSON = "maria"
# Few enough that the same message is met again and again.
FEW = 4


class Queue(RuleBasedStateMachine):
    """The queue with two phones; `open_tries` are what the gateway's workers hold, `stale` what suspended ones do."""

    def __init__(self) -> None:
        super().__init__()
        self._undo = transaction.atomic()
        self._undo.__enter__()
        self.now: datetime = NOW
        self.phones = [make_phone(f"Aparelho {place}") for place in range(PHONES)]
        self.kinds = [
            make_type(validity_minutes=30, max_attempts=2),
            make_type(validity_minutes=None, max_attempts=3, on_uncertain=OnUncertain.RESEND),
        ]
        self.open_tries: dict[int, Claim] = {}
        self.between_parts: dict[int, Claim] = {}
        self.stale: list[tuple[Claim, Phone]] = []
        self.expected = 0
        self.on_air: set[int] = set()
        self.moments: dict[int, datetime] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._undo.__exit__(None, None, None)

    @initialize()
    def the_day_begins_with_two(self) -> None:
        self.an_event_queues_a_message(THREE_PARTS, 0)
        self.an_event_queues_a_message(ONE_PART, 1)

    @precondition(lambda self: self.expected < FEW)
    @rule(text=st.sampled_from([ONE_PART, THREE_PARTS, THREE_PARTS]), kind=st.integers(0, 1))
    def an_event_queues_a_message(self, text: str, kind: int) -> None:
        queue_message(text, kind=self.kinds[kind], at=self.now)
        self.expected += 1

    @rule(minutes=st.sampled_from([1, 5, 45]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        claims.expire_due(self.now)
        assert recovery.recover_orphans(self.now) == 0

    @rule(place=phone_places)
    def a_phone_claims(self, place: int) -> None:
        if place in self.open_tries or place in self.between_parts:
            return
        claimed = claims.claim_next(self.phones[place], HOLDER, self.now)
        if claimed is not None:
            self._begins(place, claimed)

    @precondition(lambda self: self.open_tries)
    @rule(pick=picks, outcome=answers)
    def the_phone_answers(self, pick: int, outcome: TryResult) -> None:
        self._answers(sorted(self.open_tries)[pick % len(self.open_tries)], outcome)

    @rule(place=phone_places, outcomes=st.lists(answers, min_size=1, max_size=3))
    def a_phone_sends(self, place: int, outcomes: list[TryResult]) -> None:
        """A claim and the parts after it, as the gateway does them when nothing comes between."""
        self.a_phone_claims(place)
        for outcome in outcomes:
            if place in self.open_tries:
                self._answers(place, outcome)
            if place in self.between_parts:
                self._goes_on(place)

    @precondition(lambda self: self.between_parts)
    @rule(pick=picks)
    def the_next_part_begins(self, pick: int) -> None:
        self._goes_on(sorted(self.between_parts)[pick % len(self.between_parts)])

    @precondition(lambda self: self.between_parts)
    @rule(pick=picks)
    def the_gateway_is_stopped_between_two_parts(self, pick: int) -> None:
        place = sorted(self.between_parts)[pick % len(self.between_parts)]
        claims.let_go(self.between_parts.pop(place), self.now)

    @precondition(lambda self: self.open_tries or self.between_parts)
    @rule(pick=picks)
    def the_process_is_suspended_and_replaced(self, pick: int) -> None:
        busy = sorted({*self.open_tries, *self.between_parts})
        place = busy[pick % len(busy)]
        held = self.open_tries if place in self.open_tries else self.between_parts
        self.stale.append((held.pop(place), self.phones[place]))
        recovery.recover(self.phones[place].pk, self.now)

    @precondition(lambda self: self.stale)
    @rule(pick=picks, outcome=answers)
    def a_suspended_process_wakes_up_with_an_answer(self, pick: int, outcome: TryResult) -> None:
        claimed, _ = self.stale[pick % len(self.stale)]
        assert claims.finish(claimed, outcome, self.now) is False
        if outcome == ACCEPTED and Segment.objects.get(pk=claimed.segment_id).status == SegmentStatus.SENT:
            self.on_air.add(claimed.segment_id)

    @precondition(lambda self: self.stale)
    @rule(pick=picks)
    def a_suspended_process_wakes_up_between_two_parts(self, pick: int) -> None:
        claimed, phone = self.stale[pick % len(self.stale)]
        current = claims.next_segment(claimed, phone, HOLDER, self.now)
        if current is None:
            before = StatusChange.objects.count()
            claims.let_go(claimed, self.now)
            assert StatusChange.objects.count() == before
        assert current is None, "a message that was given back is taken up again"

    @rule(place=phone_places)
    def a_phone_is_paused_for_a_while(self, place: int) -> None:
        row = Phone.objects.filter(pk=self.phones[place].pk)
        row.update(paused=True)
        assert claims.claim_next(self.phones[place], HOLDER, self.now) is None
        if place in self.between_parts:
            self._goes_on(place)
            assert place not in self.open_tries
        row.update(paused=False)

    @rule(pick=picks, decision=st.sampled_from(["resend", "resend", "correct", "discard", "undo", "confirm"]))
    def a_person_decides(self, pick: int, decision: str) -> None:
        """Mostly where it can be done, sometimes where it must be refused."""
        pks = list(Message.objects.filter(status__in=SENSIBLE[decision]).order_by("pk").values_list("pk", flat=True))
        if pick % 5 == 0 or not pks:
            pks = list(Message.objects.order_by("pk").values_list("pk", flat=True))
        pk = pks[pick % len(pks)]
        with contextlib.suppress(DecisionRefused):
            match decision:
                case "resend":
                    decisions.resend(pk, actor=PERSON, now=self.now)
                case "correct":
                    known = Message.objects.filter(replaces_id=pk).exists()
                    decisions.correct_number(pk, OTHER_MOBILE, actor=PERSON, now=self.now)
                    self.expected += not known
                case "discard":
                    decisions.discard(pk, note="Cliente avisado.", actor=PERSON, now=self.now)
                case "undo":
                    decisions.undo_discard(pk, actor=PERSON, now=self.now)
                case "confirm":
                    decisions.confirm_sent(pk, actor=PERSON, now=self.now)

    @invariant()
    def no_message_appears_or_disappears(self) -> None:
        assert Message.objects.count() == self.expected

    @invariant()
    def the_counts_by_status_sum_to_all(self) -> None:
        counts = Counter(Message.objects.values_list("status", flat=True))
        assert set(counts) <= set(Status)
        sent, not_sent = (sum(counts[status] for status in group) for group in (SENT_GROUP, NOT_SENT_GROUP))
        assert sent + not_sent == self.expected

    @invariant()
    def every_change_is_told_and_the_chain_is_unbroken(self) -> None:
        stands: dict[int, str] = {}
        for change in StatusChange.objects.order_by("pk"):
            assert change.before == stands.get(change.message_id, "")
            if change.before:
                assert Status(change.after) in ALLOWED[Status(change.before)]
            assert change.actor in {PERSON, "Recado"}
            stands[change.message_id] = change.after
        assert stands == dict(Message.objects.values_list("pk", "status"))

    @invariant()
    def a_part_that_was_sent_stays_sent(self) -> None:
        sent = set(Segment.objects.filter(status=SegmentStatus.SENT).values_list("pk", flat=True))
        assert self.on_air <= sent

    @invariant()
    def in_flight_and_sending_go_together(self) -> None:
        flying = Attempt.objects.filter(result=AttemptResult.IN_FLIGHT)
        messages = list(flying.values_list("segment__message_id", flat=True))
        assert len(messages) == len(set(messages))
        assert set(messages) == {claimed.message_id for claimed in self.open_tries.values()}
        sending = set(Message.objects.filter(status=Status.SENDING).values_list("pk", flat=True))
        held = [*self.open_tries.values(), *self.between_parts.values()]
        assert sending == {claimed.message_id for claimed in held}

    @invariant()
    def the_parts_agree_with_the_message(self) -> None:
        parts: dict[int, Counter[str]] = {}
        for message_id, status in Segment.objects.values_list("message_id", "status"):
            parts.setdefault(message_id, Counter())[status] += 1
        for pk, status in Message.objects.values_list("pk", "status"):
            of_it = parts.get(pk, Counter())
            match status:
                case Status.SENT:
                    assert set(of_it) == {SegmentStatus.SENT}
                case Status.QUEUED:
                    assert not of_it or of_it[SegmentStatus.PENDING]
                    assert not of_it[SegmentStatus.UNCERTAIN]
                    assert not of_it[SegmentStatus.FAILED]
                case Status.FAILED:
                    assert of_it[SegmentStatus.FAILED] == 1
            assert bool(of_it[SegmentStatus.SENDING]) <= (status == Status.SENDING)

    @invariant()
    def the_moment_only_goes_forward(self) -> None:
        for pk, moment, created in Message.objects.values_list("pk", "moment", "created_at"):
            assert created <= self.moments.get(pk, created) <= moment <= self.now
            self.moments[pk] = moment

    def _answers(self, place: int, outcome: TryResult) -> None:
        claimed = self.open_tries.pop(place)
        if claims.finish(claimed, outcome, self.now):
            self.between_parts[place] = claimed
        if outcome in (ACCEPTED, DUPLICATE):
            self.on_air.add(claimed.segment_id)

    def _goes_on(self, place: int) -> None:
        before = self.between_parts.pop(place)
        claimed = claims.next_segment(before, self.phones[place], HOLDER, self.now)
        if claimed is None:
            claims.let_go(before, self.now)
        else:
            self._begins(place, claimed)

    def _begins(self, place: int, claimed: Claim) -> None:
        assert claimed.segment_id not in self.on_air, "a part that is on the air is sent again"
        assert Segment.objects.filter(message_id=claimed.message_id, index__lt=claimed.part.index).count() == (
            Segment.objects.filter(
                message_id=claimed.message_id, index__lt=claimed.part.index, status=SegmentStatus.SENT
            ).count()
        )
        message = Message.objects.get(pk=claimed.message_id)
        assert message.moment == self.now
        self.open_tries[place] = claimed


@pytest.mark.django_db
def test_nothing_is_lost_and_nothing_doubled_whatever_happens():
    profile = hypothesis_settings()
    thorough = profile.max_examples > 1000
    run_state_machine_as_test(
        Queue,
        settings=hypothesis_settings(
            profile,
            max_examples=profile.max_examples,
            stateful_step_count=50,
            # Shrinking a story takes minutes: `HYPOTHESIS_PROFILE=thorough` does it.
            phases=[phase for phase in Phase if thorough or phase not in (Phase.shrink, Phase.explain)],
        ),
    )
