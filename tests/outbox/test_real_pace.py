"""How fast the phones really send, from their last tries."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from recado.outbox import claims
from recado.outbox.forecast import forecast
from recado.outbox.models import Attempt, AttemptResult
from recado.outbox.policy import TryResult
from recado.outbox.real_pace import real_paces, sent_just_now
from recado.phones.models import Condition, Phone
from tests.support.outbox import ACCEPTED, NOW, PHONE_DOWN, TRANSIENT, claim, make_phone, queue_message

pytestmark = pytest.mark.django_db


def send(phone: Phone, at: datetime, seconds: float, result: TryResult = ACCEPTED) -> None:
    """One try of whatever is next, that takes `seconds`."""
    claims.finish(claim(phone, at), result, at + timedelta(seconds=seconds))


def send_some(phone: Phone, count: int = 6, seconds: float = 12, every: float = 60) -> datetime:
    """`count` tries, one `every` so many seconds, most of which the phone had nothing to do; gives when they ended."""
    at = NOW
    for _ in range(count):
        queue_message()
        send(phone, at, seconds)
        at += timedelta(seconds=every)
    return at


def ready(**fields: object) -> Phone:
    return make_phone(**{"condition": Condition.READY, "pace_seconds": 7.0, **fields})


def test_a_network_slower_than_the_pace_is_what_counts() -> None:
    phone = ready()
    after = send_some(phone, seconds=12)
    assert real_paces([phone], after) == {phone.pk: 12.0}


def test_a_phone_quicker_than_its_pace_waits_for_it_and_idle_time_does_not_count() -> None:
    phone = ready()
    after = send_some(phone, seconds=2, every=300)
    assert real_paces([phone], after) == {phone.pk: 7.0}


def test_what_is_tried_again_takes_a_further_turn() -> None:
    phone = ready()
    after = send_some(phone, count=3, seconds=10)
    message = queue_message()
    for _ in range(3):
        send(phone, after, 10, TRANSIENT)
        after += timedelta(minutes=50)
    send(phone, after, 10)
    Attempt.objects.update(started_at=after, finished_at=after + timedelta(seconds=10))
    assert Attempt.objects.filter(segment__message=message).count() == 4
    assert real_paces([phone], after) == {phone.pk: pytest.approx(70 / 4)}


def test_few_tries_and_old_ones_tell_nothing() -> None:
    phone = ready()
    after = send_some(phone, count=4)
    assert real_paces([phone], after) == {}
    after = send_some(phone, count=6)
    assert real_paces([phone], after + timedelta(hours=2)) == {}
    assert real_paces([], after) == {}


def test_a_try_that_never_left_and_one_that_hung_are_not_taken_for_the_pace() -> None:
    phone = ready()
    after = send_some(phone, count=5, seconds=3)
    queue_message()
    send(phone, after, 3, PHONE_DOWN)
    assert real_paces([phone], after) == {phone.pk: 7.0}
    Attempt.objects.filter(result=AttemptResult.ACCEPTED).update(finished_at=after + timedelta(hours=9))
    assert real_paces([phone], after) == {phone.pk: 180.0}


def test_a_phone_that_sends_by_itself_is_not_measured() -> None:
    phone = ready()
    after = send_some(phone)
    Phone.objects.update(link="map:00:00:5E:00:53:01")
    assert real_paces(list(Phone.objects.all()), after) == {}


def test_many_phones_are_one_question(django_assert_num_queries: object) -> None:
    phones = [ready(name=f"Aparelho {number}") for number in range(5)]
    with django_assert_num_queries(1):  # type: ignore[operator]
        real_paces(phones, NOW)


def test_the_end_of_the_queue_is_foreseen_from_the_real_pace() -> None:
    phone = ready()
    after = send_some(phone, seconds=12)
    for _ in range(10):
        queue_message(at=after)
    queue = forecast([phone], after)
    assert queue.wait == timedelta(seconds=120)
    assert queue.paces == {phone.pk: 12.0}


def test_the_rate_is_of_the_last_minutes() -> None:
    phone = ready()
    after = send_some(phone, count=8, every=60)
    assert sent_just_now(after) == 5
    assert sent_just_now(after + timedelta(minutes=10)) == 0
