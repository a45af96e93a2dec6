"""A text that is of no use after a moment is not sent again after it, whatever its type's validity."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from recado.outbox.claims import finish
from recado.outbox.decisions import DecisionRefused, correct_number, resend
from recado.outbox.models import Message, Status
from tests.support.outbox import (
    NOW,
    OTHER_MOBILE,
    PERMANENT,
    claim,
    make_phone,
    make_type,
    queue_message,
    status_of,
    story,
)

pytestmark = pytest.mark.django_db
LIMIT = NOW + timedelta(hours=2)
A_DAY = 24 * 60


def failed(*, validity: int | None = A_DAY, limit: datetime | None = LIMIT, batch: int | None = None) -> Message:
    message = queue_message(kind=make_type(validity_minutes=validity))
    Message.objects.filter(pk=message.pk).update(useful_until=limit, batch=batch)
    finish(claim(make_phone()), PERMANENT, NOW)
    assert status_of(message) == Status.FAILED
    return Message.objects.get(pk=message.pk)


def send_again(message: Message, at: datetime) -> Message:
    return resend(message.pk, actor="bia", now=at)


def correct(message: Message, at: datetime) -> Message:
    return correct_number(message.pk, OTHER_MOBILE, actor="bia", now=at)


@pytest.mark.parametrize("validity", [A_DAY, None])
@pytest.mark.parametrize("decision", [send_again, correct])
def test_it_is_tried_again_until_then_and_no_longer(
    decision: Callable[[Message, datetime], Message], validity: int | None
) -> None:
    again = decision(failed(validity=validity), NOW + timedelta(hours=1))
    assert (again.status, again.expires_at, again.useful_until) == (Status.QUEUED, LIMIT, LIMIT)


def test_a_type_that_ends_earlier_counts() -> None:
    again = send_again(failed(validity=30), NOW + timedelta(hours=1))
    assert again.expires_at == NOW + timedelta(minutes=90)


def test_without_such_a_moment_the_type_alone_says() -> None:
    at = NOW + timedelta(days=9)
    assert send_again(failed(limit=None), at).expires_at == at + timedelta(days=1)


@pytest.mark.parametrize("decision", [send_again, correct])
def test_after_it_nobody_sends_it_and_is_told_why(decision: Callable[[Message, datetime], Message]) -> None:
    message = failed(limit=datetime(2026, 11, 22, 21, 0, tzinfo=UTC), batch=7)
    with pytest.raises(DecisionRefused, match=r"servia até 22/11/2026 18:00 \(limite do lote 7\)"):
        decision(message, NOW + timedelta(days=1))
    assert Message.objects.count() == 1
    assert story(message)[-1] == status_of(message) == Status.FAILED


def test_one_that_was_not_delivered_goes_anew_within_it_or_not_at_all() -> None:
    message = failed()
    Message.objects.filter(pk=message.pk).update(status=Status.UNDELIVERED)
    with pytest.raises(DecisionRefused):
        send_again(message, LIMIT)
    again = send_again(message, NOW)
    assert (again.replaces_id, again.expires_at, again.useful_until) == (message.pk, LIMIT, LIMIT)
