"""Rows kept back for a customer's wish, also while rows pass to the queue: each goes out, or none of it does."""

from __future__ import annotations

import pytest

from recado.batches.models import Batch, BatchRow, RowState
from recado.batches.operations import NewRow, create, fates, withdraw
from recado.batches.progress import progress_of
from recado.gsm.causes import Cause
from recado.outbox.claims import claim_next, finish
from recado.outbox.models import Message, Status
from tests.batches.scene import NOW, batch_type, feed, fresh, mobile
from tests.support.outbox import ACCEPTED, HOLDER, make_phone
from tests.support.together import run_together

pytestmark = pytest.mark.django_db
NOTE = "O cliente deixou de autorizar."


def made(count: int) -> Batch:
    rows = [NewRow(mobile(place), {"VALOR": f"{place},00"}, f"conta {place}") for place in range(count)]
    batch = create(
        rows,
        type_id=batch_type().pk,
        template="Sua conta: R$ {VALOR}.",
        name="Contas",
        author="ana",
        key=f"test:{count}",
        now=NOW,
        needs_approval=False,
    )
    return fresh(batch)


def test_a_row_that_waits_never_becomes_a_message() -> None:
    batch = made(3)
    assert withdraw(batch.pk, ["conta 1"], note=NOTE, now=NOW) == 1
    feed()
    assert {message.number for message in Message.objects.all()} == {mobile(0), mobile(2)}
    found = progress_of(fresh(batch))
    assert (found.batch.ready, found.batch.opted_out, found.waiting, found.adds_up) == (2, 1, 0, True)


def test_a_message_that_waits_is_discarded_with_the_reason_and_one_that_went_out_stays() -> None:
    batch = made(2)
    feed()
    finish(claim_next(make_phone(), HOLDER, NOW), ACCEPTED, NOW)
    assert withdraw(batch.pk, ["conta 0", "conta 1"], note=NOTE, now=NOW) == 1
    went, kept = Message.objects.order_by("pk")
    assert went.status == Status.SENT
    assert (kept.status, kept.cause, kept.reason) == (Status.CANCELLED, Cause.OPTED_OUT, NOTE)


@pytest.mark.django_db(transaction=True)
def test_who_withdraws_while_rows_pass_on_finds_each_on_one_side_or_the_other() -> None:
    batch = made(120)
    chosen = [f"conta {place}" for place in range(0, 120, 3)]
    kept, *_ = run_together(
        [
            lambda: withdraw(batch.pk, chosen, note=NOTE, now=NOW),
            lambda: feed(window=40),
            lambda: feed(window=40),
        ]
    )
    feed()
    assert kept == len(chosen)
    withdrawn = set(BatchRow.objects.filter(batch=batch, reference__in=chosen).values_list("number", flat=True))
    queued = set(Message.objects.filter(status=Status.QUEUED).values_list("number", flat=True))
    assert len(queued) == Message.objects.filter(status=Status.QUEUED).count() == 80
    assert not queued & withdrawn
    discarded = Message.objects.filter(status=Status.CANCELLED).count()
    assert discarded + BatchRow.objects.filter(batch=batch, state=RowState.OPTED_OUT).count() == len(chosen)
    assert progress_of(fresh(batch)).adds_up
    assert len(list(fates(batch.pk))) == 120
