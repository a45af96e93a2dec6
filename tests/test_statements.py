"""The kept statements mean what the ORM's do, on either database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F, Model, QuerySet

from recado import statements
from recado.gsm.causes import Cause
from recado.outbox import candidates
from recado.outbox.models import (
    Attempt,
    AttemptResult,
    DeliveryReport,
    Message,
    MessageType,
    Segment,
    SegmentStatus,
    Status,
)
from recado.outbox.models import StatusChange as Change
from recado.phones.models import Phone
from recado.phones.rules import EVERYTHING, Allowance, Left
from recado.statements import ONE_MORE, Plus, Slot
from tests.support.outbox import MOBILE, NOW, claim, make_phone, make_type, minutes, queue_message

pytestmark = pytest.mark.django_db


def row_of(row: Model) -> dict[str, object]:
    fresh = type(row)._default_manager.get(pk=row.pk)
    return {field.attname: getattr(fresh, field.attname) for field in fresh._meta.concrete_fields}


def same_but_the_key(one: Model, other: Model) -> bool:
    first, second = row_of(one), row_of(other)
    return first | {"id": None} == second | {"id": None}


class TestInsert:
    def test_a_change_of_status(self):
        message = queue_message()
        values = {
            "message_id": message.pk,
            "at": NOW + timedelta(microseconds=7),
            "before": Status.QUEUED.value,
            "after": Status.FAILED.value,
            "actor": "maria",
            "note": "É “certo” que 100% falhou: 'não'; \\ %s",
            "cause": Cause.OURS.value,
        }
        key = statements.insert(Change, **values)
        assert same_but_the_key(Change.objects.get(pk=key), Change.objects.create(**values))

    def test_a_part_and_what_is_not_named_gets_the_models_default(self):
        values = {"index": 1, "total": 2, "text": "Olá"}
        key = statements.insert(Segment, message_id=queue_message().pk, **values)
        other = Segment.objects.create(message_id=queue_message().pk, **values)
        assert row_of(Segment.objects.get(pk=key)) | {"id": 0, "message_id": 0} == row_of(other) | {
            "id": 0,
            "message_id": 0,
        }

    def test_a_try(self):
        phone, message = make_phone(), queue_message()
        segment = Segment.objects.create(message=message, index=1, total=1, text="Olá")
        values = {
            "segment_id": segment.pk,
            "phone_id": phone.pk,
            "phone_name": phone.name,
            "number": MOBILE,
            "started_at": NOW,
        }
        key = statements.insert(Attempt, **values)
        assert same_but_the_key(Attempt.objects.get(pk=key), Attempt.objects.create(**values))


class TestUpdate:
    VALUES = {"status": Status.SENT.value, "sent_at": NOW + minutes(3), "cause": "", "phone_id": None}

    def test_sets_what_the_orm_sets_and_nothing_else(self):
        one, other = queue_message(), queue_message()
        assert statements.update(Message, {"pk": one.pk, "status": Status.QUEUED.value}, **self.VALUES) == 1
        assert Message.objects.filter(pk=other.pk, status=Status.QUEUED).update(**self.VALUES) == 1
        different = {"id": None, "idempotency_key": None}
        assert row_of(one) | different == row_of(other) | different

    def test_changes_nothing_that_does_not_fit(self):
        message = queue_message()
        assert statements.update(Message, {"pk": message.pk, "status": Status.SENT.value}, **self.VALUES) == 0
        assert statements.update(Message, {"pk": message.pk + 1, "status": Status.QUEUED.value}, **self.VALUES) == 0
        assert row_of(message)["status"] == Status.QUEUED

    @pytest.mark.parametrize("by", [ONE_MORE, Plus(-1), Plus(0)])
    def test_adds_as_f_does(self, by: Plus):
        one, other = make_phone("A"), make_phone("B")
        Phone.objects.update(used_in_hour=4)
        statements.update(Phone, {"pk": one.pk, "enabled": True, "paused": False}, used_in_hour=by, last_sent_at=NOW)
        Phone.objects.filter(pk=other.pk).update(used_in_hour=F("used_in_hour") + by.number, last_sent_at=NOW)
        names = ("used_in_hour", "last_sent_at")
        assert [row_of(one)[name] for name in names] == [row_of(other)[name] for name in names]

    def test_takes_hours_and_days_in_its_condition(self):
        phone = make_phone()
        Phone.objects.update(used_hour_at=NOW, used_day_on=NOW.date())
        where = {"pk": phone.pk, "used_hour_at": NOW, "used_day_on": NOW.date()}
        assert statements.update(Phone, where, paused=True) == 1
        assert statements.update(Phone, where | {"used_day_on": (NOW + timedelta(days=1)).date()}, paused=False) == 0

    def test_a_name_that_is_no_column_is_refused(self):
        with pytest.raises(TypeError, match="segments"):
            statements.update(Message, {"pk": 1}, segments=1)


class TestRead:
    def test_gives_what_get_gives(self):
        kind = make_type(validity_minutes=90, hours_from="08:00", hours_until="18:30")
        read = statements.read(MessageType, kind.pk)
        assert read is not None
        assert row_of(kind) == {field.attname: getattr(read, field.attname) for field in read._meta.concrete_fields}

    def test_sees_every_change_even_one_that_leaves_no_time_of_change(self):
        kind = make_type(max_attempts=3)
        assert statements.read(MessageType, kind.pk).max_attempts == 3
        MessageType.objects.filter(pk=kind.pk).update(max_attempts=4)
        assert statements.read(MessageType, kind.pk).max_attempts == 4

    def test_gives_one_object_while_nothing_changes(self):
        kind = make_type()
        assert statements.read(MessageType, kind.pk) is statements.read(MessageType, kind.pk)

    def test_gives_nothing_for_what_is_gone(self):
        assert statements.read(MessageType, 10_000_000) is None


def test_a_row_read_in_part_reads_the_rest_when_asked():
    message = queue_message()
    partly = statements.partly(Message, text="Outro", id=message.pk)
    assert (partly.pk, partly.text, partly.number, partly.created_at) == (message.pk, "Outro", MOBILE, NOW)


class TestInsertOnce:
    VALUES = {"pdu": "00", "fingerprint": "f", "received_at": NOW}

    def test_the_first_is_kept_and_the_second_is_not(self):
        assert statements.insert_once(DeliveryReport, "fingerprint", **self.VALUES) is not None
        assert statements.insert_once(DeliveryReport, "fingerprint", **self.VALUES) is None
        assert DeliveryReport.objects.count() == 1

    def test_whatever_else_is_wrong_is_no_second_copy(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            statements.insert_once(DeliveryReport, "fingerprint", **self.VALUES | {"pdu": None})


class TestKeep:
    def test_gives_what_values_list_gives_for_each_value_of_the_slots(self):
        kinds = [make_type(), make_type()]
        for number in range(6):
            queue_message(kind=kinds[number % 2], at=NOW + minutes(number))

        def question(kind: object, at: object) -> QuerySet[Message, tuple[object, ...]]:
            found = Message.objects.filter(type=kind, created_at__gt=at).order_by("-pk")
            return found.values_list("pk", "created_at", "type__name", "type__active", "sent_at")

        kept = statements.keep(question(Slot("kind", Message, "type_id"), Slot("at", Message, "created_at")))
        for kind in kinds:
            for at in (NOW - minutes(1), NOW + minutes(2), NOW + minutes(9)):
                expected = list(question(kind, at))
                assert kept.all(kind=kind.pk, at=at) == expected
                assert kept.first(kind=kind.pk, at=at) == (expected[0] if expected else None)


class TestCandidates:
    @pytest.mark.parametrize(
        "allowance",
        [
            EVERYTHING,
            Allowance(types=frozenset({6, 7})),
            Allowance(left=(Left(frozenset({"81", "82"}), frozenset()), Left(frozenset({"11"}), frozenset({6})))),
            Allowance(urgent_only=True),
        ],
    )
    @pytest.mark.parametrize("lock", [True, False])
    def test_the_kept_text_finds_what_the_orm_finds_at_any_time(self, allowance: Allowance, lock: bool):
        phone, brief = make_phone(), make_type(validity_minutes=5)
        for number, at in enumerate((0, 3, 1, 2)):
            queue_message(kind=brief if number % 2 else None, at=NOW + minutes(at))
        for now in (NOW - minutes(1), NOW, NOW + minutes(2), NOW + minutes(4), NOW + minutes(60)):
            asked = candidates.first_due(phone.pk, allowance, lock=lock)
            row = asked.first(now=now)
            expected = candidates.due(phone.pk, now, allowance).values_list("pk", flat=True).first()
            assert (row[0] if row else None) == expected
            assert candidates.anything_due(phone.pk, now, allowance) == (expected is not None)

    def test_what_is_kept_for_one_phone_is_not_another_ones(self):
        first, second = make_phone("A"), make_phone("B")
        message = queue_message()
        Message.objects.update(only_phone=second)
        assert not candidates.anything_due(first.pk, NOW, EVERYTHING)
        assert claim(second).message_id == message.pk


def test_a_whole_message_is_written_as_the_models_say():
    queue_message()
    claimed = claim(make_phone(), NOW + minutes(1))
    attempt = Attempt.objects.select_related("segment__message").get(pk=claimed.attempt_id)
    assert (attempt.result, attempt.finished_at, attempt.code, attempt.reference) == (
        AttemptResult.IN_FLIGHT,
        None,
        "",
        None,
    )
    assert (attempt.segment.status, attempt.segment.tries) == (SegmentStatus.SENDING, 1)
