"""The one writer of status: the table, the comparison before the swap, and the row that says why."""

import itertools
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

import recado
from recado.gsm.causes import Cause
from recado.outbox import claims, transitions
from recado.outbox.models import NOT_SENT_GROUP, SENT_GROUP, Message, Status, StatusChange
from recado.outbox.transitions import ALLOWED, ForbiddenTransition
from recado.people.actors import PROGRAM
from tests.support.outbox import (
    ACCEPTED,
    NOW,
    assert_unbroken,
    claim,
    make_phone,
    minutes,
    queue_message,
    status_of,
    story,
)

PAIRS = list(itertools.product(Status, Status))


def at_status(status: Status) -> Message:
    """A message forced to a status, past the door that this file is about."""
    message = queue_message()
    Message.objects.filter(pk=message.pk).update(status=status)
    return message


def test_the_table_knows_every_status():
    assert set(ALLOWED) == set(Status)


def test_what_was_sent_never_returns_to_the_queue():
    for status in SENT_GROUP:
        assert ALLOWED[status].isdisjoint({Status.QUEUED, Status.SENDING})


def test_sent_and_not_sent_are_all_there_is():
    assert {*SENT_GROUP, *NOT_SENT_GROUP} == set(Status)
    assert len(SENT_GROUP) + len(NOT_SENT_GROUP) == len(Status)


def test_only_the_queue_leads_to_sending():
    assert [before for before in Status if Status.SENDING in ALLOWED[before]] == [Status.QUEUED]


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_exactly_what_the_table_allows_is_done(before: Status, after: Status):
    message = at_status(before)
    if after in ALLOWED[before]:
        assert transitions.change(message.pk, before, after, at=NOW, actor="maria", note="Porque sim.")
        assert status_of(message) == after
        change = StatusChange.objects.latest("pk")
        assert (change.before, change.after, change.actor, change.note) == (before, after, "maria", "Porque sim.")
        assert change.at == NOW
    else:
        with pytest.raises(ForbiddenTransition):
            transitions.change(message.pk, before, after, at=NOW)
        assert status_of(message) == before
        assert StatusChange.objects.count() == 1


@pytest.mark.django_db
def test_who_comes_late_changes_nothing_and_is_told_so():
    message = queue_message()
    assert transitions.change(message.pk, Status.QUEUED, Status.SENDING, at=NOW)
    assert not transitions.change(message.pk, Status.QUEUED, Status.EXPIRED, at=NOW)
    assert status_of(message) == Status.SENDING
    assert_unbroken(message)


@pytest.mark.django_db
def test_a_message_outside_the_condition_stays():
    message = queue_message()
    assert not transitions.change(message.pk, Status.QUEUED, Status.CANCELLED, at=NOW, only=Q(number="x"))
    assert status_of(message) == Status.QUEUED
    assert StatusChange.objects.count() == 1


@pytest.mark.django_db
def test_a_message_that_does_not_exist_is_not_changed():
    assert not transitions.change(10**9, Status.QUEUED, Status.SENDING, at=NOW)
    assert not StatusChange.objects.exists()


@pytest.mark.django_db
def test_of_many_those_that_stand_elsewhere_are_left_out():
    one, two, three = queue_message(), queue_message(), queue_message()
    transitions.change(two.pk, Status.QUEUED, Status.SENDING, at=NOW)
    ids = [one.pk, two.pk, three.pk]
    assert transitions.change_many(ids, Status.QUEUED, Status.CANCELLED, at=NOW) == [one.pk, three.pk]
    for message in (one, two, three):
        assert_unbroken(message)


@pytest.mark.django_db
def test_a_cause_is_kept_with_its_sentence_and_cleared_by_the_next_change():
    message = queue_message()
    transitions.change(message.pk, Status.QUEUED, Status.EXPIRED, at=NOW, cause=Cause.EXPIRED, note="O prazo acabou.")
    message.refresh_from_db()
    assert (message.cause, message.reason) == (Cause.EXPIRED, "O prazo acabou.")
    transitions.change(message.pk, Status.EXPIRED, Status.QUEUED, at=NOW, note="De novo.")
    message.refresh_from_db()
    assert (message.cause, message.reason) == ("", "")


@pytest.mark.django_db
def test_a_long_note_is_cut_to_what_the_rows_hold():
    message = queue_message()
    transitions.change(message.pk, Status.QUEUED, Status.EXPIRED, at=NOW, cause=Cause.OURS, note="á" * 5000)
    message.refresh_from_db()
    assert len(message.reason) == 300
    assert len(StatusChange.objects.latest("pk").note) == 400


@pytest.mark.django_db
def test_without_a_person_the_program_is_named():
    message = queue_message()
    transitions.change(message.pk, Status.QUEUED, Status.SENDING, at=NOW + minutes(1))
    assert set(message.changes.values_list("actor", flat=True)) == {PROGRAM}


@pytest.mark.django_db
def test_a_taken_key_is_refused_by_the_database():
    message = queue_message()
    copy = Message.objects.get(pk=message.pk)
    copy.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        transitions.record_new(copy, actor="maria")
    assert StatusChange.objects.count() == 1


def test_no_other_module_writes_a_messages_status():
    """Read from the source: `status=` in an update of Message, or an assignment to `.status`, outside `transitions`."""
    package = Path(recado.__file__).parent
    writes = re.compile(r"Message\.objects[^\n]*\.update\([^\n]*status=|update\(Message,|message\.status = ")
    offenders = [
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if path.name != "transitions.py" and writes.search(path.read_text(encoding="utf-8"))
    ]
    assert offenders == []


@pytest.mark.django_db
class TestListening:
    @pytest.fixture
    def heard(self):
        heard: list[tuple[list[int], Status | None, Status, datetime]] = []

        def listener(ids: Sequence[int], before: Status | None, after: Status, at: datetime) -> None:
            assert connection.in_atomic_block
            assert set(Message.objects.filter(pk__in=ids).values_list("status", flat=True)) == {after}
            heard.append((list(ids), before, after, at))

        transitions.listen(listener)
        yield heard
        transitions.unlisten(listener)

    def test_each_change_is_told_in_its_transaction(self, heard):
        message = queue_message()
        claimed = claim(make_phone(), NOW + minutes(1))
        claims.finish(claimed, ACCEPTED, NOW + minutes(2))
        assert heard == [
            ([message.pk], None, Status.QUEUED, NOW),
            ([message.pk], Status.QUEUED, Status.SENDING, NOW + minutes(1)),
            ([message.pk], Status.SENDING, Status.SENT, NOW + minutes(2)),
        ]

    def test_many_are_told_at_once_and_what_did_not_move_is_not(self, heard):
        ids = [queue_message().pk, queue_message().pk]
        heard.clear()
        transitions.change_many([*ids, ids[0]], Status.QUEUED, Status.CANCELLED, at=NOW)
        assert heard == [(ids, Status.QUEUED, Status.CANCELLED, NOW)]
        assert not transitions.change(ids[0], Status.QUEUED, Status.CANCELLED, at=NOW)
        assert len(heard) == 1

    def test_what_the_listener_raises_undoes_the_change(self):
        def refuses(*_: object) -> None:
            raise RuntimeError

        message = queue_message()
        transitions.listen(refuses)
        try:
            with pytest.raises(RuntimeError), transaction.atomic():
                transitions.change(message.pk, Status.QUEUED, Status.CANCELLED, at=NOW)
        finally:
            transitions.unlisten(refuses)
        assert story(message) == ["queued"]
