"""A job thread: works while there is work, rests, backs off from what fails."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from recado.jobs.job import Job
from recado.jobs.runner import LONGEST_PAUSE, JobThread, run_jobs

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def thread_of(job: Job) -> JobThread:
    return JobThread(job, threading.Event(), lambda: NOW)


def test_a_job_with_more_to_do_does_not_rest() -> None:
    assert thread_of(Job("mail", lambda now: True, every=5)).turn() == 0


def test_a_job_without_work_rests_its_own_time() -> None:
    assert thread_of(Job("mail", lambda now: False, every=5)).turn() == 5


def test_a_unit_gets_the_time() -> None:
    seen: list[datetime] = []

    def work(now: datetime) -> bool:
        seen.append(now)
        return False

    thread_of(Job("mail", work)).turn()
    assert seen == [NOW]


def test_a_failing_job_backs_off_and_a_success_begins_anew(caplog: pytest.LogCaptureFixture) -> None:
    ill = True

    def work(now: datetime) -> bool:
        if ill:
            raise ValueError("(81) 90000-0001")
        return False

    thread = thread_of(Job("mail", work, every=2))
    assert [thread.turn() for _ in range(3)] == [4, 8, 16]
    assert [thread.turn() for _ in range(5)][-1] == LONGEST_PAUSE
    assert "ValueError" in caplog.text
    assert "90000" not in caplog.text
    ill = False
    assert thread.turn() == 2
    ill = True
    assert thread.turn() == 4


def test_all_jobs_run_and_end_together() -> None:
    stop = threading.Event()
    at_work = threading.Barrier(3)

    def work(now: datetime) -> bool:
        at_work.wait(60)
        return False

    def end() -> None:
        at_work.wait(60)
        stop.set()
        at_work.abort()

    ends = threading.Thread(target=end)
    ends.start()
    run_jobs([Job("mail", work), Job("batches", work)], stop, lambda: NOW)
    ends.join(60)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("recado-job-")]
