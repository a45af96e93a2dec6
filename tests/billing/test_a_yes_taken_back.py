"""A yes that becomes a no stops what has not left, wherever it waits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recado.batches.models import Batch
from recado.billing import runs
from recado.billing.consents import Word, write_down
from recado.billing.models import ConsentKind, Run, Setup
from recado.mail.sending import send_due
from recado.outbox import consent, decisions, transitions
from recado.outbox.decisions import DecisionRefused
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
    write_down(words, how="balcão", actor="bia", heard=True, now=NOW)
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
    write_down(words, how="Por telefone.", actor="ana", heard=True, now=NOW)
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
        [feed, *(lambda word=word: write_down([word], how="x", actor="ana", heard=True, now=NOW) for word in words[:3]),
         lambda: write_down(words[3:], how="x", actor="ana", heard=True, now=NOW)]
    )  # fmt: skip
    feed()
    assert not Message.objects.filter(status=Status.QUEUED).exists()


def failed_sms() -> Message:
    """The SMS of client 501's bill, which went wrong."""
    take(bill_row())
    do(PREPARE)
    do(TRANSMIT)
    feed()
    message = Message.objects.get()
    transitions.change(message.pk, Status.QUEUED, Status.SENDING, at=NOW, moment=NOW)
    transitions.change(message.pk, Status.SENDING, Status.FAILED, at=NOW)
    return message


def say_no(kind: ConsentKind, address: str = "") -> None:
    write_down([Word("501", kind, False, address)], how="Por telefone.", actor="ana", heard=True, now=NOW)


@pytest.mark.parametrize(
    ("kind", "address", "told"),
    [
        (ConsentKind.CLIENT_SMS, "", "O cliente deixou de autorizar SMS"),
        (ConsentKind.PHONE, "+5581900000001", "O cliente deixou de autorizar este celular"),
    ],
)
def test_an_sms_that_failed_is_not_sent_again_to_who_agrees_no_longer(
    setup: Setup, office: Office, kind: ConsentKind, address: str, told: str
) -> None:
    message = failed_sms()
    say_no(kind, address)
    with pytest.raises(DecisionRefused, match=told):
        decisions.resend(message.pk, actor="ana", now=NOW)
    assert Message.objects.get().status == Status.FAILED


def test_an_sms_is_sent_again_to_who_still_agrees_and_stopped_when_they_do_no_more(
    setup: Setup, office: Office
) -> None:
    message = failed_sms()
    do(RETURN)
    decisions.resend(message.pk, actor="ana", now=NOW)
    say_no(ConsentKind.CLIENT_SMS)
    assert Message.objects.get().status == Status.CANCELLED
    with pytest.raises(DecisionRefused, match="deixou de autorizar"):
        decisions.undo_discard(message.pk, actor="ana", now=NOW)


def test_a_corrected_number_is_another_way_to_who_agrees_and_none_to_who_does_not(setup: Setup, office: Office) -> None:
    message = failed_sms()
    new = decisions.correct_number(message.pk, "+5581955550000", actor="ana", now=NOW)
    assert new.status == Status.QUEUED
    transitions.change(new.pk, Status.QUEUED, Status.SENDING, at=NOW, moment=NOW)
    transitions.change(new.pk, Status.SENDING, Status.FAILED, at=NOW)
    say_no(ConsentKind.CLIENT_SMS)
    with pytest.raises(DecisionRefused, match="deixou de autorizar SMS"):
        decisions.correct_number(new.pk, "+5581955550001", actor="ana", now=NOW)


def test_the_sms_of_a_bill_past_due_is_not_sent_again(setup: Setup, office: Office) -> None:
    message = failed_sms()
    with pytest.raises(DecisionRefused, match="servia até"):
        decisions.resend(message.pk, actor="ana", now=NOW + 30 * DAY)


def test_a_discarded_sms_is_not_put_back_for_who_asked_to_get_none_meanwhile(setup: Setup, office: Office) -> None:
    take(bill_row())
    do(PREPARE)
    do(TRANSMIT)
    feed()
    message = Message.objects.get()
    decisions.discard(message.pk, note="x", actor="ana", now=NOW)
    consent.opt_out(message.number, how="SAIR", actor="Recado", now=NOW)
    with pytest.raises(DecisionRefused, match="pediu para não receber"):
        decisions.undo_discard(message.pk, actor="ana", now=NOW)


@pytest.mark.parametrize("phase", ["taken", "batch"])
def test_a_no_in_the_middle_of_transmitting_counts(setup: Setup, office: Office, phase: str) -> None:
    take(bill_row(1), bill_row(2))
    do(PREPARE)
    run = runs.ask(TRANSMIT, group="1", month=None, actor="ana", now=NOW)
    while run.phase != phase:
        assert runs.advance(run, NOW)
        run.refresh_from_db()
    say_no(ConsentKind.CLIENT_SMS)
    runs.finish(run, lambda: NOW)
    feed()
    waiting = Message.objects.filter(status=Status.QUEUED).values_list("number", flat=True)
    assert list(waiting) == ["+5581900000002"]
    do(RETURN)
    assert states()["1001", "sms"] in ("cancelled", "no_consent")
