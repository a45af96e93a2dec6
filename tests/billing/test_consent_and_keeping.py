"""Who wants no bills still gets the protocol of an RA; and what is old enough goes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from recado import parameters
from recado.billing import keeping
from recado.billing.consents import Word, allows, held_by, of_client, write_down
from recado.billing.models import Bill, BillFault, BillFile, Consent, ConsentKind, Notice, Run, Setup
from recado.inbox.models import Reply
from recado.inbox.receiving import receive
from recado.mail import keeping as mail_keeping
from recado.mail.models import Mail, MailStatus
from recado.outbox.models import Message, OptOut, Status
from recado.parameters.values import save
from tests.billing.conftest import NOW, bill_row, do, states, take
from tests.billing.test_steps import feed
from tests.mail.conftest import Office
from tests.support.outbox import make_phone
from tests.support.pdus import deliver_pdus
from tests.support.requests import MARIA, open_one

pytestmark = pytest.mark.django_db


def keep_days(days: int) -> None:
    from dataclasses import replace

    save(replace(parameters.get(), retention_days=days), actor="ana", now=NOW)


def test_sair_by_sms_stops_bills_and_never_the_protocol_of_an_ra(setup: Setup, office: Office) -> None:
    phone = make_phone()
    take(bill_row(1, mobile=MARIA.mobile), bill_row(2))
    do(Run.Step.PREPARE)
    do(Run.Step.TRANSMIT)
    feed()
    for pdu in deliver_pdus(MARIA.mobile, "Sair.", NOW):
        receive(phone.pk, pdu, NOW)
    assert Reply.objects.get().asks_to_stop
    wish = OptOut.objects.get(number=MARIA.mobile)
    assert (wish.actor, wish.ended_at) == ("Recado", None)
    assert wish.how
    standing = dict(Message.objects.values_list("number", "status"))
    assert standing == {MARIA.mobile: Status.CANCELLED, "+5581900000002": Status.QUEUED}
    opened = open_one(MARIA)
    assert opened.message is not None
    assert Message.objects.get(pk=opened.message.pk).status == Status.QUEUED
    take(bill_row(3, mobile=MARIA.mobile))
    do(Run.Step.PREPARE)
    assert states()["1003", "sms"] == "opted_out"


def test_old_bills_go_with_their_notices_and_consents_stay(setup: Setup, office: Office) -> None:
    take(bill_row(1), bill_row(2))
    do(Run.Step.PREPARE)
    do(Run.Step.TRANSMIT)
    Notice.objects.filter(bill__property_id="1001").update(state="delivered")
    late = NOW + timedelta(days=100)
    assert not keeping.remove_old(late)
    assert Bill.objects.count() == 2
    keep_days(90)
    keeping.remove_old(NOW + timedelta(days=80))
    assert Bill.objects.count() == 2
    keeping.remove_old(late)
    # Of the other something still waits for its fate.
    assert [bill.property_id for bill in Bill.objects.all()] == ["1002"]
    assert (Notice.objects.count(), Consent.objects.count()) == (2, 6)


def test_old_rows_with_problems_go(db: None) -> None:
    keep_days(30)
    file = BillFile.objects.create(
        name="x", fingerprint="x", size=1, state="done", given_at=NOW, given_by="ana", ended_at=NOW
    )
    BillFault.objects.create(file=file, line=2, reason="x", content="Maria")
    keeping.remove_old(NOW + timedelta(days=29))
    assert BillFault.objects.exists()
    keeping.remove_old(NOW + timedelta(days=31))
    assert not BillFault.objects.exists()


def test_old_e_mails_go_but_for_those_that_wait(setup: Setup, office: Office) -> None:
    take(bill_row(1), bill_row(2))
    do(Run.Step.PREPARE)
    do(Run.Step.TRANSMIT)
    Mail.objects.filter(to="cliente1@example.com").update(status=MailStatus.SENT)
    keep_days(30)
    mail_keeping.remove_old(NOW + timedelta(days=31))
    assert [mail.to for mail in Mail.objects.all()] == ["cliente2@example.com"]
    assert Notice.objects.filter(channel="email").count() == 2


@pytest.mark.parametrize("before", [True, False])
def test_a_no_that_a_person_heard_stands_against_the_bills_of_later_months(before: bool) -> None:
    key = ("501", ConsentKind.CLIENT_SMS)
    take(bill_row(1, client_id="501", sms_consent=before))
    write_down([Word(*key, False)], how="Por telefone.", actor="ana", heard=True, now=NOW)
    take(bill_row(1, client_id="501", month=date(2026, 12, 1), sms_consent=True))
    assert not allows(held_by(["501"]), *key)
    of_sms = [(word.given, word.heard) for word in of_client("501") if word.kind == key[1]]
    assert of_sms == [(False, True), (before, False)]
    write_down([Word(*key, True)], how="No balcão.", actor="bia", heard=True, now=NOW)
    take(bill_row(1, client_id="501", month=date(2027, 1, 1), sms_consent=False))
    take(bill_row(1, client_id="501", month=date(2027, 2, 1), sms_consent=True))
    assert allows(held_by(["501"]), *key)


def test_a_no_for_one_mobile_does_not_bind_another() -> None:
    write_down([Word("501", ConsentKind.PHONE, False, MARIA.mobile)], how="x", actor="ana", heard=True, now=NOW)
    other = "+5581955550123"
    for month, mobile in enumerate((MARIA.mobile, other, MARIA.mobile), 1):
        take(bill_row(1, client_id="501", month=date(2027, month, 1), mobile=mobile, phone_consent=True))
    assert allows(held_by(["501"]), "501", ConsentKind.PHONE, other)
