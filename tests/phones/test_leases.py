import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from recado.phones import leases
from recado.phones.leases import LEASE
from recado.phones.models import Phone
from tests.support.outbox import make_phone
from tests.support.together import run_together

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
ANOTHER_MACHINE = "other-machine/1/1"


def held_by(phone: Phone) -> tuple[str, datetime | None]:
    phone.refresh_from_db()
    return phone.holder, phone.held_until


@pytest.fixture
def phone(db):
    return make_phone(holder="")


def test_a_free_phone_is_taken_for_the_time_of_a_lease(phone):
    assert leases.acquire(phone.pk, "a/1/1", NOW)
    assert held_by(phone) == ("a/1/1", NOW + LEASE)


def test_the_holder_takes_it_again_and_so_renews_it(phone):
    leases.acquire(phone.pk, "a/1/1", NOW)
    assert leases.acquire(phone.pk, "a/1/1", NOW + timedelta(seconds=10))
    assert held_by(phone)[1] == NOW + timedelta(seconds=10) + LEASE


def test_nobody_else_gets_a_held_phone(phone):
    leases.acquire(phone.pk, ANOTHER_MACHINE, NOW)
    assert not leases.acquire(phone.pk, "b/2/2", NOW + LEASE)
    assert held_by(phone)[0] == ANOTHER_MACHINE


def test_a_lease_that_ran_out_is_taken_over(phone):
    leases.acquire(phone.pk, ANOTHER_MACHINE, NOW)
    later = NOW + LEASE + timedelta(microseconds=1)
    assert leases.acquire(phone.pk, "b/2/2", later)
    assert held_by(phone) == ("b/2/2", later + LEASE)


def test_a_phone_that_does_not_exist_is_not_taken(db):
    assert not leases.acquire(10**9, "a/1/1", NOW)


def test_renewing_prolongs_only_what_is_still_held(phone):
    lost, kept = make_phone("Perdido", holder="b/2/2"), make_phone("Mantido", holder="")
    leases.acquire(phone.pk, "a/1/1", NOW)
    leases.acquire(kept.pk, "a/1/1", NOW)
    before = held_by(lost)
    later = NOW + timedelta(seconds=8)
    assert leases.renew([phone.pk, lost.pk, kept.pk], "a/1/1", later) == 2
    assert held_by(phone) == ("a/1/1", later + LEASE)
    assert held_by(lost) == before


def test_releasing_frees_the_phone_for_anybody_at_once(phone):
    leases.acquire(phone.pk, "a/1/1", NOW)
    leases.release(phone.pk, "a/1/1", NOW)
    assert held_by(phone) == ("", NOW)
    assert leases.acquire(phone.pk, "b/2/2", NOW)


def test_who_lost_the_phone_cannot_release_it(phone):
    leases.acquire(phone.pk, "b/2/2", NOW)
    leases.release(phone.pk, "a/1/1", NOW)
    assert held_by(phone)[0] == "b/2/2"


class TestAProcessThatIsGone:
    def test_is_known_by_its_number(self):
        name = f"{socket.gethostname()}/{2**22 + 1}/123"
        assert leases.is_gone(name)

    def test_is_not_mistaken_for_one_that_got_its_number(self):
        host, pid, tick = leases.this_process().split("/")
        assert not leases.is_gone(f"{host}/{pid}/{tick}")
        assert leases.is_gone(f"{host}/{pid}/{int(tick) - 1}")

    def test_is_replaced_before_its_lease_runs_out(self, phone):
        gone = f"{socket.gethostname()}/{2**22 + 1}/123"
        leases.acquire(phone.pk, gone, NOW)
        assert leases.acquire(phone.pk, "b/2/2", NOW)
        assert held_by(phone)[0] == "b/2/2"

    def test_that_ended_but_was_not_yet_waited_for_is_gone(self):
        child = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.read()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert leases.is_gone(f"{socket.gethostname()}/{child.pid}/1")
        child.wait()
        child.stdout.close()

    @pytest.mark.parametrize(
        "name", ["", "x", ANOTHER_MACHINE, f"{socket.gethostname()}", f"{socket.gethostname()}/x/1"]
    )
    def test_is_never_presumed_when_it_cannot_be_known(self, name: str):
        assert not leases.is_gone(name)

    def test_a_living_holder_keeps_its_phone(self, phone):
        leases.acquire(phone.pk, leases.this_process(), NOW)
        assert not leases.acquire(phone.pk, "b/2/2", NOW)


def test_a_process_names_itself_the_same_each_time():
    assert leases.this_process() == leases.this_process()
    assert leases.this_process().startswith(f"{socket.gethostname()}/{os.getpid()}/")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("previous", ["", ANOTHER_MACHINE, f"{socket.gethostname()}/{2**22 + 1}/123"])
def test_of_many_who_want_a_phone_one_gets_it(previous: str):
    phone = make_phone(holder="")
    if previous:
        leases.acquire(phone.pk, previous, NOW)
    at = NOW + LEASE * 2
    names = [f"machine-{number}/1/1" for number in range(6)]
    took = run_together([lambda name=name: leases.acquire(phone.pk, name, at) for name in names])
    assert took.count(True) == 1
    assert held_by(phone) == (names[took.index(True)], at + LEASE)
