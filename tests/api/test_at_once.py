"""The same key at the same instant: one message, one answer, whoever comes first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from recado.api import idempotency
from recado.api.models import Answer
from recado.batches.models import Batch, BatchRow
from recado.gsm.causes import Cause
from recado.outbox import transitions
from recado.outbox.models import Message, Status
from tests.api.conftest import Caller

AT_ONCE = 6
TEXT = {"number": "(81) 90000-0001", "text": "Sua ligação foi feita."}


def together(caller: Caller, path: str, bodies: list[Any], key: str) -> list[Any]:
    """All calls with one key, begun at one instant, each with a connection to the database of its own."""
    barrier = Barrier(len(bodies))

    def one(body: Any) -> Any:
        alone = Caller(caller.client, caller.secret, Browser(raise_request_exception=False))
        barrier.wait()
        try:
            return alone.post(path, body, key=key)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(one, bodies))


@pytest.mark.django_db(transaction=True)
def test_one_key_at_one_instant_is_one_message(caller: Caller) -> None:
    for turn in range(5):
        answers = together(caller, "messages", [TEXT] * AT_ONCE, f"k{turn}")
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1
    assert (Message.objects.count(), Answer.objects.count()) == (5, 5)


@pytest.mark.django_db(transaction=True)
def test_one_key_at_one_instant_for_two_bodies_sends_one_of_them(caller: Caller) -> None:
    bodies = [{**TEXT, "text": f"Texto {place}."} for place in range(AT_ONCE)]
    answers = together(caller, "messages", bodies, "k1")
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * (AT_ONCE - 1)]
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_who_is_refused_because_its_twin_came_first_gets_the_twins_answer(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = Message.objects.get(pk=caller.post("messages", TEXT, key="k1").json()["id"])
    now = timezone.now()
    transitions.change(message.pk, Status.QUEUED, Status.SENDING, at=now, actor="Recado")
    transitions.change(message.pk, Status.SENDING, Status.FAILED, at=now, actor="Recado", cause=Cause.NETWORK)
    first = caller.post(f"messages/{message.pk}/resend", key="r1")
    assert first.status_code == 201

    asked = []
    answered = idempotency._answered

    def not_yet(client_id: int, key: str) -> Answer | None:
        # The twin had not committed when this call looked.
        asked.append(key)
        return None if len(asked) == 1 else answered(client_id, key)

    monkeypatch.setattr(idempotency, "_answered", not_yet)
    again = caller.post(f"messages/{message.pk}/resend", key="r1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert caller.post(f"messages/{message.pk}/resend", key="r2").status_code == 409


@pytest.mark.django_db(transaction=True)
def test_one_key_at_one_instant_is_one_batch(caller: Caller) -> None:
    rows = [{"number": f"819000000{place:02d}"} for place in range(20)]
    asked = {"name": "Aviso", "text": "Falta agua hoje.", "rows": rows}
    answers = together(caller, "batches", [asked] * 4, "k1")
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (Batch.objects.get().ready, BatchRow.objects.count()) == (20, 20)


@pytest.mark.django_db
@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(hours=-1), timedelta(hours=20)])
def test_a_clock_that_jumps_between_two_equal_calls_doubles_nothing(caller: Caller, jump: timedelta) -> None:
    begun = timezone.now()
    with time_machine.travel(begun, tick=False):
        first = caller.post("messages", TEXT, key="k1")
    with time_machine.travel(begun + jump, tick=False):
        again = caller.post("messages", TEXT, key="k1")
        assert caller.post("messages", TEXT, key="k2").status_code == 201
    assert (again.status_code, again.json()) == (201, first.json())
    assert Message.objects.count() == 2
