"""When a batch ends beside what else waits, and what its time limit leaves unsent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from recado.batches.models import Batch
from recado.batches.reckoning import Reckoning, reckon, waiting_parts
from recado.outbox.models import Message, MessageType, Status
from recado.phones.models import Condition
from tests.batches.scene import NOW, draft, feed, fresh, read, table, under_way
from tests.support.outbox import make_phone

pytestmark = pytest.mark.django_db


def test_what_waits_before_it_and_beside_it_counts() -> None:
    make_phone(pace_seconds=10, condition=Condition.READY)
    other = under_way(table(range(100)))
    feed(window=10)
    batch: Batch = read(draft(table(range(200, 230))))
    assert (waiting_parts(batch), waiting_parts(fresh(other))) == (30, 100)
    # What the other has in the queue, its own 30, and as many of the other's rows that go out beside it.
    assert reckon(batch, NOW) == Reckoning(timezone.localtime(NOW) + timedelta(seconds=700))


def test_what_is_only_on_its_way_ends_now() -> None:
    make_phone(pace_seconds=10, condition=Condition.READY)
    batch = under_way(table(range(3)))
    feed()
    Message.objects.update(status=Status.SENDING)
    assert reckon(fresh(batch), NOW) == Reckoning(timezone.localtime(NOW))


def test_without_a_phone_for_its_type_nobody_can_say() -> None:
    make_phone(type_ids=[1], condition=Condition.READY)
    batch = read(draft(table(range(3))))
    assert MessageType.objects.filter(pk=batch.type_id).exists()
    assert "envia este tipo" in reckon(batch, NOW).why
