"""`recado doctor`: each trouble is found, with what to do about it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recado.alarms.models import Alarm, Kind
from recado.cli.findings import Finding, Level
from recado.cli.gateway_checks import check_gateway
from recado.cli.phone_checks import (
    check_described,
    check_device,
    check_modem_manager,
    check_phones,
    check_usb,
    is_left_alone,
)
from recado.cli.run import LEAST_FREE_BYTES
from recado.cli.system_checks import (
    COMFORTABLE_BYTES,
    check_clock,
    check_database,
    check_database_file,
    check_disk,
    check_home,
    check_port,
    check_time_zone,
    check_users,
)
from recado.links import SerialLink, UsbLink, describe_devices
from recado.people.membership import give_role
from recado.people.roles import ADMINISTRATOR
from recado.phones.leases import this_process
from recado.phones.models import Phone
from tests.cli.conftest import Recado, Shell
from tests.links.sysfs import FakeMachine
from tests.support.outbox import NOW, make_phone, queue_message

LINK = "tcp:127.0.0.1:7000"


@pytest.fixture
def terminal() -> Iterator[Path]:
    """A character device that stands for a phone's port."""
    master, slave = os.openpty()
    yield Path(os.ttyname(slave))
    os.close(master)
    os.close(slave)


def assert_trouble(finding: Finding, level: Level, told: str) -> None:
    assert finding.level is level
    assert told in finding.found + finding.advice
    assert finding.advice


def test_a_home_that_others_can_read_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert_trouble(check_home(tmp_path), Level.WARNING, "chmod 700")
    tmp_path.chmod(0o700)
    assert check_home(tmp_path).level is Level.GOOD


def test_a_full_disk_fails_and_a_nearly_full_one_warns(tmp_path: Path) -> None:
    assert_trouble(check_disk(LEAST_FREE_BYTES - 1, tmp_path), Level.FAILURE, "Libere espaço")
    assert_trouble(check_disk(COMFORTABLE_BYTES - 1, tmp_path), Level.WARNING, "Libere espaço")
    assert check_disk(COMFORTABLE_BYTES, tmp_path).level is Level.GOOD


def test_a_clock_before_the_program_or_before_the_last_record_fails() -> None:
    assert_trouble(check_clock(datetime(1970, 1, 1, tzinfo=UTC), None), Level.FAILURE, "passado")
    assert_trouble(check_clock(NOW, NOW + timedelta(hours=2)), Level.FAILURE, "último registro")
    assert check_clock(NOW, NOW + timedelta(seconds=30)).level is Level.GOOD
    assert check_clock(NOW, None).level is Level.GOOD


def test_a_zone_outside_brazil_warns() -> None:
    assert check_time_zone(NOW).level is Level.GOOD
    with timezone.override("Europe/Lisbon"):
        assert_trouble(check_time_zone(NOW), Level.WARNING, "RECADO_TIME_ZONE")


@pytest.mark.django_db
def test_a_ready_database_is_found_so() -> None:
    assert all(finding.level is Level.GOOD for finding in check_database())


def test_a_database_file_that_cannot_be_written_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "recado.db"
    assert check_database_file(file) is None
    file.touch()
    assert check_database_file(file) is None
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    trouble = check_database_file(file)

    assert trouble is not None
    assert_trouble(trouble, Level.FAILURE, "chown")


def test_a_free_port_is_no_trouble_and_a_taken_one_is(settings: object) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings.RECADO_HTTP_ADDRESS = f"127.0.0.1:{taken.getsockname()[1]}"  # type: ignore[attr-defined]
        taken.settimeout(0)
        assert_trouble(check_port(), Level.FAILURE, "já está em uso")
    assert check_port().level is Level.GOOD


@pytest.mark.django_db
def test_nobody_who_can_administer_fails_and_a_first_password_warns(tmp_path: Path) -> None:
    assert_trouble(check_users(tmp_path), Level.FAILURE, "recado user add")
    User.objects.create_superuser("chefia")
    assert check_users(tmp_path).level is Level.GOOD
    User.objects.update(is_active=False)
    assert_trouble(check_users(tmp_path), Level.FAILURE, "recado user add")
    give_role(User.objects.create_user("ana"), ADMINISTRATOR)
    assert check_users(tmp_path).level is Level.GOOD
    (tmp_path / "primeiro_acesso.txt").touch()
    assert_trouble(check_users(tmp_path), Level.WARNING, "recado user password")


