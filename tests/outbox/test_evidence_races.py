"""Proof that comes at the same moment as another try, another person, another copy of itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recado.outbox import claims, decisions
from recado.outbox.models import DeliveryReport, Message, Segment, SegmentStatus, Status
from recado.outbox.receipts import record_report
from tests.support.outbox import (
    ACCEPTED,
    AMBIGUOUS,
    HOLDER,
    NOW,
    TRANSIENT,
    assert_unbroken,
    claim,
    make_phone,
    minutes,
    queue_message,
    send_all,
    status_of,
)
from tests.support.pdus import NOT_REACHED, report_pdu
from tests.support.together import run_together

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 12
LATER = NOW + minutes(2)


def test_reports_and_tries_again_on_another_phone_do_not_stop_each_other() -> None:
    first, second = make_phone(), make_phone("Aparelho 2")
    numbers = [f"+55819000001{index:02d}" for index in range(MANY)]
    messages = []
    for number in numbers:
        messages.append(queue_message(number=number))
        claims.finish(claim(first), AMBIGUOUS, NOW)

    def hear() -> int:
        return sum(
            record_report(first.pk, report_pdu(number, reference, NOW), LATER) is not None
            for reference, number in enumerate(numbers)
        )

    def try_again() -> int:
        sent = 0
        while (claimed := claims.claim_next(second, HOLDER, LATER)) is not None:
            claims.finish(claimed, TRANSIENT, LATER)
            sent += 1
        return sent

    assert run_together([hear, try_again])[0] == MANY
    # The proof won or the try did; in the end nothing is left to send, and what was proved is delivered.
    assert claims.claim_next(second, HOLDER, LATER + timedelta(days=1)) is None
    for message in messages:
        assert status_of(message) == Status.DELIVERED
        assert_unbroken(message)


def test_the_same_report_heard_twice_at_once_counts_once() -> None:
    phone = make_phone()
    queue_message()
    message = send_all(phone)
    pdu = report_pdu(message.number, ACCEPTED.reference or 0, NOW)
    kept = run_together([lambda: record_report(phone.pk, pdu, LATER) is not None] * 4)
    assert sorted(kept) == [False, False, False, True]
    assert DeliveryReport.objects.count() == 1
    assert_unbroken(message)


def test_a_person_and_a_report_settle_the_same_doubt_at_once() -> None:
    phone = make_phone()
    messages = []
    for index in range(MANY):
        messages.append(queue_message(number=f"+55819000001{index:02d}"))
        claims.finish(claim(phone), AMBIGUOUS, NOW)
    Message.objects.update(status=Status.UNCERTAIN)
    Segment.objects.update(status=SegmentStatus.UNCERTAIN)

    def hear() -> None:
        for reference, message in enumerate(messages):
            record_report(phone.pk, report_pdu(message.number, reference, NOW), LATER)

    def confirm() -> None:
        for message in messages:
            try:
                decisions.confirm_sent(message.pk, actor="ana", now=LATER)
            except decisions.DecisionRefused:
                continue

    run_together([hear, confirm])
    assert {status_of(message) for message in messages} == {Status.DELIVERED}


def test_of_several_resends_of_what_was_not_delivered_one_makes_a_message() -> None:
    phone = make_phone()
    queue_message()
    message = send_all(phone)
    record_report(phone.pk, report_pdu(message.number, ACCEPTED.reference or 0, NOW, status=NOT_REACHED), LATER)

    def resend() -> str:
        try:
            decisions.resend(message.pk, actor="ana", now=LATER)
        except decisions.DecisionRefused:
            return "refused"
        return "done"

    assert sorted(run_together([resend] * 4)) == ["done", "refused", "refused", "refused"]
    assert Message.objects.count() == 2
