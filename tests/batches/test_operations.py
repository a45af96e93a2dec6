"""The door for other rooms: a batch from rows that a program gives, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from recado.batches import decisions, operations
from recado.batches.decisions import BatchRefused
from recado.batches.feeding import feed_some
from recado.batches.models import Batch, BatchRow, State
from recado.batches.operations import NewRow, create, fates
from recado.outbox import consent
from recado.outbox.models import Message, Status
from recado.outbox.templates import TemplateRefused
from tests.batches.scene import NOW, batch_type, feed, messages_of, mobile

pytestmark = pytest.mark.django_db


def rows(count: int) -> list[NewRow]:
    return [NewRow(mobile(place), {"VALOR": f"{place},00"}, f"conta {place}") for place in range(count)]


def made(given: object = None, **more: object) -> Batch:
    asked = {
        "type_id": batch_type().pk,
        "template": "Sua conta: R$ {VALOR}. {EMPRESA}",
        "name": "Contas de 11/2026",
        "author": "ana",
        "key": "billing:7:2026-11",
        "now": NOW,
        "needs_approval": False,
    } | more
    return create(rows(3) if given is None else given, **asked)


def test_rows_go_out_with_their_own_values() -> None:
    batch = made()
    feed()
    assert batch.state == State.RUNNING
    assert [message.text for message in messages_of(batch)][1].startswith("Sua conta: R$ 1,00. ")


def test_each_is_found_again_by_the_name_that_its_maker_gave() -> None:
    bad = [NewRow("8133334444", {"VALOR": "1"}, "conta 9")]
    batch = made([*rows(2), *bad, NewRow(mobile(5), {"VALOR": "5"}, "conta 5")])
    assert {fate.status for fate in fates(batch.pk)} == {""}
    feed()
    assert [(fate.reference, fate.status, fate.line) for fate in fates(batch.pk)] == [
        ("conta 0", Status.QUEUED, 1),
        ("conta 1", Status.QUEUED, 2),
        ("conta 5", Status.QUEUED, 4),
    ]
    assert batch.invalid == 1


def test_what_will_never_be_a_message_says_why() -> None:
    consent.opt_out(mobile(1), how="SAIR", actor="Recado", now=NOW)
    batch = made()
    assert [fate.left_out for fate in fates(batch.pk)] == ["", "Pediu para não receber", ""]
    decisions.cancel(batch.pk, actor="ana", now=NOW)
    assert [fate.left_out for fate in fates(batch.pk)] == ["Lote cancelado", "Pediu para não receber", "Lote cancelado"]


def test_a_message_that_retention_removed_is_not_told_to_wait_in_the_batch() -> None:
    batch = made()
    feed_some(NOW, window=1)
    Message.objects.get(batch=batch.pk).delete()
    assert [fate.removed for fate in fates(batch.pk)] == [True, False, False]
    decisions.cancel(batch.pk, actor="ana", now=NOW)
    assert [fate.left_out for fate in fates(batch.pk)] == ["", "Lote cancelado", "Lote cancelado"]


def test_the_same_key_is_one_batch() -> None:
    assert made().pk == made().pk
    feed()
    assert Message.objects.count() == 3


def test_what_a_crash_left_half_made_is_made_anew() -> None:
    def dies() -> Iterator[NewRow]:
        yield from rows(2500)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        made(dies())
    assert BatchRow.objects.count() == 2000
    batch = made(rows(2500))
    feed()
    assert (batch.ready, Message.objects.count()) == (2500, 2500)


def test_several_rows_for_one_mobile_where_the_maker_wants_them() -> None:
    twice = [NewRow(mobile(1), {"VALOR": "1"}, "a"), NewRow(mobile(1), {"VALOR": "2"}, "b")]
    assert made(twice, key="once").repeated == 1
    assert made(twice, key="each", one_per_number=False).ready == 2


def test_a_row_has_a_limit_of_its_own() -> None:
    soon = NOW + timedelta(hours=3)
    batch = made([NewRow(mobile(1), {"VALOR": "1"}, "a", soon)])
    feed()
    message = messages_of(batch)[0]
    assert message.expires_at == message.useful_until == soon


def test_a_batch_larger_than_one_person_may_send_waits() -> None:
    assert made(rows(501), needs_approval=None).state == State.WAITING


def test_without_a_good_row_nothing_waits() -> None:
    assert made([]).state == State.CANCELLED


def test_a_text_with_an_unknown_field_makes_no_batch() -> None:
    with pytest.raises(TemplateRefused, match=r"\{VALO\}"):
        made(template="{VALO}")
    assert not Batch.objects.exists()


def test_a_type_that_sends_to_everybody_is_not_for_batches() -> None:
    with pytest.raises(BatchRefused, match="não respeita"):
        made(type_id=1)
    assert not Batch.objects.exists()


def test_fates_are_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "_FATES_AT_ONCE", 2)
    batch = made(rows(5))
    assert [fate.line for fate in fates(batch.pk)] == [1, 2, 3, 4, 5]
    assert [fate.line for fate in fates(batch.pk, after_line=3)] == [4, 5]
