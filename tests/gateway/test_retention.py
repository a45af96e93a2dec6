"""What is over and older than the company keeps goes; what waits stays; nothing goes unless it was asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from recado import parameters
from recado.gateway.retention import remove_old
from recado.inbox.models import Reply
from recado.outbox import decisions, transitions
from recado.outbox.models import Message, Status
from recado.parameters.values import save
from tests.support.outbox import NOW, queue_message

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=91)


def keep_for(days: int) -> None:
    save(replace(parameters.get(), retention_days=days), actor="ana", now=NOW)


def message_that_is(status: Status) -> Message:
    message = queue_message()
    if status is not Status.QUEUED:
        transitions.change(message.pk, Status.QUEUED, Status.SENDING, at=NOW, moment=NOW)
        if status is not Status.SENDING:
            transitions.change(message.pk, Status.SENDING, status, at=NOW)
    return message


def reply() -> Reply:
    return Reply.objects.create(number="+5581900000001", text="Obrigado", received_at=NOW)


def test_nothing_goes_until_somebody_asks_for_it() -> None:
    message_that_is(Status.SENT)
    reply()
    assert remove_old(LATER) == 0
    assert Message.objects.count() == Reply.objects.count() == 1


def test_what_is_over_and_old_goes_with_its_history() -> None:
    keep_for(90)
    message_that_is(Status.SENT)
    reply()
    assert remove_old(NOW + timedelta(days=89)) == 0
    assert remove_old(LATER) == 2
    assert not Message.objects.exists()
    assert not Reply.objects.exists()


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SENDING, Status.FAILED, Status.UNCERTAIN])
def test_what_waits_for_the_radio_or_a_person_stays(status: Status) -> None:
    keep_for(90)
    message_that_is(status)
    assert remove_old(LATER) == 0


def test_a_corrected_message_goes_after_the_one_that_replaced_it() -> None:
    keep_for(90)
    wrong = message_that_is(Status.FAILED)
    right = decisions.correct_number(wrong.pk, "+5581900000002", actor="ana", now=NOW)
    assert remove_old(LATER) == 0
    transitions.change(right.pk, Status.QUEUED, Status.SENDING, at=NOW, moment=NOW)
    transitions.change(right.pk, Status.SENDING, Status.SENT, at=NOW)
    assert (remove_old(LATER), remove_old(LATER)) == (1, 1)
    assert not Message.objects.exists()
