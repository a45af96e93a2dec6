"""Waiting before a lost phone is tried again."""

from __future__ import annotations

from random import Random

from recado.gateway.backoff import SPREAD, wait_before
from recado.gateway.worker import RECONNECT_WAITS


def waits_of(seed: int, count: int = 12) -> list[float]:
    chance = Random(seed)
    return [wait_before(failures, RECONNECT_WAITS, chance) for failures in range(count)]


def test_the_same_seed_waits_the_same() -> None:
    assert waits_of(7) == waits_of(7)


def test_two_phones_do_not_wait_in_step() -> None:
    assert all(one != other for one, other in zip(waits_of(1), waits_of(2), strict=True))


def test_a_wait_stays_near_its_place_in_the_table_and_the_last_place_holds() -> None:
    for failures, wait in enumerate(waits_of(3, 200)):
        middle = RECONNECT_WAITS[min(failures, len(RECONNECT_WAITS) - 1)]
        assert middle * (1 - SPREAD) <= wait <= middle * (1 + SPREAD)


def test_the_waits_grow() -> None:
    assert list(RECONNECT_WAITS) == sorted(RECONNECT_WAITS)
    assert max(waits_of(3, 200)) < 15
