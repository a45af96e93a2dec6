"""A yes that becomes a no stops what has not left, wherever it waits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recado.batches.models import Batch
from recado.billing.consents import Word, write_down
from recado.billing.models import ConsentKind, Run, Setup
from recado.mail.sending import send_due
from recado.outbox import consent
from recado.outbox.models import Message, Status
from tests.billing.conftest import NOW, bill_row, do, feed, states, take
from tests.mail.conftest import Office
from tests.support.together import run_together

pytestmark = pytest.mark.django_db
PREPARE, TRANSMIT, RETURN = Run.Step.PREPARE, Run.Step.TRANSMIT, Run.Step.RETURN
DAY = timedelta(days=1)


def test_a_consent_taken_back_after_preparing_counts(setup: Setup, office: Office) -> None:
    take(bill_row(1), bill_row(2))
    do(PREPARE)
    words = [Word("501", ConsentKind.CLIENT_SMS, False), Word("502", ConsentKind.CLIENT_EMAIL, False)]
    write_down(words, how="balcão", actor="bia", now=NOW)
    do(TRANSMIT)
    assert states() == {
        ("1001", "sms"): "no_consent",
        ("1001", "email"): "transmitted",
        ("1002", "sms"): "transmitted",
        ("1002", "email"): "no_consent",
    }


def test_who_answers_sair_before_the_sms_leaves_gets_none(setup: Setup, office: Office) -> None:
    take(bill_row())
    do(PREPARE)
    do(TRANSMIT)
    consent.opt_out("+5581900000001", how="SAIR", actor="Recado", now=NOW)
    feed()
    do(RETURN)
    assert not Message.objects.filter(status=Status.QUEUED).exists()
    assert states()["1001", "sms"] == "cancelled"


@pytest.mark.parametrize("fed", [False, True], ids=["still a row", "in the queue"])
def test_a_no_stops_what_was_transmitted_and_has_not_left(setup: Setup, office: Office, *, fed: bool) -> None:
    take(*(bill_row(number) for number in range(1, 5)))
    do(PREPARE)
    do(TRANSMIT)
    if fed:
        feed()
    words = [
        Word("501", ConsentKind.CLIENT_SMS, False),
        Word("502", ConsentKind.PHONE, False, "+5581900000002"),
        Word("503", ConsentKind.CLIENT_EMAIL, False),
    ]
    write_down(words, how="Por telefone.", actor="ana", now=NOW)
    feed()
    send_due(NOW)
    waiting = Message.objects.filter(status=Status.QUEUED).order_by("number").values_list("number", flat=True)
    assert list(waiting) == ["+5581900000003", "+5581900000004"]
    assert sorted(mail["To"] for mail in office.mails) == [f"cliente{number}@example.com" for number in (1, 2, 4)]
    do(RETURN)
    assert {key for key, state in states().items() if state == "cancelled"} == {
        ("1001", "sms"),
        ("1002", "sms"),
        ("1003", "email"),
    }
    batch = Batch.objects.get()
    assert (batch.ready, batch.opted_out) == ((4, 0) if fed else (2, 2))


@pytest.mark.django_db(transaction=True)
def test_a_no_while_rows_pass_to_the_queue_stops_each_or_finds_it_gone(setup: Setup, office: Office) -> None:
    take(*(bill_row(number) for number in range(1, 41)))
    do(PREPARE)
    do(TRANSMIT)
    words = [Word(f"{500 + number}", ConsentKind.CLIENT_SMS, False) for number in range(1, 41)]
    run_together(
        [feed, *(lambda word=word: write_down([word], how="x", actor="ana", now=NOW) for word in words[:3]),
         lambda: write_down(words[3:], how="x", actor="ana", now=NOW)]
    )  # fmt: skip
    feed()
    assert not Message.objects.filter(status=Status.QUEUED).exists()
