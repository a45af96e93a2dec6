import os
import select
import socket

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction

from recado.outbox import doorbell
from recado.outbox.doorbell import PG_CHANNEL, SocketBell, ring_sockets, run_folder
from tests.support.outbox import queue_message

pytestmark = pytest.mark.django_db(transaction=True)


class Undone(Exception):
    pass


def ring_and_undo() -> None:
    with transaction.atomic():
        queue_message()
        raise Undone


@pytest.mark.sqlite
@pytest.mark.usefixtures("empty_run_folder")
class TestTheSocketBell:
    @pytest.fixture
    def bell(self, empty_run_folder):
        bell = SocketBell()
        yield bell
        bell.close()

    @staticmethod
    def rings(bell: SocketBell) -> bool:
        return bool(select.select([bell.fileno()], [], [], 0)[0])

    def test_rings_after_the_commit_and_not_before(self, bell):
        with transaction.atomic():
            queue_message()
            assert not self.rings(bell)
        assert self.rings(bell)

    def test_does_not_ring_after_a_rollback(self, bell):
        with pytest.raises(Undone):
            ring_and_undo()
        assert not self.rings(bell)

    def test_is_silent_once_all_rings_were_heard(self, bell):
        for _ in range(3):
            ring_sockets()
        bell.clear()
        assert not self.rings(bell)
        ring_sockets()
        assert self.rings(bell)

    def test_a_full_bell_neither_blocks_nor_fails_the_caller(self, bell):
        for _ in range(1000):
            ring_sockets()
        assert self.rings(bell)
        bell.clear()
        assert not self.rings(bell)

    def test_every_gateway_of_the_machine_hears(self, bell):
        other = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        other.bind(str(run_folder() / "bell-1.sock"))
        queue_message()
        assert self.rings(bell)
        assert select.select([other], [], [], 0)[0]
        other.close()

    def test_the_bell_of_a_process_that_is_gone_is_taken_down(self, bell):
        gone = run_folder() / "bell-99999999.sock"
        left = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        left.bind(str(gone))
        left.close()
        queue_message()
        assert not gone.exists()
        assert self.rings(bell)

    def test_a_gateway_started_again_takes_the_place_of_its_old_bell(self, empty_run_folder):
        left = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        left.bind(str(run_folder() / f"bell-{os.getpid()}.sock"))
        left.close()
        bell = SocketBell()
        ring_sockets()
        assert self.rings(bell)
        bell.close()
        assert list(run_folder().glob("bell-*.sock")) == []

    def test_without_any_gateway_the_message_is_queued_all_the_same(self):
        assert queue_message().pk

    def test_a_home_too_deep_for_a_socket_costs_only_the_ring(self, settings, tmp_path):
        deep = tmp_path / ("x" * 120)
        (deep / "run").mkdir(parents=True)
        (deep / "run" / "bell-1.sock").touch()
        settings.RECADO_HOME = deep
        assert queue_message().pk


@pytest.mark.postgresql
class TestTheDatabasesOwnBell:
    @pytest.fixture
    def listener(self):
        database = connection.settings_dict
        with psycopg.connect(
            host=database["OPTIONS"]["host"], user=database["USER"], dbname=database["NAME"], autocommit=True
        ) as listener:
            listener.execute(f"LISTEN {PG_CHANNEL}")
            yield listener

    @staticmethod
    def rings(listener: psycopg.Connection, within: float = 60.0) -> int:
        return len(list(listener.notifies(timeout=within, stop_after=1)))

    def test_rings_after_the_commit_and_not_before(self, listener):
        with transaction.atomic():
            queue_message()
            assert not self.rings(listener, within=0.3)
        assert self.rings(listener)

    def test_does_not_ring_after_a_rollback(self, listener):
        with pytest.raises(Undone):
            ring_and_undo()
        assert not self.rings(listener, within=0.3)

    def test_a_ring_outside_a_transaction_is_heard_at_once(self, listener):
        doorbell.ring()
        assert self.rings(listener)


def test_the_run_folder_stands_in_the_home():
    assert run_folder() == settings.RECADO_HOME / "run"
