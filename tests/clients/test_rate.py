"""Calls a minute, counted across processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from recado.clients.rate import spend

MINUTE = 1_700_000_040.0


def test_calls_beyond_the_limit_are_refused_until_the_next_minute(tmp_path: Path) -> None:
    said = [spend(tmp_path, "1", limit=3, now=MINUTE + n) for n in range(5)]
    assert [one.allowed for one in said] == [True, True, True, False, False]
    assert [one.remaining for one in said] == [2, 1, 0, 0, 0]
    assert said[4].reset_seconds == 56
    assert spend(tmp_path, "1", limit=3, now=MINUTE + 60).remaining == 2


def test_each_key_has_its_own_count(tmp_path: Path) -> None:
    assert spend(tmp_path, "1", limit=1, now=MINUTE).allowed
    assert spend(tmp_path, "2", limit=1, now=MINUTE).allowed


def test_many_at_once_get_exactly_the_limit(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: spend(tmp_path, "1", limit=100, now=MINUTE), range(300)))
    assert sum(one.allowed for one in said) == 100


def test_a_clock_that_goes_back_begins_anew_and_a_torn_file_counts_as_none(tmp_path: Path) -> None:
    assert spend(tmp_path, "1", limit=1, now=MINUTE).allowed
    assert spend(tmp_path, "1", limit=1, now=MINUTE - 60).allowed
    (tmp_path / "2").write_bytes(b"\1\2")
    assert spend(tmp_path, "2", limit=1, now=MINUTE).allowed
