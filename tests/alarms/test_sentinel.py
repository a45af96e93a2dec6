"""A gateway that is dead is told of by others: once, and once when it is back."""

from __future__ import annotations

from datetime import datetime

import pytest
from pytest_django import Settings

from recado.alarms.channels import configured
from recado.alarms.models import Alarm, Kind, Notice
from recado.alarms.sentinel import watch_gateway
from recado.alarms.troubles import DownSince, troubles
from recado.alarms.watching import reconcile
from recado.alarms.watchman import limits
from recado.jobs.catalogue import JOBS
from recado.phones.heartbeat import silent_since
from recado.phones.models import Condition, Phone
from tests.alarms.conftest import Hook, Mailbox
from tests.support.outbox import NOW, make_phone, minutes, queue_message

pytestmark = pytest.mark.django_db


def silent_phone(name: str = "Aparelho 1", **fields: object) -> Phone:
    phone = make_phone(name, holder="", **fields)
    Phone.objects.filter(pk=phone.pk).update(held_until=NOW - minutes(5), created_at=NOW - minutes(60))
    return phone


def come_back(at: datetime) -> None:
    Phone.objects.update(holder="test/1/1", held_until=at + minutes(60), condition=Condition.READY)


def test_a_dead_gateway_is_told_once_and_its_return_once(mailbox: Mailbox, hook: Hook) -> None:
    silent_phone()
    queue_message(at=NOW)
    for minute in range(3):
        watch_gateway(NOW + minutes(minute))
    come_back(NOW + minutes(3))
    for minute in range(3, 6):
        watch_gateway(NOW + minutes(minute))
    assert [mail["Subject"].strip() for mail in mailbox.mails] == [
        "[Recado] Serviço de envio parado",
        "[Recado] O serviço de envio voltou",
    ]
    assert len(hook.requests) == 2
    alarm = Alarm.objects.get()
    assert alarm.sentence == "O serviço de envio não dá sinal de vida: nenhum SMS sai. 1 mensagem espera na fila."
    assert (alarm.since, alarm.ended_at) == (NOW - minutes(5), NOW + minutes(3))


def test_a_gateway_that_only_started_again_is_not_told(mailbox: Mailbox) -> None:
    silent_phone()
    watch_gateway(NOW - minutes(3))
    assert not Alarm.objects.exists()


def test_a_dead_gateway_is_one_alarm_and_not_one_for_each_phone(settings: Settings) -> None:
    for number in range(3):
        silent_phone(f"Aparelho {number}", condition=Condition.NO_SIGNAL)
    queue_message(at=NOW - minutes(60))
    found = troubles(NOW, limits(), DownSince())
    assert [trouble.kind for trouble in found] == [Kind.GATEWAY_DOWN]


def test_whoever_watches_the_gateway_leaves_the_other_alarms_alone() -> None:
    come_back(NOW)
    Alarm.objects.create(kind=Kind.ERRORS, sentence="Erros.", since=NOW, began_at=NOW)
    make_phone()
    watch_gateway(NOW)
    assert Alarm.objects.get().ended_at is None


def test_the_gateway_that_is_back_ends_the_alarm_itself() -> None:
    silent_phone()
    watch_gateway(NOW)
    come_back(NOW)
    reconcile(troubles(NOW + minutes(1), limits(), DownSince()), configured(), NOW + minutes(1))
    assert Alarm.objects.get().ended_at == NOW + minutes(1)


def test_a_notice_keeps_whom_it_went_to_and_a_webhook_only_its_host(mailbox: Mailbox, hook: Hook) -> None:
    silent_phone()
    watch_gateway(NOW)
    assert {notice.channel: notice.told_to for notice in Notice.objects.all()} == {
        "email": "ti@agua.example, plantao@agua.example",
        "webhook": "127.0.0.1",
    }


def test_the_jobs_watch_the_gateway() -> None:
    assert watch_gateway in [job.work for job in JOBS]


def test_a_gateway_is_silent_since_its_last_lease_ended() -> None:
    early, late = silent_phone("Aparelho 1"), silent_phone("Aparelho 2")
    Phone.objects.filter(pk=late.pk).update(held_until=NOW - minutes(2))
    phones = list(Phone.objects.all())
    assert silent_since(phones, NOW) == NOW - minutes(2)
    assert silent_since(phones, NOW - minutes(4)) == NOW - minutes(4)
    assert silent_since([], NOW) is None
    Phone.objects.filter(pk=early.pk).update(holder="a/1/1", held_until=NOW + minutes(1))
    assert silent_since(list(Phone.objects.all()), NOW) is None


def test_a_gateway_that_never_ran_is_silent_since_its_first_phone_was_added() -> None:
    Phone.objects.filter(pk=make_phone(holder="").pk).update(created_at=NOW - minutes(9))
    assert silent_since(list(Phone.objects.all()), NOW) == NOW - minutes(9)
