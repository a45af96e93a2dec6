"""From trouble to mailbox and back: told once, once more when over, through failures and restarts."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from datetime import datetime, timedelta

import pytest

from recado.alarms import channels, telling
from recado.alarms.models import Alarm, Channel, Kind, Notice
from recado.alarms.troubles import Trouble
from recado.alarms.watching import reconcile
from recado.alarms.watchman import Watchman
from recado.gateway.supervisor import Supervisor
from recado.phones.models import Condition, Phone
from tests.alarms.conftest import Hook, Mailbox
from tests.support.outbox import NOW, make_phone, minutes

pytestmark = pytest.mark.django_db
DOWN = Trouble(
    Kind.PHONE_DOWN, "Aparelho 1", NOW - minutes(10), "O aparelho “Aparelho 1” não envia: sem sinal.", "Veja a antena."
)


def look(present: list[Trouble], at: datetime) -> int:
    reconcile(present, channels.configured(), at)
    return telling.tell_due(at)


def test_an_alarm_is_told_once_by_each_way_and_once_when_it_is_over(mailbox: Mailbox, hook: Hook):
    for minute in range(5):
        look([DOWN], NOW + minutes(minute))
    assert (len(mailbox.mails), len(hook.requests)) == (1, 1)
    for minute in range(5, 10):
        look([], NOW + minutes(minute))
    assert (len(mailbox.mails), len(hook.requests)) == (2, 2)
    began, over = mailbox.mails
    assert began["Subject"] == "[Recado] Aparelho “Aparelho 1” parado"
    assert over["Subject"].strip() == "[Recado] Aparelho “Aparelho 1” não está mais parado"
    assert began["To"] == "ti@agua.example, plantao@agua.example"
    assert "O que fazer: Veja a antena." in began.get_content()
    assert [json.loads(body)["event"] for _, _, body in hook.requests] == ["alarm.begin", "alarm.end"]
    assert Alarm.objects.get().ended_at == NOW + minutes(5)


def test_the_same_trouble_later_is_another_alarm(mailbox: Mailbox):
    look([DOWN], NOW)
    look([], NOW + minutes(1))
    look([DOWN], NOW + minutes(2))
    assert [mail["Subject"].startswith("[Recado] Aparelho “Aparelho 1” parado") for mail in mailbox.mails] == [
        True,
        False,
        True,
    ]


def test_a_webhook_is_signed_over_its_time_and_body(hook: Hook):
    look([DOWN], NOW)
    ((path, headers, body),) = hook.requests
    time, _, signature = headers["Recado-Signature"].partition(",v1=")
    signed = time.removeprefix("t=").encode() + b"." + body
    assert signature == hmac.new(b"segredo-ficticio", signed, hashlib.sha256).hexdigest()
    assert path == "/alarme"
    assert json.loads(body)["sentence"] == DOWN.sentence


def test_without_a_secret_nothing_is_signed(hook: Hook, settings):
    settings.RECADO_ALARM_WEBHOOK_SECRET = ""
    look([DOWN], NOW)
    assert "Recado-Signature" not in hook.requests[0][1]


def test_what_is_refused_is_tried_again_backing_off_and_told_once(mailbox: Mailbox):
    mailbox.refuses = True
    failures = [failures_after(NOW + minutes(minute)) for minute in range(40)]
    tries = [minute for minute in range(40) if failures[minute] > (failures[minute - 1] if minute else 0)]
    assert tries == [0, 1, 3, 8, 18]
    mailbox.refuses = False
    look([DOWN], NOW + minutes(48))
    look([DOWN], NOW + minutes(200))
    assert len(mailbox.mails) == 1


def failures_after(at: datetime) -> int:
    look([DOWN], at)
    return Notice.objects.get().failures


def test_one_way_that_fails_does_not_repeat_the_other(mailbox: Mailbox, hook: Hook):
    hook.status = 503
    look([DOWN], NOW)
    look([DOWN], NOW + minutes(2))
    assert (len(mailbox.mails), len(hook.requests)) == (1, 2)
    assert Notice.objects.get(channel=Channel.WEBHOOK).fault == "O webhook respondeu 503."


def test_a_redirect_is_not_followed(hook: Hook):
    hook.status, hook.location = 307, "/outro"
    look([DOWN], NOW)
    assert [path for path, _, _ in hook.requests] == ["/alarme"]
    assert Notice.objects.get().sent_at is None


def test_an_alarm_that_ended_before_anybody_could_be_told_is_told_by_its_end_alone(mailbox: Mailbox):
    mailbox.refuses = True
    look([DOWN], NOW)
    mailbox.refuses = False
    look([], NOW + timedelta(seconds=30))
    look([], NOW + minutes(30))
    (mail,) = mailbox.mails
    assert "não está mais parado" in mail["Subject"]
    assert DOWN.sentence in mail.get_content()


def test_nobody_is_tried_for_ever(mailbox: Mailbox):
    mailbox.refuses = True
    for hour in range(30):
        look([DOWN], NOW + timedelta(hours=hour))
    assert Notice.objects.get().next_try_at is None


def test_without_a_way_out_an_alarm_is_kept_for_the_screens():
    look([DOWN], NOW)
    assert Alarm.objects.filter(ended_at=None).count() == 1
    assert not Notice.objects.exists()


def test_a_notice_that_a_dead_process_had_in_hand_is_sent_by_the_next(mailbox: Mailbox):
    reconcile([DOWN], channels.configured(), NOW)
    Notice.objects.update(next_try_at=NOW + telling._HELD_BACK)
    assert telling.tell_due(NOW) == 0
    assert telling.tell_due(NOW + telling._HELD_BACK) == 1
    assert len(mailbox.mails) == 1


def test_two_gateways_tell_it_once(mailbox: Mailbox):
    reconcile([DOWN], channels.configured(), NOW)
    stale = Notice.objects.select_related("alarm").get()
    assert telling.tell_due(NOW) == 1
    assert not telling._tell_one(stale, NOW)
    reconcile([DOWN], channels.configured(), NOW)
    assert (len(mailbox.mails), Alarm.objects.count()) == (1, 1)


def test_a_mail_server_that_cannot_be_reached_is_told_in_the_notice(settings):
    settings.RECADO_SMTP_URL = "smtp://127.0.0.1:1"
    settings.RECADO_MAIL_FROM = "recado@agua.example"
    settings.RECADO_ALARM_EMAIL = ("ti@agua.example",)
    look([DOWN], NOW)
    assert Notice.objects.get().fault == "O servidor de e-mail recusou a ligação."


def test_the_watchman_sees_tells_and_ends_by_the_clock_it_is_given(mailbox: Mailbox):
    clock = [NOW]
    watchman = Watchman(lambda: clock[0])
    phone = make_phone(condition=Condition.NO_SIGNAL, condition_since=NOW)
    watchman.look()
    clock[0] += minutes(11)
    watchman.look()
    assert len(mailbox.mails) == 1
    # A gateway started again knows the alarm from its row.
    again = Watchman(lambda: clock[0])
    again.look()
    Phone.objects.filter(pk=phone.pk).update(condition=Condition.READY)
    again.look()
    assert ["parado" in mail["Subject"] for mail in mailbox.mails] == [True, True]
    assert len(mailbox.mails) == 2


@pytest.mark.django_db(transaction=True)
def test_the_gateway_keeps_a_watchman(monkeypatch: pytest.MonkeyPatch, empty_run_folder: None):
    looked, stop = threading.Event(), threading.Event()
    monkeypatch.setattr("recado.alarms.watchman.ROUND_SECONDS", 0.01)
    monkeypatch.setattr(Watchman, "look", lambda self: looked.set())
    gateway = threading.Thread(target=Supervisor().run, args=(stop,), daemon=True)
    gateway.start()
    try:
        assert looked.wait(60)
    finally:
        stop.set()
        gateway.join(60)
