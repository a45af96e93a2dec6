"""What a killed process left word of: each step of a send, and what follows from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recado.gateway import witness as steps
from recado.gateway.witness import Witness
from recado.modem.outcome import SendStep
from recado.outbox import claims, recovery
from recado.outbox.doorbell import run_folder
from recado.outbox.models import Attempt, AttemptResult, SegmentStatus, Status
from tests.support.outbox import (
    ACCEPTED,
    HOLDER,
    NOW,
    PERMANENT,
    THREE_PARTS,
    claim,
    make_phone,
    minutes,
    queue_message,
    segment_statuses,
)

pytestmark = pytest.mark.django_db
LATER = NOW + minutes(5)


@pytest.fixture(autouse=True)
def no_word_of_another_test() -> None:
    """Keys come again in the next test; in a database they do not."""
    for left in run_folder().glob("phone-*.step"):
        left.unlink()


@pytest.mark.parametrize("step", [SendStep.COMMAND, SendStep.PROMPT, SendStep.PDU, SendStep.STORED])
def test_what_never_left_goes_back_to_the_queue_at_no_cost(step: SendStep) -> None:
    phone, message = make_phone(), queue_message()
    claimed = claim(phone)
    witness = Witness(phone.pk)
    witness.step(claimed.attempt_id, step)
    witness.close()
    recovery.recover(phone.pk, LATER, steps.testimony)
    message.refresh_from_db()
    assert (message.status, message.attempts, message.ready_at) == (Status.QUEUED, 0, LATER)
    assert claim(phone, LATER).tries == 1


def test_what_was_accepted_is_sent_under_its_reference() -> None:
    phone, message = make_phone(), queue_message()
    claimed = claim(phone)
    witness = Witness(phone.pk)
    for step in SendStep:
        witness.step(claimed.attempt_id, step)
    witness.answered(claimed.attempt_id, ACCEPTED)
    witness.close()
    recovery.recover(phone.pk, LATER, steps.testimony)
    message.refresh_from_db()
    assert message.status == Status.SENT
    attempt = Attempt.objects.get()
    assert (attempt.result, attempt.reference) == (AttemptResult.ACCEPTED, ACCEPTED.reference)


def test_an_accepted_part_is_not_sent_again_and_the_rest_follows() -> None:
    phone, message = make_phone(), queue_message(THREE_PARTS)
    claimed = claim(phone)
    witness = Witness(phone.pk)
    witness.answered(claimed.attempt_id, ACCEPTED)
    witness.close()
    recovery.recover(phone.pk, LATER, steps.testimony)
    message.refresh_from_db()
    assert message.status == Status.QUEUED
    assert segment_statuses(message) == [SegmentStatus.SENT, SegmentStatus.PENDING, SegmentStatus.PENDING]
    assert claim(phone, LATER).part.index == 2


@pytest.mark.parametrize("step", [SendStep.SUBMITTED, SendStep.ANSWERED])
def test_what_was_submitted_is_uncertain(step: SendStep) -> None:
    phone, message = make_phone(), queue_message()
    claimed = claim(phone)
    witness = Witness(phone.pk)
    witness.step(claimed.attempt_id, step)
    witness.answered(claimed.attempt_id, PERMANENT)
    witness.close()
    recovery.recover(phone.pk, LATER, steps.testimony)
    message.refresh_from_db()
    assert message.status == Status.UNCERTAIN


def test_orphans_of_a_phone_that_is_gone_are_uncertain() -> None:
    phone, message = make_phone(), queue_message()
    claim(phone)
    phone.delete()
    assert recovery.recover_orphans(LATER, steps.testimony) == 1
    message.refresh_from_db()
    assert message.status == Status.UNCERTAIN


class TestAClaimOfWhichNoStepWasTaken:
    """Killed between the commit of the claim and the first word to the phone: nothing left."""

    def test_goes_back_to_the_queue_at_no_cost(self) -> None:
        phone, message = make_phone(), queue_message()
        witness = Witness(phone.pk)
        assert claims.claim_next(phone, HOLDER, NOW, before_commit=witness.claimed) is not None
        witness.close()
        recovery.recover(phone.pk, LATER, steps.testimony)
        message.refresh_from_db()
        assert (message.status, message.attempts) == (Status.QUEUED, 0)

    def test_leaves_the_word_of_the_answer_before_it(self) -> None:
        phone, message = make_phone(), queue_message()
        claimed = claim(phone)
        witness = Witness(phone.pk)
        witness.answered(claimed.attempt_id, ACCEPTED)
        # The commit of both never came.
        witness.claimed(replace(claimed, attempt_id=claimed.attempt_id + 1))
        witness.close()
        recovery.recover(phone.pk, LATER, steps.testimony)
        message.refresh_from_db()
        assert message.status == Status.SENT

    def test_is_not_believed_once_a_step_was_taken(self) -> None:
        phone, message = make_phone(), queue_message()
        witness = Witness(phone.pk)
        claimed = claims.claim_next(phone, HOLDER, NOW, before_commit=witness.claimed)
        assert claimed is not None
        witness.step(claimed.attempt_id, SendStep.SUBMITTED)
        witness.close()
        recovery.recover(phone.pk, LATER, steps.testimony)
        message.refresh_from_db()
        assert message.status == Status.UNCERTAIN

    def test_is_not_believed_while_its_writer_lives(self) -> None:
        phone, message = make_phone(), queue_message()
        witness = Witness(phone.pk)
        claims.claim_next(phone, HOLDER, NOW, before_commit=witness.claimed)
        recovery.recover(phone.pk, LATER, steps.testimony)
        witness.close()
        message.refresh_from_db()
        assert message.status == Status.UNCERTAIN

    def test_is_not_taken_for_a_later_one_under_the_same_key(self) -> None:
        phone, message = make_phone(), queue_message()
        claimed = claim(phone)
        witness = Witness(phone.pk)
        witness.claimed(replace(claimed, started_at=NOW - minutes(1)))
        witness.close()
        recovery.recover(phone.pk, LATER, steps.testimony)
        message.refresh_from_db()
        assert message.status == Status.UNCERTAIN
