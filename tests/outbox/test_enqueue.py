from datetime import timedelta

import pytest
from django.db import transaction

from recado.gsm.causes import Cause
from recado.outbox import claims
from recado.outbox.enqueue import Event, enqueue
from recado.outbox.models import Message, MessageType, Status, StatusChange
from recado.people.actors import PROGRAM
from tests.support.outbox import (
    BY_HAND,
    HOLDER,
    MOBILE,
    NOW,
    assert_unbroken,
    make_phone,
    make_type,
    queue_message,
    story,
)
from tests.support.together import run_together


def opened(key: str = "ra:1:opened", **fields: object) -> Event:
    values = {"PROTOCOLO": "20261000000001", "RA": "1"}
    return Event(type_id=1, number=MOBILE, idempotency_key=key, values=values, **fields)


@pytest.mark.django_db
def test_a_message_is_born_queued_with_all_that_its_type_says(settings):
    settings.RECADO_COMPANY = "Águas Fictícias"
    message = enqueue(opened(protocol="20261000000001", ra_number=1, actor="maria"), now=NOW)
    assert message.status == Status.QUEUED
    assert message.text.startswith("Águas Fictícias: recebemos seu pedido. Protocolo 20261000000001.")
    assert message.created_at == message.moment == message.ready_at == NOW
    assert message.expires_at == NOW + timedelta(days=3)
    assert message.priority == 1
    assert message.created_by == "maria"
    assert story(message) == ["queued"]
    assert StatusChange.objects.get().actor == "maria"
    assert_unbroken(message)


@pytest.mark.django_db
def test_a_type_without_validity_never_expires():
    assert queue_message(kind=make_type(validity_minutes=None)).expires_at is None


@pytest.mark.django_db
def test_the_same_event_twice_is_one_message():
    first = enqueue(opened(), now=NOW)
    second = enqueue(opened(actor="joana"), now=NOW + timedelta(hours=1))
    assert second.pk == first.pk
    assert Message.objects.count() == 1
    assert StatusChange.objects.count() == 1


@pytest.mark.django_db
def test_an_inactive_type_makes_no_message():
    MessageType.objects.filter(pk=1).update(active=False)
    assert enqueue(opened(), now=NOW) is None
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_callers_rollback_leaves_nothing():
    class BusinessFailed(Exception):
        pass

    def business() -> None:
        with transaction.atomic():
            enqueue(opened(), now=NOW)
            raise BusinessFailed

    with pytest.raises(BusinessFailed):
        business()
    assert not Message.objects.exists()
    assert not StatusChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_threads_with_one_event_make_one_message_and_all_get_it():
    def once() -> int:
        with transaction.atomic():
            return enqueue(opened(), now=NOW).pk

    assert len(set(run_together([once] * 6))) == 1
    assert Message.objects.count() == 1
    assert StatusChange.objects.count() == 1


@pytest.mark.django_db
def test_a_type_asking_for_an_unknown_field_fails_the_message_not_the_business():
    MessageType.objects.filter(pk=1).update(template="RA {RA}, ordem {OS}.")
    with transaction.atomic():
        message = enqueue(opened(), now=NOW)
        bystander = make_type()
    message.refresh_from_db()
    assert message.status == Status.FAILED
    assert message.cause == Cause.OURS
    assert "{OS}" in message.reason
    assert message.text == "RA {RA}, ordem {OS}."
    assert StatusChange.objects.get().actor == PROGRAM
    assert_unbroken(message)
    assert MessageType.objects.filter(pk=bystander.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["sino \x07", "fim\0", "meio \ud83d par", "x" * 50_000])
def test_a_text_no_phone_can_show_fails_the_message_and_keeps_what_can_be_kept(text: str):
    message = queue_message(text)
    message.refresh_from_db()
    assert message.status == Status.FAILED
    assert message.cause == Cause.OURS
    assert message.reason.startswith("O texto é longo demais")
    assert message.text[:3] == text[:3]
    assert len(message.text) < 40_000


@pytest.mark.django_db
def test_a_message_born_failed_is_not_claimed():
    queue_message("fim\0")
    assert claims.claim_next(make_phone(), HOLDER, NOW) is None


@pytest.mark.django_db
def test_a_value_with_braces_goes_as_it_is():
    assert queue_message("use {RA} e {").text == "use {RA} e {"


@pytest.mark.django_db
def test_an_unknown_type_is_our_fault_and_said():
    with pytest.raises(MessageType.DoesNotExist):
        enqueue(Event(type_id=BY_HAND + 1000, number=MOBILE, idempotency_key="x"), now=NOW)


@pytest.mark.django_db
def test_a_new_type_gets_a_number_after_the_seeds():
    assert make_type().pk > BY_HAND
