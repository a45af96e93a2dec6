"""Return: what became of each that was told, and what a person did about it since, is counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recado.billing.models import Kind, Notice, Run, Setup
from recado.billing.returning import tally
from recado.gsm.causes import Cause
from recado.mail.decisions import correct, discard, resend
from recado.mail.models import Mail
from recado.mail.sending import send_due
from recado.outbox import decisions, transitions
from recado.outbox.models import Message, Status
from tests.billing.conftest import MONTH, NOW, bill_row, do, end, feed, states, take
from tests.mail.conftest import Office

pytestmark = pytest.mark.django_db
PREPARE, TRANSMIT, RETURN = Run.Step.PREPARE, Run.Step.TRANSMIT, Run.Step.RETURN
DAY = timedelta(days=1)


def counted() -> dict[str, int]:
    return tally("1", MONTH, Kind.BILL)["email"]


def test_return_keeps_the_fate_of_each_apart(setup: Setup, office: Office) -> None:
    take(*(bill_row(number) for number in range(1, 9)))
    do(PREPARE)
    do(TRANSMIT)
    feed()
    end("+5581900000001", Status.SENT)
    end("+5581900000002", Status.DELIVERED)
    end("+5581900000003", Status.UNDELIVERED)
    end("+5581900000004", Status.FAILED, Cause.NUMBER_INVALID)
    end("+5581900000005", Status.FAILED, Cause.UNREACHABLE)
    end("+5581900000006", Status.UNCERTAIN, Cause.UNCERTAIN)
    message = Message.objects.get(number="+5581900000007")
    transitions.change(message.pk, Status.QUEUED, Status.EXPIRED, at=NOW, cause=Cause.EXPIRED)
    do(RETURN)
    found = {key[0]: state for key, state in states().items() if key[1] == "sms"}
    assert found == {
        "1001": "sent",
        "1002": "delivered",
        "1003": "failed",
        "1004": "invalid",
        "1005": "failed",
        "1006": "unconfirmed",
        "1007": "expired",
        "1008": "transmitted",
    }
    assert Notice.objects.get(bill__property_id="1001", channel="sms").message is not None


def test_a_later_return_hears_what_came_later(setup: Setup, office: Office) -> None:
    take(bill_row())
    do(PREPARE)
    do(TRANSMIT)
    feed()
    end("+5581900000001", Status.SENT)
    do(RETURN)
    message = Message.objects.get()
    transitions.change(message.pk, Status.SENT, Status.DELIVERED, at=NOW)
    do(RETURN)
    assert states()["1001", "sms"] == "delivered"


def test_e_mails_that_fail_are_told_apart_too(setup: Setup, office: Office) -> None:
    take(bill_row(1), bill_row(2))
    do(PREPARE)
    do(TRANSMIT)
    Mail.objects.filter(to="cliente2@example.com").update(next_try_at=NOW + DAY)
    office.at_rcpt = "550 5.1.1 No such user"
    send_due(NOW)
    office.at_rcpt, office.at_end = "250 OK", "554 5.7.1 Spam"
    send_due(NOW + DAY)
    do(RETURN)
    assert {key[0]: state for key, state in states().items() if key[1] == "email"} == {
        "1001": "invalid",
        "1002": "failed",
    }
    assert Notice.objects.get(bill__property_id="1001", channel="email").reason.endswith("(código 550).")


def test_an_e_mail_that_a_person_sends_again_or_gives_up_is_counted_by_the_next_return(
    setup: Setup, office: Office
) -> None:
    take(*(bill_row(number) for number in range(1, 5)))
    do(PREPARE)
    do(TRANSMIT)
    office.at_rcpt = "550 5.1.1 No such user"
    send_due(NOW)
    do(RETURN)
    assert counted() == {"invalid": 4}
    first, second, third, _ = Mail.objects.order_by("pk")
    later = NOW + timedelta(minutes=10)
    resend(first.pk, now=later)
    correct(second.pk, "novo@example.com", now=later)
    discard(third.pk, note="avisado por telefone", now=later)
    do(RETURN)
    assert counted() == {"transmitted": 2, "cancelled": 1, "invalid": 1}
    office.at_rcpt = "250 OK"
    send_due(later + timedelta(minutes=1))
    do(RETURN)
    assert counted() == {"sent": 2, "cancelled": 1, "invalid": 1}
    assert Notice.objects.get(mail=second, channel="email").to == "novo@example.com"
    assert len(office.mails) == 2


def test_an_sms_that_a_person_sends_again_or_to_another_number_is_counted_by_the_next_return(
    setup: Setup, office: Office
) -> None:
    take(bill_row(1), bill_row(2))
    do(PREPARE)
    do(TRANSMIT)
    feed()
    first, second = Message.objects.order_by("pk")
    for message in (first, second):
        end(message.number, Status.FAILED, Cause.NUMBER_INVALID)
    do(RETURN)
    assert tally("1", MONTH, Kind.BILL)["sms"] == {"invalid": 2}
    decisions.resend(first.pk, actor="ana", now=NOW)
    new = decisions.correct_number(second.pk, "+5581987654321", actor="ana", now=NOW)
    do(RETURN)
    assert tally("1", MONTH, Kind.BILL)["sms"] == {"transmitted": 2}
    end(first.number, Status.SENT)
    end(new.number, Status.SENT)
    do(RETURN)
    assert tally("1", MONTH, Kind.BILL)["sms"] == {"sent": 2}
