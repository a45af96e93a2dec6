"""Rows pass to the outbox as many as the phones can send, once each; pause, cancel and time limits touch the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from recado.batches import decisions, feeding
from recado.batches.feeding import LEAST_WINDOW, MOST_WINDOW, feed_some, look_after_some, window_size
from recado.batches.models import Batch, BatchRow, RowState, State
from recado.batches.progress import progress_of
from recado.gateway.choosing import Roster
from recado.outbox import consent, doorbell
from recado.outbox.claims import claim_next, finish, let_go
from recado.outbox.decisions import correct_number, discard, resend
from recado.outbox.models import Message, MessageType, Priority, Status, StatusChange
from recado.phones.models import Phone
from recado.phones.rules import Rules
from tests.batches.scene import NOW, feed, fresh, messages_of, mobile, numbers_queued, table, under_way
from tests.support.outbox import ACCEPTED, HOLDER, PERMANENT, UNKNOWN, make_phone

pytestmark = pytest.mark.django_db


def send_all(phone: Phone) -> list[str]:
    """Let the phone send whatever it may; give the mobiles in order."""
    sent = []
    while claim := claim_next(phone, HOLDER, NOW):
        finish(claim, ACCEPTED, NOW)
        sent.append(claim.number)
    return sent


def test_rows_become_messages_of_the_batch_in_their_order() -> None:
    batch = under_way(table(range(3)))
    feed()
    first = messages_of(batch)[0]
    assert [message.number for message in messages_of(batch)] == [mobile(0), mobile(1), mobile(2)]
    assert (first.text, first.priority, first.created_by) == (
        "Ola Pessoa 0, sua conta vence em 10/12/2026.",
        Priority.BULK,
        "ana",
    )
    assert (fresh(batch).fed, fresh(batch).fed_line) == (3, 4)


def test_the_queue_gets_no_more_than_the_window_and_is_filled_again_when_half_empty() -> None:
    phone = make_phone()
    batch = under_way(table(range(100)))
    feed(window=20)
    assert len(numbers_queued(batch)) == 20
    for _ in range(9):
        finish(claim_next(phone, HOLDER, NOW), ACCEPTED, NOW)
    feed(window=20)
    assert len(numbers_queued(batch)) == 11
    finish(claim_next(phone, HOLDER, NOW), ACCEPTED, NOW)
    feed(window=20)
    assert len(numbers_queued(batch)) == 20


@pytest.mark.sqlite
def test_between_lots_whoever_else_writes_gets_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = under_way(table(range(5)))
    queued: list[int] = []
    monkeypatch.setattr(feeding, "AT_ONCE", 2)
    monkeypatch.setattr(feeding.time, "sleep", lambda _: queued.append(len(numbers_queued(batch))))
    feed(window=10)
    assert (queued, len(numbers_queued(batch))) == ([2, 4], 5)


@pytest.mark.parametrize(
    ("paces", "size"), [([], LEAST_WINDOW), ([7.0], 129), ([7.0] * 4, 514), ([0.0] * 8, MOST_WINDOW)]
)
def test_the_window_is_what_the_phones_send_in_a_quarter_of_an_hour(paces: list[float], size: int) -> None:
    for place, pace in enumerate(paces):
        Phone.objects.create(name=f"Aparelho {place}", link=f"tcp:{place}", pace_seconds=pace)
    assert window_size() == size


def test_a_row_passes_once_whoever_feeds_how_often() -> None:
    batch = under_way(table(range(30)))
    stale = fresh(batch)
    feed()
    assert feeding._pass_on(stale, stale.fed_line, 30, NOW) is None
    assert len(messages_of(batch)) == 30


def test_a_crash_while_rows_pass_leaves_them_where_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = under_way(table(range(10)))

    def dies(*args: object, **more: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(feeding, "_mark", dies)
        with pytest.raises(RuntimeError):
            feed_some(NOW)
    assert (fresh(batch).fed, messages_of(batch)) == (0, [])
    feed()
    assert (fresh(batch).fed, len(messages_of(batch))) == (10, 10)


def test_a_batch_is_done_when_nothing_of_it_waits_or_is_on_its_way() -> None:
    phone = make_phone()
    batch = under_way(table(range(2)))
    feed()
    assert fresh(batch).state == State.RUNNING
    claim = claim_next(phone, HOLDER, NOW)
    send_all(phone)
    feed()
    assert fresh(batch).state == State.RUNNING
    finish(claim, ACCEPTED, NOW)
    feed()
    assert (fresh(batch).state, fresh(batch).finished_at) == (State.DONE, NOW)


def test_a_paused_batch_sends_nothing_more_and_goes_on_where_it_was() -> None:
    phone = make_phone()
    batch = under_way(table(range(30)))
    feed(window=10)
    decisions.pause(batch.pk, actor="ana", now=NOW)
    assert send_all(phone) == []
    feed(window=10)
    assert len(messages_of(batch)) == 10
    decisions.resume(batch.pk, actor="bia", now=NOW)
    sent = send_all(phone)
    feed(window=100)
    assert sent + send_all(phone) == [mobile(place) for place in range(30)]


def test_what_comes_back_to_the_queue_of_a_paused_batch_is_held_too() -> None:
    phone = make_phone()
    batch = under_way(table(range(1)))
    feed()
    claim = claim_next(phone, HOLDER, NOW)
    decisions.pause(batch.pk, actor="ana", now=NOW)
    let_go(claim, NOW)
    assert not look_after_some(NOW)
    assert claim_next(phone, HOLDER, NOW) is None


def test_a_paused_batch_whose_last_message_ends_is_done_by_itself() -> None:
    phone = make_phone()
    batch = under_way(table(range(2)))
    feed()
    claim = claim_next(phone, HOLDER, NOW)
    decisions.pause(batch.pk, actor="ana", now=NOW)
    finish(claim, ACCEPTED, NOW)
    look_after_some(NOW)
    assert fresh(batch).state == State.PAUSED
    discard(messages_of(batch)[1].pk, note="Repetida.", actor="bia", now=NOW)
    assert not look_after_some(NOW)
    assert (fresh(batch).state, fresh(batch).finished_at) == (State.DONE, NOW)
    counted = progress_of(fresh(batch))
    assert (counted.adds_up, counted.over, counted.waiting) == (True, 2, 0)


def test_a_paused_batch_with_rows_to_send_stays_paused() -> None:
    phone = make_phone()
    batch = under_way(table(range(30)))
    feed(window=1)
    decisions.pause(batch.pk, actor="ana", now=NOW)
    discard(messages_of(batch)[0].pk, note="Repetida.", actor="bia", now=NOW)
    assert not look_after_some(NOW)
    assert fresh(batch).state == State.PAUSED
    decisions.resume(batch.pk, actor="ana", now=NOW)
    feed()
    assert len(send_all(phone)) == 29


def test_a_paused_batch_past_its_limit_counts_its_rows_as_late_and_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = NOW + timedelta(hours=1)
    batch = under_way(table(range(5)), expires_at=limit)
    decisions.pause(batch.pk, actor="ana", now=NOW)
    assert not look_after_some(limit - timedelta(seconds=1))
    assert fresh(batch).state == State.PAUSED
    monkeypatch.setattr(feeding, "AT_ONCE", 3)
    while look_after_some(limit):
        pass
    batch = fresh(batch)
    assert (batch.state, batch.ready, batch.expired, messages_of(batch)) == (State.DONE, 0, 5, [])
    assert progress_of(batch).adds_up


def test_a_batch_that_ended_while_paused_tells_no_reason_to_be_paused() -> None:
    batch = under_way(table(range(1)), expires_at=NOW + timedelta(hours=1))
    MessageType.objects.filter(pk=batch.type_id).update(active=False)
    feed()
    while look_after_some(NOW + timedelta(hours=1)):
        pass
    assert (fresh(batch).state, fresh(batch).fault) == (State.DONE, "")


def test_a_cancelled_batch_sends_nothing_from_that_moment_and_its_messages_say_why() -> None:
    phone = make_phone()
    batch = under_way(table(range(30)))
    feed(window=10)
    finish(claim_next(phone, HOLDER, NOW), ACCEPTED, NOW)
    decisions.cancel(batch.pk, actor="ana", now=NOW, note="Texto errado.")
    assert claim_next(phone, HOLDER, NOW) is None
    while look_after_some(NOW):
        pass
    feed()
    counted = [message.status for message in messages_of(batch)]
    assert counted == [Status.SENT, *[Status.CANCELLED] * 9]
    change = StatusChange.objects.filter(message__batch=batch.pk, after=Status.CANCELLED).first()
    assert change is not None
    assert change.note == f"Lote {batch.pk} cancelado."


def test_what_a_person_sends_again_after_a_batch_was_cancelled_goes_out() -> None:
    phone = make_phone()
    batch = under_way(table(range(4)))
    feed()
    for answer in (PERMANENT, UNKNOWN):
        finish(claim_next(phone, HOLDER, NOW), answer, NOW)
    decisions.cancel(batch.pk, actor="ana", now=NOW)
    refused, doubtful = messages_of(batch)[:2]
    later = NOW + timedelta(minutes=1)
    new = correct_number(refused.pk, mobile(9), actor="bia", now=later)
    resend(doubtful.pk, actor="bia", now=later)
    while look_after_some(later):
        pass
    assert numbers_queued(batch) == [mobile(1), new.number]
    claim = claim_next(phone, HOLDER, later)
    let_go(claim, later)
    look_after_some(later)
    assert len(numbers_queued(batch)) == 2


def test_a_wish_that_comes_while_rows_wait_is_heeded() -> None:
    batch = under_way(table(range(3)))
    consent.opt_out(mobile(1), how="SAIR", actor="Recado", now=NOW)
    feed()
    batch = fresh(batch)
    assert [message.number for message in messages_of(batch)] == [mobile(0), mobile(2)]
    assert (batch.ready, batch.opted_out, batch.fed) == (2, 1, 2)
    assert BatchRow.objects.get(state=RowState.OPTED_OUT).number == mobile(1)


def test_a_wish_that_comes_while_messages_wait_is_heeded_too() -> None:
    batch = under_way(table(range(3)))
    feed()
    consent.opt_out(mobile(1), how="SAIR", actor="Recado", now=NOW)
    assert numbers_queued(batch) == [mobile(0), mobile(2)]


def test_what_is_too_late_is_never_a_message() -> None:
    batch = under_way(table(range(3)), expires_at=NOW + timedelta(hours=1))
    Batch.objects.filter(pk=batch.pk).update(template="x")
    BatchRow.objects.filter(batch=batch, line=3).update(expires_at=NOW)
    feed(window=1)
    feed_some(NOW + timedelta(hours=2), window=10**6)
    batch = fresh(batch)
    assert [message.number for message in messages_of(batch)] == [mobile(0)]
    assert (batch.ready, batch.expired) == (1, 2)


def test_the_batchs_limit_is_that_of_its_messages() -> None:
    limit = NOW + timedelta(hours=1)
    batch = under_way(table(range(1)), expires_at=limit)
    feed()
    assert messages_of(batch)[0].expires_at == limit


def test_what_is_resent_heeds_the_batchs_limit_as_its_first_sending_did() -> None:
    limit = NOW + timedelta(hours=1)
    batch = under_way(table(range(1)), expires_at=limit)
    feed()
    finish(claim_next(make_phone(), HOLDER, NOW), PERMANENT, NOW)
    again = resend(messages_of(batch)[0].pk, actor="bia", now=NOW + timedelta(minutes=30))
    assert (again.status, again.expires_at) == (Status.QUEUED, limit)


def test_what_is_resent_waits_for_the_types_hours_as_its_first_sending_did() -> None:
    batch = under_way(table(range(1)))
    feed()
    phone = make_phone()
    finish(claim_next(phone, HOLDER, NOW), PERMANENT, NOW)
    opens, closes = (timezone.localtime(NOW + timedelta(hours=hours)).time() for hours in (1, 2))
    MessageType.objects.filter(pk=batch.type_id).update(hours_from=opens, hours_until=closes)
    resend(messages_of(batch)[0].pk, actor="bia", now=NOW)
    roster = Roster()
    roster.update(Phone.objects.all(), NOW)
    for at, goes in ((NOW, False), (NOW + timedelta(minutes=61), True)):
        allowance = roster.allowance(phone.pk, Rules(), at, urgent_only=False)
        assert (claim_next(phone, HOLDER, at, allowance) is not None) is goes


def test_a_type_that_is_switched_off_pauses_its_batches() -> None:
    batch = under_way(table(range(3)))
    MessageType.objects.filter(pk=batch.type_id).update(active=False)
    feed()
    batch = fresh(batch)
    assert (batch.state, messages_of(batch)) == (State.PAUSED, [])
    assert "foi desativado" in batch.fault
    with pytest.raises(decisions.BatchRefused, match="desativado"):
        decisions.resume(batch.pk, actor="ana", now=NOW)


def test_two_batches_share_the_queue() -> None:
    one, other = under_way(table(range(50))), under_way(table(range(50, 100)))
    feed(window=10)
    assert (len(numbers_queued(one)), len(numbers_queued(other))) == (10, 10)


@pytest.mark.django_db(transaction=True)
def test_the_gateway_is_rung_once_a_lot(monkeypatch: pytest.MonkeyPatch) -> None:
    rings: list[int] = []
    monkeypatch.setattr(doorbell, "ring", lambda: rings.append(1))
    monkeypatch.setattr(feeding, "AT_ONCE", 3)
    batch = under_way(table(range(6)))
    feed()
    assert len(rings) == 2
    assert Message.objects.filter(batch=batch.pk).count() == 6
    with transaction.atomic():
        assert Message.objects.count() == StatusChange.objects.count()