def test_a_device_that_is_not_there_or_is_none_fails(tmp_path: Path, terminal: Path) -> None:
    assert_trouble(check_device("Aparelho", tmp_path / "nada"), Level.FAILURE, "não existe")
    assert_trouble(check_device("Aparelho", tmp_path), Level.FAILURE, "não é uma porta serial")
    assert check_device("Aparelho", terminal).level is Level.GOOD


def test_a_device_of_a_group_that_we_are_not_in_fails_with_the_group(
    terminal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)

    assert_trouble(check_device("Aparelho", terminal), Level.FAILURE, "usermod -aG")


def test_a_running_modem_manager_fails(tmp_path: Path) -> None:
    (tmp_path / "12").mkdir()
    (tmp_path / "12" / "comm").write_text("python3\n")
    assert check_modem_manager(tmp_path, left_alone=False).level is Level.GOOD
    (tmp_path / "13").mkdir()
    (tmp_path / "13" / "comm").write_text("ModemManager\n")
    assert_trouble(check_modem_manager(tmp_path, left_alone=False), Level.FAILURE, "systemctl")
    assert check_modem_manager(tmp_path, left_alone=True).level is Level.GOOD


def test_a_rule_of_udev_tells_modem_manager_to_keep_off(tmp_path: Path, terminal: Path) -> None:
    device = terminal.stat().st_rdev
    data = tmp_path / f"c{os.major(device)}:{os.minor(device)}"

    assert not is_left_alone(terminal, tmp_path)
    data.write_text("I:1\nE:ID_MM_CANDIDATE=1\n")
    assert not is_left_alone(terminal, tmp_path)
    data.write_text("I:1\nE:ID_MM_DEVICE_IGNORE=1\n")
    assert is_left_alone(terminal, tmp_path)
    assert not is_left_alone(tmp_path / "nada", tmp_path)


@pytest.mark.django_db
class TestPhones:
    def test_no_phone_at_all_fails(self) -> None:
        (finding,) = check_phones()
        assert_trouble(finding, Level.FAILURE, "recado phones add")

    def test_a_phone_that_nobody_sends_through_warns(self) -> None:
        Phone.objects.create(name="Um", link=LINK)
        (finding,) = check_phones()
        assert_trouble(finding, Level.WARNING, "recado run")

    def test_a_paused_phone_warns(self) -> None:
        Phone.objects.create(name="Um", link=LINK, paused=True)
        (finding,) = check_phones()
        assert_trouble(finding, Level.WARNING, "recado phones resume")

    @pytest.mark.parametrize(
        ("condition", "level"), [("ready", Level.GOOD), ("sim_pin", Level.FAILURE), ("line_refused", Level.FAILURE)]
    )
    def test_what_the_gateway_found_counts(self, condition: str, level: Level) -> None:
        held = {"holder": this_process(), "held_until": timezone.now() + timedelta(seconds=20)}
        Phone.objects.create(name="Um", link=LINK, condition=condition, reason="Motivo.", advice="Conselho.", **held)
        (finding,) = check_phones()
        assert finding.level is level

    def test_a_link_that_means_nothing_fails(self) -> None:
        Phone.objects.create(name="Um", link="nada")
        (finding,) = check_phones()
        assert_trouble(finding, Level.FAILURE, "inclua-o de novo")


