"""Bills through the whole product: a file, the steps, a phone in software, a real mail server; and kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from recado.batches.feeding import feed_some
from recado.billing.models import Bill, Run
from recado.billing.setups import save_setup
from recado.mail.sending import send_due
from recado.outbox.models import Message, Status
from recado.service_requests.operations import NewRequester
from tests.billing.conftest import HEADING, WANTED, bill_row, do, give, line_of, states, take, write
from tests.gateway.conftest import PATIENCE, Scene, scene, until
from tests.mail.conftest import Office, office
from tests.support import environment
from tests.support.requests import open_one

__all__ = ["office", "scene"]


@pytest.mark.django_db(transaction=True)
def test_customers_read_their_bills_on_a_phone_and_in_their_mail_and_an_ra_goes_first(
    scene: Scene, office: Office, tmp_path: Path
) -> None:
    now = timezone.now()
    save_setup(WANTED, actor="ana", now=now)
    rows = [bill_row(number, due_date=timezone.localdate() + timedelta(days=1)) for number in range(1, 4)]
    give(write(tmp_path, [HEADING, *map(line_of, rows)]))
    do(Run.Step.PREPARE, now)
    do(Run.Step.TRANSMIT, now)
    feed_some(now)
    opened = open_one(NewRequester("Ana Fictícia", "+5581955550000"), now=now)
    _, emulator = scene.add_phone()
    scene.start()
    until(lambda: Message.objects.filter(status=Status.SENT).count() == 4)
    on_air = emulator.control.state()["messages"]
    numbers = [sms["number"] for sms in on_air]
    assert numbers[0] == "+5581955550000"
    assert opened.requester.protocol in on_air[0]["text"]
    code = Bill.objects.get(property_id="1001").barcode
    heard = "".join(sms["text"] for sms in on_air if sms["number"] == "+5581900000001")
    assert heard.startswith("Cliente Ficticio 1, sua conta 1001 de R$ 85,40 vence em ")
    assert "".join(filter(str.isdigit, heard.rpartition(". ")[2]))[:11] == code[:11]
    send_due(timezone.now())
    assert len(office.mails) == 3
    do(Run.Step.RETURN, timezone.now())
    assert set(states().values()) == {"sent"}


_STEP = """
import django; django.setup()
from datetime import UTC, datetime
from recado.billing import preparing, runs
from recado.billing.models import Run
preparing.AT_ONCE = 5
run = Run.objects.get()
for _ in range(3):
    runs.advance(run, datetime.now(UTC))
print("here", flush=True)
import time; time.sleep(60)
"""


@pytest.mark.django_db(transaction=True)
def test_a_step_of_a_killed_process_is_carried_on(office: Office) -> None:
    from recado.billing import runs

    now = timezone.now()
    save_setup(WANTED, actor="ana", now=now)
    take(*(bill_row(number, due_date=timezone.localdate()) for number in range(40)))
    run = runs.ask(Run.Step.PREPARE, group="1", month=bill_row().month, actor="ana", now=now)
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        address = {"RECADO_DATABASE_URL": f"sqlite:///{name}"}
    else:
        address = {"RECADO_DATABASE_URL": f"postgresql://recado@/{name}?host={environment.cluster_folder()}"}
    process = subprocess.Popen(
        [sys.executable, "-c", _STEP],
        env=os.environ | address | {"DJANGO_SETTINGS_MODULE": "recado.conf.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
        if process.stdout is not None:
            process.stdout.close()
    run.refresh_from_db()
    assert (run.state, run.done) == (Run.State.RUNNING, 15)
    assert not runs.carry_on(timezone.now())
    assert Run.objects.get().done == 15
    later = timezone.now() + runs.LEASE
    while runs.carry_on(later):
        pass
    run.refresh_from_db()
    assert (run.state, run.done) == (Run.State.DONE, 40)
    assert len(states()) == 80
