"""What a killed process left word of: each step of a send, and what follows from it."""

from __future__ import annotations

import pytest

from recado.gateway import witness as steps
from recado.gateway.witness import Witness
from recado.modem.outcome import SendStep
from recado.outbox import recovery
from recado.outbox.models import Attempt, AttemptResult, SegmentStatus, Status
from tests.support.outbox import (
    ACCEPTED,
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
