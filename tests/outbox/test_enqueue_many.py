"""Many messages at once: the same rules as one by one, and the hold of a batch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from recado.outbox import consent, holding
from recado.outbox.claims import claim_next
from recado.outbox.enqueue import Event, enqueue
from recado.outbox.enqueue_many import Ready, enqueue_many, unwilling
from recado.outbox.models import Message, MessageType, Priority, Status, StatusChange
from tests.support.outbox import HOLDER, make_phone

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def some(count: int, **fields: object) -> list[Ready]:
    return [Ready(f"+55819{place:08d}", f"Aviso {place}.", f"batch:7:{place}", **fields) for place in range(count)]


def put(rows: list[Ready], **more: object) -> list[int]:
    kind = MessageType.objects.get(name="Aviso em lote")
    with transaction.atomic():
        return enqueue_many(rows, kind, batch=7, actor="ana", note="Lote 7.", now=NOW, **more)


def test_each_is_a_message_of_the_batch_behind_all_others_with_its_history() -> None:
    made = put(some(3))
    first = Message.objects.get(pk=min(made))
    assert (first.number, first.text, first.batch) == ("+5581900000000", "Aviso 0.", 7)
    assert (first.status, first.priority, first.created_by) == (Status.QUEUED, Priority.BULK, "ana")
    assert first.moment == first.ready_at == first.created_at == NOW
    change = StatusChange.objects.get(message=first)
    assert (change.before, change.after, change.actor, change.note) == ("", Status.QUEUED, "ana", "Lote 7.")


def test_they_keep_their_order() -> None:
    put(some(2500))
    texts = Message.objects.order_by("pk").values_list("text", flat=True)
    assert list(texts) == [f"Aviso {place}." for place in range(2500)]


def test_the_same_key_is_one_message() -> None:
    assert len(put(some(5))) == 5
    assert len(put(some(8))) == 3
    assert StatusChange.objects.count() == Message.objects.count() == 8


def test_a_row_may_end_before_its_type_but_not_after() -> None:
    early, late = NOW + timedelta(hours=1), NOW + timedelta(days=90)
    put([Ready("+5581900000001", "a", "k1", early), Ready("+5581900000002", "b", "k2", late)])
    limits = dict(Message.objects.values_list("text", "expires_at"))
    assert limits == {"a": early, "b": NOW + timedelta(days=3)}


def test_it_writes_the_same_row_as_one_by_one() -> None:
    put(some(1))
    kind = MessageType.objects.get(name="Aviso em lote")
    enqueue(Event(kind.pk, "+5581900000000", "one", values={"TEXTO": "Aviso 0."}, actor="ana"), now=NOW)
    bulk, single = Message.objects.order_by("pk").values()
    differing = {name for name in bulk if bulk[name] != single[name]}
    assert differing <= {"id", "idempotency_key", "batch", "text"}


def test_who_does_not_want_them_is_known_beforehand() -> None:
    consent.opt_out("+5581900000001", how="SAIR", actor="Recado", now=NOW)
    assert unwilling([row.number for row in some(2000)]) == {"+5581900000001"}


def test_statements_do_not_grow_with_each_row() -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        put(some(10))
    with CaptureQueriesContext(connection) as many:
        put([Ready("+5581911111111", "x", f"other:{place}") for place in range(800)])
    assert len(many) <= len(few) + 4


def test_what_is_on_hold_is_not_claimed_and_goes_on_when_released() -> None:
    phone = make_phone()
    put(some(2))
    assert holding.hold(7) == 2
    assert holding.hold(7) == 0
    assert claim_next(phone, HOLDER, NOW) is None
    held = Message.objects.earliest("pk")
    assert holding.is_held(held)
    assert held.status == Status.QUEUED
    assert holding.release(7, NOW) == 2
    assert claim_next(phone, HOLDER, NOW) is not None


def test_an_urgent_message_goes_before_a_batch_that_was_there_first() -> None:
    phone = make_phone()
    put(some(3))
    urgent = enqueue(Event(1, "+5581912345678", "ra", values={"PROTOCOLO": "20261000000001"}), now=NOW)
    assert urgent is not None
    claim = claim_next(phone, HOLDER, NOW)
    assert claim is not None
    assert claim.message_id == urgent.pk
