"""Every line of a batch has its place at any time."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recado.batches import decisions
from recado.batches.feeding import look_after_some
from recado.batches.models import State
from recado.batches.operations import fates
from recado.batches.progress import messages_of, progress_of
from recado.gateway.translation import HANDED_OVER
from recado.outbox import consent
from recado.outbox.claims import claim_next, finish
from recado.outbox.decisions import correct_number, resend
from recado.outbox.models import Message, Status
from recado.outbox.transitions import change
from tests.batches.scene import NOW, feed, fresh, mobile, table, under_way
from tests.support.outbox import ACCEPTED, HOLDER, PERMANENT, make_phone

pytestmark = pytest.mark.django_db


def test_lines_rows_and_messages_add_up_from_beginning_to_end() -> None:
    phone = make_phone()
    consent.opt_out(mobile(3), how="SAIR", actor="Recado", now=NOW)
    batch = under_way(table([*range(10), 1, 1]) + "nada;x;y\n")
    assert (progress_of(batch).waiting, progress_of(batch).left_out) == (9, 4)
    feed(window=4)
    for answer in (ACCEPTED, PERMANENT, ACCEPTED):
        finish(claim_next(phone, HOLDER, NOW), answer, NOW)
    found = progress_of(fresh(batch))
    assert (found.waiting, found.messages, found.sent, found.over) == (5, 4, 2, 3)
    assert found.adds_up
    decisions.cancel(batch.pk, actor="ana", now=NOW)
    look_after_some(NOW)
    found = progress_of(fresh(batch))
    assert found.statuses == {Status.SENT: 2, Status.FAILED: 1, Status.CANCELLED: 1}
    assert (found.over, found.batch.ready, found.adds_up) == (9, 9, True)


def test_what_retention_removed_is_told() -> None:
    batch = under_way(table(range(3)))
    feed()
    Message.objects.filter(batch=batch.pk).first().delete()
    found = progress_of(fresh(batch))
    assert (found.messages, found.removed, found.adds_up) == (2, 1, True)


def test_what_a_phone_only_took_is_counted_apart_and_among_the_sent() -> None:
    phone = make_phone()
    batch = under_way(table(range(4)))
    feed()
    for answer in (ACCEPTED, HANDED_OVER, HANDED_OVER, PERMANENT):
        finish(claim_next(phone, HOLDER, NOW), answer, NOW)
    feed()
    found = progress_of(fresh(batch))
    assert list(found.statuses.items()) == [(Status.SENT, 1), ("handed_over", 2), (Status.FAILED, 1)]
    assert (found.sent, found.handed_over, found.unsent, found.over, found.adds_up) == (3, 2, 1, 4, True)
    for shown, count in found.statuses.items():
        assert {message.shown_status for message in messages_of(batch.pk, shown)} == {shown}
        assert messages_of(batch.pk, shown).count() == count
    assert [fate.shown_status for fate in fates(batch.pk)] == ["sent", "handed_over", "handed_over", "failed"]


@pytest.mark.sqlite
def test_it_is_counted_from_the_index_alone() -> None:
    batch = under_way(table(range(3)))
    with CaptureQueriesContext(connection) as asked:
        progress_of(batch)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + asked[0]["sql"])
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert "COVERING INDEX message_batch" in plan


def test_a_corrected_message_goes_on_in_its_batch_and_the_counts_come_out_even() -> None:
    phone = make_phone()
    batch = under_way(table(range(3)))
    feed()
    for answer in (PERMANENT, ACCEPTED, ACCEPTED):
        finish(claim_next(phone, HOLDER, NOW), answer, NOW)
    feed()
    refused = Message.objects.get(batch=batch.pk, status=Status.FAILED)
    new = correct_number(refused.pk, mobile(77), actor="bia", now=NOW)
    found = progress_of(fresh(batch))
    assert (new.batch, found.statuses) == (batch.pk, {Status.QUEUED: 1, Status.SENT: 2})
    assert (found.messages, found.removed, found.over, found.adds_up) == (3, 0, 2, True)
    finish(claim_next(phone, HOLDER, NOW), ACCEPTED, NOW)
    found = progress_of(fresh(batch))
    assert (found.batch.state, found.statuses, found.unsent, found.adds_up) == (State.DONE, {Status.SENT: 3}, 0, True)
    fate = next(fates(batch.pk))
    assert (fate.number, fate.message_id) == (mobile(77), new.pk)


def test_a_message_sent_anew_because_it_was_not_delivered_takes_the_place_of_the_first() -> None:
    phone = make_phone()
    batch = under_way(table(range(2)))
    feed()
    for _ in range(2):
        finish(claim_next(phone, HOLDER, NOW), ACCEPTED, NOW)
    first = Message.objects.filter(batch=batch.pk).order_by("pk")[0]
    change(first.pk, Status.SENT, Status.UNDELIVERED, at=NOW)
    once = resend(first.pk, actor="bia", now=NOW)
    finish(claim_next(phone, HOLDER, NOW), PERMANENT, NOW)
    twice = correct_number(once.pk, mobile(78), actor="bia", now=NOW)
    finish(claim_next(phone, HOLDER, NOW), ACCEPTED, NOW)
    found = progress_of(fresh(batch))
    assert (found.statuses, found.adds_up) == ({Status.SENT: 2}, True)
    assert next(fates(batch.pk)).message_id == twice.pk
