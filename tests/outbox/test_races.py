"""Several workers at one queue, in threads and in processes: each message is claimed once, and none is forgotten."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from recado.outbox import claims, decisions, recovery
from recado.outbox.models import Attempt, AttemptResult, Message, Segment, SegmentStatus, Status
from recado.phones.models import Phone
from tests.support import environment
from tests.support.outbox import (
    ACCEPTED,
    HOLDER,
    NOW,
    THREE_PARTS,
    TRANSIENT,
    assert_unbroken,
    claim,
    make_phone,
    make_type,
    minutes,
    queue_message,
    status_of,
)
from tests.support.together import run_together

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]


def send_everything(phone: Phone) -> list[int]:
    sent = []
    while (claimed := claims.claim_next(phone, HOLDER, NOW)) is not None:
        sent.append(claimed.message_id)
        while claims.finish(claimed, ACCEPTED, NOW):
            claimed = claims.next_segment(claimed, phone, HOLDER, NOW)
    return sent


def assert_each_was_sent_once(sent: list[int], messages: list[Message]) -> None:
    assert Counter(sent) == Counter(message.pk for message in messages)
    assert set(Message.objects.values_list("status", flat=True)) == {Status.SENT}
    assert set(Segment.objects.values_list("status", flat=True)) == {SegmentStatus.SENT}
    assert set(Attempt.objects.values_list("result", flat=True)) == {AttemptResult.ACCEPTED}
    assert Attempt.objects.count() == Segment.objects.count()
    for message in messages:
        assert_unbroken(message)


def test_threads_claim_each_message_once():
    messages = [queue_message(THREE_PARTS if number % 7 == 0 else "Oi.") for number in range(60)]
    phones = [make_phone(f"Aparelho {number}") for number in range(6)]
    shares = run_together([lambda phone=phone: send_everything(phone) for phone in phones])
    # A worker that saw only what others were taking looks again later, as the gateway does.
    shares.append(send_everything(phones[0]))
    assert_each_was_sent_once([pk for share in shares for pk in share], messages)


def test_processes_claim_each_message_once():
    messages = [queue_message() for _ in range(60)]
    phones = [make_phone(f"Aparelho {number}") for number in range(3)]
    workers = [claiming_process(phone) for phone in phones]
    for worker in workers:
        if worker.stdout.readline() != "ready\n":
            pytest.fail(f"a worker did not start: {worker.stderr.read()}")
    for worker in workers:
        worker.stdin.write("\n")
        worker.stdin.flush()
    sent = []
    for worker in workers:
        output, faults = worker.communicate(timeout=60)
        assert worker.returncode == 0, faults
        sent += [int(line) for line in output.split()]
    sent += send_everything(phones[0])
    assert_each_was_sent_once(sent, messages)


def claiming_process(phone: Phone) -> subprocess.Popen[str]:
    name = connection.settings_dict["NAME"]
    urls = {
        environment.SQLITE: f"sqlite:///{name}",
        environment.POSTGRESQL: f"postgresql://recado@/{name}?host={environment.cluster_folder()}"
        if environment.DATABASE == environment.POSTGRESQL
        else "",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.claiming_process", str(phone.pk)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "recado.conf.settings", "RECADO_DATABASE_URL": urls[environment.DATABASE]},
    )


def test_a_claim_and_a_discard_at_once_end_in_one_of_the_two():
    for _ in range(10):
        Message.objects.all().delete()
        Phone.objects.all().delete()
        message, phone = queue_message(), make_phone()

        def discard(message: Message = message) -> bool:
            try:
                decisions.discard(message.pk, note="", actor="maria", now=NOW)
            except decisions.DecisionRefused:
                return False
            return True

        claimed, discarded = run_together([lambda phone=phone: claims.claim_next(phone, HOLDER, NOW), discard])
        assert (claimed is None) == discarded
        assert status_of(message) == (Status.CANCELLED if discarded else Status.SENDING)
        assert_unbroken(message)


def test_two_who_expire_the_queue_at_once_expire_each_message_once():
    kind = make_type(validity_minutes=1)
    messages = [queue_message(kind=kind) for _ in range(40)]
    expired = run_together([lambda: claims.expire_due(NOW + minutes(2))] * 4)
    assert sum(expired) == len(messages)
    for message in messages:
        assert_unbroken(message)


def test_an_answer_and_a_recovery_at_once_leave_one_story():
    for outcome in (ACCEPTED, TRANSIENT) * 3:
        Message.objects.all().delete()
        Phone.objects.all().delete()
        message, phone = queue_message(), make_phone()
        claimed = claim(phone)
        run_together(
            [
                lambda claimed=claimed, outcome=outcome: claims.finish(claimed, outcome, NOW),
                lambda phone=phone: recovery.recover(phone.pk, NOW),
            ]
        )
        assert_unbroken(message)
        if outcome is ACCEPTED:
            assert status_of(message) == Status.SENT
        else:
            assert status_of(message) in (Status.QUEUED, Status.UNCERTAIN)


def test_two_who_recover_one_phone_at_once_settle_each_message_once():
    phone = make_phone()
    messages = [queue_message() for _ in range(3)]
    for _ in messages:
        claim(phone)
    run_together([lambda: recovery.recover(phone.pk, NOW)] * 4)
    for message in messages:
        assert status_of(message) == Status.UNCERTAIN
        assert_unbroken(message)
