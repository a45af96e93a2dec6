"""The queue as a phone with rules sees it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recado.outbox import claims
from recado.outbox.enqueue import TEST_VALIDITY, Event, enqueue
from recado.outbox.models import Message, Priority, Status
from recado.outbox.routing import takeable
from recado.phones import changes
from recado.phones.models import Phone
from recado.phones.rules import Allowance, Left
from tests.support.outbox import (
    ACCEPTED,
    HOLDER,
    MOBILE,
    NOW,
    TRANSIENT,
    claim,
    make_phone,
    make_type,
    minutes,
    queue_message,
    send_all,
)

pytestmark = pytest.mark.django_db

RECIFE, SAO_PAULO, BAURU = "+5581912345678", "+5511987654321", "+5514987654321"


def claimed(phone: Phone, allowance: Allowance) -> int | None:
    taken = claims.claim_next(phone, HOLDER, NOW, allowance)
    return taken.message_id if taken else None


def test_a_message_of_a_ddd_that_is_anothers_is_left_in_the_queue():
    theirs, ours = queue_message(number=RECIFE), queue_message(number=SAO_PAULO)
    phone, allowance = make_phone(), Allowance(left=(Left(frozenset({"81", "82"}), frozenset()),))
    assert claimed(phone, allowance) == ours.pk
    assert claimed(phone, allowance) is None
    assert Message.objects.get(pk=theirs.pk).status == Status.QUEUED


def test_a_ddd_is_not_taken_for_its_neighbour():
    message = queue_message(number=BAURU)
    allowance = Allowance(left=(Left(frozenset({"13", "15"}), frozenset()),))
    assert claimed(make_phone(), allowance) == message.pk


def test_of_a_ddd_only_the_types_that_the_other_takes_are_left():
    kind = make_type()
    queue_message(number=RECIFE, kind=kind)
    ours = queue_message(number=RECIFE)
    assert claimed(make_phone(), Allowance(left=(Left(frozenset({"81"}), frozenset({kind.pk})),))) == ours.pk


def test_a_phone_takes_its_types_only():
    kind = make_type()
    queue_message()
    ours = queue_message(kind=kind)
    phone, allowance = make_phone(), Allowance(types=frozenset({kind.pk}))
    assert claimed(phone, allowance) == ours.pk
    assert claimed(phone, allowance) is None


def test_in_a_slot_kept_for_urgent_ones_nothing_else_goes():
    queue_message()
    phone, allowance = make_phone(), Allowance(urgent_only=True)
    assert claimed(phone, allowance) is None
    urgent = queue_message(kind=make_type(priority=Priority.URGENT))
    assert claimed(phone, allowance) == urgent.pk


def test_a_claim_with_old_rules_in_mind_does_not_count():
    phone, message = make_phone(), queue_message()
    changes.set_rules(phone, {"quota_day": 1}, note="Cota por dia: 1.", actor="ana", now=NOW)
    assert claims.claim_next(phone, HOLDER, NOW) is None
    phone.refresh_from_db()
    assert claim(phone).message_id == message.pk


def test_the_parts_of_a_message_end_on_the_phone_that_began_whatever_its_rules_became():
    phone = make_phone()
    queue_message("0123456789" * 40)
    begun = claim(phone)
    assert claims.finish(begun, ACCEPTED, NOW)
    changes.set_rules(phone, {"quota_hour": 1}, note="Cota por hora: 1.", actor="ana", now=NOW)
    assert claims.next_segment(begun, phone, HOLDER, NOW) is not None


def test_every_part_that_was_accepted_counts_for_the_quota():
    phone = make_phone()
    queue_message("0123456789" * 40)
    send_all(phone)
    phone.refresh_from_db()
    assert (phone.used_in_hour, phone.used_in_day, phone.used_in_month) == (3, 3, 3)


def test_a_phone_without_rules_asks_nothing_more():
    phone = make_phone()
    queue_message(), queue_message()
    with CaptureQueriesContext(connection) as plain:
        claims.claim_next(phone, HOLDER, NOW)
    with CaptureQueriesContext(connection) as ruled:
        claims.claim_next(phone, HOLDER, NOW, Allowance(left=(Left(frozenset({"11"}), frozenset()),)))
    assert len(plain) == len(ruled)


@pytest.mark.sqlite
def test_the_queue_is_read_by_its_index_with_any_rules():
    allowance = Allowance(frozenset({6}), (Left(frozenset({"81"}), frozenset({1})),))
    due = Message.objects.filter(takeable(allowance, 1), status=Status.QUEUED, ready_at__lte=NOW)
    plan = due.order_by("priority", "pk")[:1].explain()
    assert "USING INDEX message_queue" in plan
    assert "TEMP B-TREE" not in plan


def test_a_test_of_a_phone_goes_first_and_by_that_phone_alone():
    wanted, other = make_phone("Aparelho 1"), make_phone("Aparelho 2")
    before = queue_message()
    test = enqueue(Event(6, MOBILE, "test:x", {"TEXTO": "Teste"}, only_phone_id=wanted.pk), now=NOW)
    elsewhere = Allowance(types=frozenset({1}), left=(Left(frozenset({"81"}), frozenset()),), urgent_only=True)
    assert test is not None
    assert test.expires_at == NOW + TEST_VALIDITY
    taken = claims.claim_next(other, HOLDER, NOW)
    assert taken is not None
    assert taken.message_id == before.pk
    assert claims.claim_next(other, HOLDER, NOW) is None
    mine = claims.claim_next(wanted, HOLDER, NOW, elsewhere)
    assert mine is not None
    assert mine.message_id == test.pk


def test_a_test_that_failed_for_now_still_belongs_to_its_phone():
    wanted, other = make_phone("Aparelho 1"), make_phone("Aparelho 2")
    enqueue(Event(6, MOBILE, "test:x", {"TEXTO": "Teste"}, only_phone_id=wanted.pk), now=NOW)
    claims.finish(claim(wanted), TRANSIENT, NOW)
    assert claims.claim_next(other, HOLDER, NOW + minutes(2)) is None
    assert claims.claim_next(wanted, HOLDER, NOW + minutes(2)) is not None
