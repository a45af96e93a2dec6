"""Events on their way: told once each, in order for each message, again when not taken, given up after a day."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from recado.inbox.receiving import receive_text
from recado.outbox import transitions
from recado.outbox.enqueue import Event as Asked
from recado.outbox.enqueue import enqueue
from recado.outbox.models import Message, Status
from recado.phones.models import Phone
from recado.webhooks.delivering import BACK_OFF, TRY_FOR, deliver_due, redeliver
from recado.webhooks.ending import switch_on
from recado.webhooks.fanning import KEPT_FOR, fan_out, forget_old
from recado.webhooks.models import Delivery, DeliveryStatus, Event, Kind
from recado.webhooks.signing import secret_of
from tests.webhooks.conftest import NOW, Receiver, endpoint_at

# The deliveries have threads of their own: what they see must be committed.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def a_message(key: str = "k1", actor: str = "portal") -> Message:
    message = enqueue(Asked(6, "+5581900000001", key, {"TEXTO": "Olá."}, ra_number=7, actor=actor), now=NOW)
    assert message is not None
    return message


def move(message: Message, *statuses: Status, at: datetime = NOW) -> None:
    before = Status(Message.objects.values_list("status", flat=True).get(pk=message.pk))
    for after in statuses:
        assert transitions.change(message.pk, before, after, at=at)
        before = after


def turn(now: datetime = NOW) -> None:
    fan_out(now)
    while deliver_due(now):
        pass


def test_a_sent_message_is_told_once_signed_and_without_personal_data(receiver: Receiver) -> None:
    endpoint = endpoint_at(receiver.url)
    message = a_message()
    move(message, Status.SENDING, Status.SENT)
    turn()
    turn()

    ((headers, body),) = receiver.got
    (event,) = receiver.events
    assert (event["type"], event["data"]["id"], event["data"]["ra_number"]) == ("message.sent", message.pk, 7)
    assert b"90000" not in body
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret_of(endpoint.salt).removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert int(headers["webhook-timestamp"]) == int(NOW.timestamp())


def test_what_is_undone_is_never_told(receiver: Receiver) -> None:
    endpoint_at(receiver.url)
    message = a_message()
    move(message, Status.SENDING)
    with transaction.atomic():
        move(message, Status.SENT)
        transaction.set_rollback(True)
    turn()
    assert receiver.got == []


def test_without_an_endpoint_nothing_is_written() -> None:
    move(a_message(), Status.SENDING, Status.SENT, Status.DELIVERED)
    assert Event.objects.count() == 0


def test_only_the_kinds_that_are_wanted_and_only_its_own_where_asked(receiver: Receiver) -> None:
    endpoint_at(receiver.url, kinds=(Kind.FAILED,), own_only=True)
    for key, actor in (("k1", "portal"), ("k2", "ana.lima")):
        move(a_message(key, actor), Status.SENDING, Status.FAILED)
    move(a_message("k3"), Status.SENDING, Status.SENT)
    turn()
    assert [(event["type"], event["data"]["created_by"]) for event in receiver.events] == [("message.failed", "portal")]


def test_a_reply_is_told_with_its_text(receiver: Receiver) -> None:
    endpoint_at(receiver.url, own_only=True)
    phone = Phone.objects.create(name="Aparelho 1", link="tcp:127.0.0.1:1")
    receive_text(phone.pk, "h1", "+5581900000001", "Obrigado!", NOW)
    turn()
    (event,) = receiver.events
    assert (event["type"], event["data"]["text"], event["data"]["number"]) == (
        "reply.received",
        "Obrigado!",
        "+5581900000001",
    )


def test_events_of_one_message_keep_their_order_whatever_fails(receiver: Receiver) -> None:
    endpoint_at(receiver.url)
    receiver.codes = [500, 204]
    message = a_message()
    move(message, Status.SENDING, Status.SENT)
    turn()
    move(message, Status.DELIVERED)
    fan_out(NOW)
    assert [event["type"] for event in receiver.events] == ["message.sent"]
    turn(NOW + BACK_OFF[0])
    told = [event["type"] for event in receiver.events]
    assert told == ["message.sent", "message.sent", "message.delivered"]
    first, again, _ = receiver.got
    assert first[0]["webhook-id"] == again[0]["webhook-id"]
    assert Delivery.objects.filter(status=DeliveryStatus.DELIVERED).count() == 2


def test_an_endpoint_that_does_not_take_is_left_alone_for_a_while(receiver: Receiver) -> None:
    endpoint_at(receiver.url)
    receiver.codes = [503]
    for key in ("k1", "k2", "k3"):
        move(a_message(key), Status.SENDING, Status.SENT)
    turn()
    turn(NOW + BACK_OFF[0] - timedelta(seconds=1))
    assert len(receiver.got) == 1
    receiver.headers["Retry-After"] = "600"
    turn(NOW + BACK_OFF[0])
    assert len(receiver.got) == 2
    turn(NOW + BACK_OFF[0] + timedelta(seconds=599))
    assert len(receiver.got) == 2
    assert sum(Delivery.objects.values_list("attempts", flat=True)) == 2


def test_a_slow_day_is_given_up_and_the_endpoint_switched_off_with_a_word(receiver: Receiver, settings: Any) -> None:
    from recado.mail.models import Mail

    settings.RECADO_SMTP_URL, settings.RECADO_MAIL_FROM = "smtp://mail.example", "recado@companhia.example"
    settings.RECADO_ALARM_EMAIL = ("ti@companhia.example",)
    endpoint = endpoint_at(receiver.url)
    receiver.codes = [500]
    move(a_message(), Status.SENDING, Status.SENT)
    now = NOW
    fan_out(now)
    while now < NOW + TRY_FOR:
        deliver_due(now)
        now += timedelta(minutes=30)
    deliver_due(now)

    endpoint.refresh_from_db()
    assert not endpoint.active
    assert "Falha há um dia" in endpoint.disabled_reason
    assert Mail.objects.get().to == "ti@companhia.example"
    delivery = Delivery.objects.get()
    assert delivery.status == DeliveryStatus.FAILED
    assert "respondeu 500" in delivery.last_error
    asked = len(receiver.got)
    assert asked > len(BACK_OFF)

    receiver.codes = [204]
    assert switch_on(endpoint.pk, now)
    assert redeliver(delivery.pk, now=now)
    turn(now)
    assert len(receiver.got) == asked + 1
    assert Delivery.objects.get().status == DeliveryStatus.DELIVERED


def test_an_address_that_says_it_is_gone_is_switched_off_at_once(receiver: Receiver) -> None:
    endpoint = endpoint_at(receiver.url)
    receiver.codes = [410]
    move(a_message(), Status.SENDING, Status.SENT)
    turn()
    endpoint.refresh_from_db()
    assert (endpoint.active, "410" in endpoint.disabled_reason) == (False, True)
    move(a_message("k2"), Status.SENDING, Status.SENT)
    turn(NOW + timedelta(days=1))
    assert len(receiver.got) == 1


def test_a_death_in_the_middle_of_a_post_tells_again_later(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint_at(receiver.url)
    move(a_message(), Status.SENDING, Status.SENT)
    fan_out(NOW)

    class Killed(BaseException):
        pass

    def die(*args: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("recado.webhooks.delivering.post", die)
        with pytest.raises(Killed):
            deliver_due(NOW)
    turn(NOW)
    assert receiver.got == []
    turn(NOW + timedelta(minutes=2))
    assert len(receiver.got) == 1


def test_a_message_that_retention_removed_is_not_told(receiver: Receiver) -> None:
    endpoint_at(receiver.url)
    message = a_message()
    move(message, Status.SENDING, Status.SENT)
    Message.objects.filter(pk=message.pk).delete()
    turn()
    assert receiver.got == []
    assert Event.objects.get().fanned


def test_old_events_are_forgotten_with_their_deliveries(receiver: Receiver) -> None:
    endpoint_at(receiver.url)
    move(a_message(), Status.SENDING, Status.SENT)
    turn()
    forget_old(NOW + KEPT_FOR)
    assert Delivery.objects.count() == 1
    forget_old(NOW + KEPT_FOR + timedelta(seconds=1))
    assert (Event.objects.count(), Delivery.objects.count()) == (0, 0)


def test_one_event_that_is_never_taken_holds_up_its_own_message_alone(receiver: Receiver) -> None:
    endpoint = endpoint_at(receiver.url)
    spoiled = a_message("k1")
    move(spoiled, Status.SENDING, Status.SENT)
    receiver.refuses = spoiled.pk
    turn()
    others = [a_message(key) for key in ("k2", "k3", "k4")]
    for message in others:
        move(message, Status.SENDING, Status.SENT)
    now = NOW + BACK_OFF[0]
    turn(now)
    assert [event["data"]["id"] for event in receiver.taken] == [message.pk for message in others]

    while now < NOW + TRY_FOR + timedelta(hours=5):
        now += timedelta(hours=1)
        move(a_message(f"at {now}"), Status.SENDING, Status.SENT, at=now)
        turn(now)
    endpoint.refresh_from_db()
    assert endpoint.active
    assert Delivery.objects.get(status=DeliveryStatus.FAILED).subject == f"message:{spoiled.pk}"
    assert not Delivery.objects.filter(status=DeliveryStatus.PENDING).exists()


def test_an_endpoint_that_is_down_is_asked_ever_more_seldom_however_much_waits(receiver: Receiver) -> None:
    endpoint = endpoint_at(receiver.url)
    receiver.codes = [500]
    for place in range(200):
        move(a_message(f"k{place}"), Status.SENDING, Status.SENT)
    fan_out(NOW)
    now = NOW
    while now < NOW + TRY_FOR:
        deliver_due(now)
        now += timedelta(minutes=5)
    endpoint.refresh_from_db()
    assert not endpoint.active
    assert len(receiver.got) < 40


def test_many_that_wait_for_one_endpoint_do_not_keep_another_waiting(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_at(receiver.url)
    for place in range(6):
        move(a_message(f"k{place}"), Status.SENDING, Status.SENT)
    fan_out(NOW)
    second = endpoint_at(receiver.url, name="outro")
    move(a_message("late", "outro"), Status.SENDING, Status.SENT, at=NOW + timedelta(seconds=1))
    fan_out(NOW + timedelta(seconds=1))
    monkeypatch.setattr("recado.webhooks.delivering.AT_ONCE", 2)
    monkeypatch.setattr("recado.webhooks.delivering.ENDPOINTS_AT_ONCE", 2)
    deliver_due(NOW + timedelta(seconds=1))
    assert Delivery.objects.filter(endpoint=second, status=DeliveryStatus.DELIVERED).count() == 1


def test_a_slow_round_ends_and_is_signed_with_the_time_of_each_post(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_at(receiver.url)
    for place in range(6):
        move(a_message(f"k{place}"), Status.SENDING, Status.SENT)
    fan_out(NOW)
    seconds = iter(range(0, 1000, 5))
    monkeypatch.setattr("recado.webhooks.delivering._clock", lambda: float(next(seconds)))
    assert deliver_due(NOW)
    stamps = [int(headers["webhook-timestamp"]) for headers, _ in receiver.got]
    assert stamps == sorted(set(stamps))
    assert 1 < len(stamps) < 6


def test_an_endpoint_that_is_removed_during_its_post_stops_nobody(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recado.webhooks.models import Endpoint
    from recado.webhooks.reaching import NotReached

    endpoint_at(receiver.url)
    move(a_message(), Status.SENDING, Status.SENT)
    fan_out(NOW)

    def removed(*args: object) -> None:
        Endpoint.objects.all().delete()
        raise NotReached("O endereço não respondeu.")

    monkeypatch.setattr("recado.webhooks.delivering.post", removed)
    assert not deliver_due(NOW)
    assert Delivery.objects.count() == 0