@pytest.mark.django_db
class TestGateway:
    def test_a_gateway_that_lives_is_well(self) -> None:
        make_phone(holder=this_process())
        (finding,) = check_gateway(NOW)
        assert finding.level is Level.GOOD

    def test_a_stopped_gateway_fails_while_messages_wait_and_warns_without(self) -> None:
        make_phone(holder="")
        Phone.objects.update(held_until=NOW - timedelta(minutes=5))
        (finding,) = check_gateway(NOW)
        assert_trouble(finding, Level.WARNING, "parado desde 22/11/2026 08:09; nada na fila")
        queue_message()
        (finding,) = check_gateway(NOW)
        assert_trouble(finding, Level.FAILURE, "1 mensagem espera na fila")
        assert "systemctl start recado-gateway" in finding.advice

    def test_a_gateway_whose_process_is_gone_is_stopped_at_once(self) -> None:
        host, _, _ = this_process().split("/")
        make_phone(holder=f"{host}/{2**22 + 1}/1")
        (finding,) = check_gateway(NOW)
        assert finding.level is Level.WARNING

    def test_without_phones_it_is_told_elsewhere(self) -> None:
        assert check_gateway(NOW) == []

    def test_the_alarm_is_raised_only_when_asked_for(self, recado: Recado) -> None:
        make_phone(holder="")
        Phone.objects.update(created_at=timezone.now() - timedelta(minutes=5))
        recado("doctor")
        assert not Alarm.objects.exists()
        recado("doctor", "--alarm")
        assert Alarm.objects.get().kind == Kind.GATEWAY_DOWN


class TestDevices:
    """What is plugged in, by `links.describe_devices`, on a machine in a folder."""

    @pytest.fixture
    def fake(self, tmp_path: Path) -> FakeMachine:
        fake = FakeMachine(tmp_path)
        fake.plug("1-2", "2c7c", "0125", {"ttyUSB0": 0, "ttyUSB2": 2}, serial="ABC1", product="EC25")
        return fake

    @pytest.mark.django_db
    def test_without_a_phone_the_one_that_is_plugged_in_is_offered(self, fake: FakeMachine) -> None:
        (finding,) = check_phones(fake.machine)
        assert_trouble(finding, Level.FAILURE, "Ligado: EC25 (usb:2c7c:0125:ABC1).")

    def test_a_usb_modem_that_is_there_is_well_and_one_that_is_not_fails(self, fake: FakeMachine) -> None:
        there = check_usb("Aparelho", UsbLink("2c7c", "0125", "ABC1"), fake.machine)
        assert there.level is Level.GOOD
        assert "ttyUSB2" in there.found
        fake.unplug("1-2")
        assert_trouble(check_usb("Aparelho", UsbLink("2c7c", "0125"), fake.machine), Level.FAILURE, "não está ligado")

    def test_a_usb_modem_that_may_not_be_opened_names_the_group(
        self, fake: FakeMachine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "access", lambda path, mode: False)
        assert check_usb("Aparelho", UsbLink("2c7c", "0125"), fake.machine).level is Level.FAILURE

    def test_another_program_at_the_port_is_named_unless_the_gateway_has_it(self, fake: FakeMachine) -> None:
        port = fake.machine.dev / "ttyUSB2"
        fake.run(4711, "minicom", port)
        link, devices = SerialLink(str(port)), describe_devices(fake.machine)
        in_use, name = check_described("Aparelho", link, devices, ours=False)
        assert_trouble(in_use, Level.FAILURE, "minicom (processo 4711)")
        assert_trouble(name, Level.WARNING, "usb:2c7c:0125:ABC1")
        assert [finding.level for finding in check_described("Aparelho", link, devices, ours=True)] == [Level.WARNING]

    def test_a_port_that_is_no_usb_device_keeps_its_name(self, fake: FakeMachine) -> None:
        assert check_described("Aparelho", SerialLink("/dev/ttyS0"), describe_devices(fake.machine), ours=False) == []


@pytest.mark.django_db
def test_the_command_ends_with_1_when_anything_fails(recado: Recado) -> None:
    result = recado("doctor")

    assert result.exit_code == 1
    assert "FALHA  Aparelhos: nenhum incluído" in result.stdout
    assert "falha" in result.stderr


@pytest.mark.django_db
def test_a_warning_is_not_called_all_well(recado: Recado) -> None:
    User.objects.create_superuser("chefia")
    Phone.objects.create(name="Um", link=LINK, paused=True)

    result = recado("doctor")

    assert result.exit_code == 0
    assert "Nenhuma falha;" in result.stdout
    assert "Tudo certo" not in result.stdout


def test_without_a_database_the_rest_is_still_looked_at(shell: Shell) -> None:
    result = shell.run("doctor")

    assert result.returncode == 1
    assert "recado migrate" in result.stdout
    assert "Relógio" in result.stdout
    assert "Traceback" not in result.stderr
