"""A GSAN that is not read is told once, and once when it is read again, whoever is alive to look."""

from __future__ import annotations

from datetime import datetime

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from recado.alarms.models import Alarm, Kind, Notice
from recado.alarms.watchman import Watchman
from recado.gsan.models import Position
from recado.gsan.reader import Reader
from recado.gsan.source import GsanUnreachable
from recado.gsan.watching import Watch, watch_from_outside
from recado.jobs.catalogue import JOBS
from tests.alarms.conftest import Mailbox, mailbox  # noqa: F401 - the fixture
from tests.cli.conftest import Recado, recado  # noqa: F401 - the fixture
from tests.gsan.conftest import NOW, Gsan
from tests.support.outbox import minutes
from tests.web.conftest import browser, user  # noqa: F401 - the fixtures

pytestmark = pytest.mark.django_db
AWAY = "postgresql://leitor@/gsan?host=/nao-existe"


def read(reader: Reader, at: datetime) -> None:
    """What the job does, whose runner goes on after any fault."""
    try:
        reader.work(at)
    except GsanUnreachable:
        return


def read_at(at: datetime, trouble: str = "") -> None:
    Position.objects.update_or_create(
        pk=1, defaults={"settled_to": 0, "begun_at": at, "read_at": at, "trouble": trouble}
    )


def test_a_gsan_that_went_away_is_told_once_and_its_return_once(
    gsan: Gsan,
    mailbox: Mailbox,  # noqa: F811
    settings: Settings,
) -> None:
    reader, watch = Reader(), Watch()
    for minute in range(35):
        settings.RECADO_GSAN_DATABASE_URL = AWAY if 5 <= minute < 25 else gsan.url
        read(reader, NOW + minutes(minute))
        watch.work(NOW + minutes(minute))
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.since, alarm.began_at) == (Kind.GSAN_UNREAD, NOW + minutes(4), NOW + minutes(19))
    assert alarm.ended_at == NOW + minutes(25)
    assert alarm.sentence.endswith("O banco do GSAN não responde, ou recusou o usuário ou a senha.")
    assert [mail["Subject"].strip() for mail in mailbox.mails] == [
        "[Recado] GSAN sem leitura",
        "[Recado] O GSAN voltou a ser lido",
    ]


def test_a_gsan_that_was_never_read_is_told_of_since_the_process_began(settings: Settings) -> None:
    settings.RECADO_GSAN_DATABASE_URL = AWAY
    reader, watch = Reader(), Watch()
    for minute in range(15):
        read(reader, NOW + minutes(minute))
        watch.work(NOW + minutes(minute))
    watch_from_outside(NOW + minutes(15))
    assert not Alarm.objects.exists()
    watch.work(NOW + minutes(15))
    assert Alarm.objects.get().since == NOW
    assert "--since" in Alarm.objects.get().advice


def test_a_start_after_a_long_stop_lets_the_reader_try_first(settings: Settings) -> None:
    settings.RECADO_GSAN_DATABASE_URL = AWAY
    read_at(NOW - minutes(600))
    watch = Watch()
    watch.work(NOW)
    assert not Alarm.objects.exists()
    watch.work(NOW + minutes(1))
    assert Alarm.objects.get().since == NOW - minutes(600)


def test_a_dead_reader_is_told_by_the_doctor(recado: Recado, settings: Settings) -> None:  # noqa: F811
    settings.RECADO_GSAN_DATABASE_URL = AWAY
    read_at(NOW)
    with time_machine.travel(NOW + minutes(16), tick=False):
        recado("doctor")
        assert not Alarm.objects.exists()
        recado("doctor", "--alarm")
    assert "recado-jobs" in Alarm.objects.get(kind=Kind.GSAN_UNREAD).advice


def test_those_who_look_at_once_tell_it_once(settings: Settings, mailbox: Mailbox) -> None:  # noqa: F811
    settings.RECADO_GSAN_DATABASE_URL = AWAY
    read_at(NOW)
    watch = Watch()
    watch.work(NOW)
    for minute in range(16, 20):
        watch.work(NOW + minutes(minute))
        watch_from_outside(NOW + minutes(minute))
    assert (Alarm.objects.count(), Notice.objects.count(), len(mailbox.mails)) == (1, 1, 1)


def test_the_gateways_watchman_and_this_one_leave_each_others_alarms(settings: Settings) -> None:
    settings.RECADO_GSAN_DATABASE_URL = AWAY
    read_at(NOW)
    watch_from_outside(NOW + minutes(20))
    Watchman(lambda: NOW + minutes(21)).look()
    assert Alarm.objects.get().ended_at is None
    Alarm.objects.create(kind=Kind.ERRORS, sentence="x", since=NOW, began_at=NOW)
    read_at(NOW + minutes(22))
    watch_from_outside(NOW + minutes(22))
    assert list(Alarm.objects.filter(ended_at=None).values_list("kind", flat=True)) == [Kind.ERRORS]


def test_a_gsan_that_is_read_no_more_by_wish_ends_the_alarm_where_it_was_read(settings: Settings) -> None:
    settings.RECADO_GSAN_DATABASE_URL = AWAY
    read_at(NOW)
    watch_from_outside(NOW + minutes(20))
    settings.RECADO_GSAN_DATABASE_URL = ""
    watch_from_outside(NOW + minutes(21))
    assert Alarm.objects.get().ended_at is None
    Watch().work(NOW + minutes(21))
    assert Alarm.objects.get().ended_at == NOW + minutes(21)


def test_the_screen_shows_it(browser: Client, settings: Settings) -> None:  # noqa: F811
    settings.RECADO_GSAN_DATABASE_URL = AWAY
    read_at(NOW, "O banco do GSAN não responde.")
    watch_from_outside(NOW + minutes(20))
    page = browser.get("/alarmes/").content.decode()
    assert "GSAN sem leitura" in page
    assert "O GSAN não é lido, e os clientes dos RAs de lá não são avisados. O banco do GSAN não responde." in page
    assert "recado gsan check" in page


def test_the_jobs_have_it() -> None:
    assert "gsan watch" in [job.name for job in JOBS]
