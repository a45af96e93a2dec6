"""What is kept of customers, and until when: docs/operacao.md names every table, and what it says to go does go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import models

from recado import parameters
from recado.api.models import Answer
from recado.billing.models import BillFault, BillFile, Notice, NoticeState, Run, Setup
from recado.clients.models import Client
from recado.evaluations import keeping as evaluations
from recado.evaluations.figures import results
from recado.evaluations.models import Evaluation
from recado.evaluations.operations import find, invite
from recado.gateway.retention import remove_old
from recado.inbox.receiving import receive
from recado.jobs.catalogue import JOBS
from recado.mail import keeping as mails
from recado.mail.models import Mail, MailStatus
from recado.mail.sending import send_due
from recado.outbox import transitions
from recado.outbox.models import Attempt, DeliveryReport, Message, Segment, Status
from recado.parameters.values import save
from recado.people import tidying
from recado.playsms.models import Submission
from tests.billing.conftest import NOW, bill_row, do, setup, take
from tests.evaluations.conftest import office, public
from tests.mail.conftest import Office
from tests.playsms.conftest import make_account
from tests.support.outbox import make_phone, queue_message
from tests.support.pdus import deliver_pdus

__all__ = ["office", "public", "setup"]

PAGE = Path(__file__).parents[1] / "docs/operacao.md"
HEADING = "## Dados pessoais: o que fica, e até quando"
WRITTEN = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
BY_RETENTION = "prazo de guarda"
DAYS = 30
LONG_AFTER = NOW + timedelta(days=400)


def told() -> str:
    return PAGE.read_text(encoding="utf-8").partition(HEADING)[2].partition("\n## ")[0]


def rows_told() -> Iterator[tuple[list[str], str]]:
    """Of each row: its tables, and until when."""
    for line in told().splitlines():
        if line.startswith("| `"):
            tables, _, until = line.strip("| ").split(" | ")
            yield re.findall(r"`(\w+)`", tables), until


def models_by_table() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}


def test_every_table_that_can_hold_words_is_named_once() -> None:
    """A new model with a text column fails here until somebody decided how long it is kept, and wrote it down."""
    holding = {
        table
        for table, model in models_by_table().items()
        if any(isinstance(field, WRITTEN) for field in model._meta.concrete_fields)
    }
    named = re.findall(r"`([a-z]+_\w+)`", told())
    assert sorted(named) == sorted(set(named)), "named twice"
    assert holding - set(named) == set(), "not told in docs/operacao.md"
    assert set(named) - models_by_table().keys() == set(), "no such table"


def keep_for(days: int) -> None:
    save(replace(parameters.get(), retention_days=days), actor="ana", now=NOW)


def sent_message() -> None:
    """A message that went out, with all that hangs on one."""
    message = queue_message()
    transitions.change(message.pk, Status.QUEUED, Status.SENDING, at=NOW, moment=NOW)
    transitions.change(message.pk, Status.SENDING, Status.SENT, at=NOW)
    Submission.objects.create(message=message, account=make_account(), queue_code="a" * 32, sender="GSAN")
    part, _ = Segment.objects.get_or_create(message=message, index=1, defaults={"text": "Olá", "total": 1})
    attempt = Attempt.objects.create(segment=part, number=message.number, phone_name="x", started_at=NOW)
    DeliveryReport.objects.create(pdu="00", fingerprint="b", received_at=NOW, attempt=attempt)


def fill_the_house(office: Office) -> None:
    """One of everything that goes by the company's days."""
    phone = make_phone()
    sent_message()
    for pdu in deliver_pdus("+5581900000077", "Obrigada", NOW):
        receive(phone.pk, pdu, NOW)
    invite(ra_number=7, protocol="20261000000007", address="maria@example.com", now=NOW)
    take(bill_row(1))
    do(Run.Step.PREPARE)
    do(Run.Step.TRANSMIT)
    Notice.objects.update(state=NoticeState.DELIVERED)
    send_due(NOW)
    file = BillFile.objects.create(
        name="contas.csv", fingerprint="c", size=1, state="done", given_by="ana", given_at=NOW, ended_at=NOW
    )
    BillFault.objects.create(file=file, line=2, reason="Celular inválido", content="1;11/2026;Maria")
    client = Client.objects.create(user=User.objects.create(username="portal"), created_by="ana", created_at=NOW)
    Answer.objects.create(client=client, key="k", fingerprint="d", status=201, body={"to": "+558190"}, created_at=NOW)


@pytest.mark.django_db
def test_what_goes_by_the_companys_days_goes_from_every_table_that_says_so(public: Office, setup: Setup) -> None:
    fill_the_house(public)
    keep_for(DAYS)
    tables = [table for names, until in rows_told() if until.startswith(BY_RETENTION) for table in names]
    going = [models_by_table()[table] for table in tables]
    assert [model.__name__ for model in going if not model._default_manager.exists()] == []
    tidy(LONG_AFTER)
    assert [model.__name__ for model in going if model is not Evaluation and model._default_manager.exists()] == []
    assert not [row for row in Evaluation.objects.all() if row.comment or row.protocol or not row.forgotten]


def tidy(now: datetime) -> None:
    """Every job of the catalogue that removes something, and the gateway's own; the others would send and call."""
    removing = [job for job in JOBS if "tidying" in job.name]
    assert len(removing) >= 7
    remove_old(now)
    for job in removing:
        job.work(now)


@pytest.mark.django_db
def test_nothing_goes_while_nobody_asked_for_it(public: Office, setup: Setup) -> None:
    fill_the_house(public)
    before = (Message.objects.count(), Mail.objects.count(), Notice.objects.count())
    Evaluation.objects.update(comment="Ótimo", grade=5, answered_at=NOW)
    tidy(NOW + timedelta(days=80))
    assert (Message.objects.count(), Mail.objects.count(), Notice.objects.count()) == before
    assert Evaluation.objects.get().comment == "Ótimo"
    assert Answer.objects.exists()


@pytest.mark.django_db
def test_a_grade_is_counted_after_its_words_are_gone_and_the_link_stays_spent(public: Office) -> None:
    evaluation = invite(ra_number=7, protocol="20261000000007", address="maria@example.com", now=NOW)
    waiting = invite(ra_number=8, protocol="20261000000008", address="joana@example.com", now=NOW)
    assert evaluation is not None
    assert waiting is not None
    Evaluation.objects.filter(pk=evaluation.pk).update(grade=4, comment="Rua das Flores, 12", answered_at=NOW)
    keep_for(DAYS)
    evaluations.forget_old(NOW + timedelta(days=DAYS - 1))
    assert Evaluation.objects.get(pk=evaluation.pk).comment
    before = results(NOW.date(), NOW.date())
    evaluations.forget_old(NOW + timedelta(days=DAYS + 1))
    assert results(NOW.date(), NOW.date()) == before
    kept = Evaluation.objects.get(pk=evaluation.pk)
    assert (kept.grade, kept.comment, kept.protocol, kept.ra_number) == (4, "", "", 7)
    assert "maria" not in kept.key
    assert find(kept.token_hash, now=NOW) is None
    assert Evaluation.objects.filter(forgotten=True).count() == 2


@pytest.mark.django_db
def test_an_evaluation_that_may_still_be_answered_is_not_emptied(public: Office) -> None:
    save(replace(parameters.get(), retention_days=DAYS, evaluation_days=90), actor="ana", now=NOW)
    invite(ra_number=7, protocol="20261000000007", address="maria@example.com", now=NOW)
    evaluations.forget_old(NOW + timedelta(days=60))
    assert not Evaluation.objects.get().forgotten
    evaluations.forget_old(NOW + timedelta(days=91))
    assert Evaluation.objects.get().forgotten


@pytest.mark.django_db
def test_an_e_mail_that_a_person_may_still_send_again_stays(public: Office) -> None:
    save(replace(parameters.get(), retention_days=DAYS, evaluation_days=90), actor="ana", now=NOW)
    invite(ra_number=7, protocol="20261000000007", address="maria@example.com", now=NOW)
    Mail.objects.update(status=MailStatus.FAILED, next_try_at=None)
    mails.remove_old(NOW + timedelta(days=60))
    assert Mail.objects.exists()
    mails.remove_old(NOW + timedelta(days=91))
    assert not Mail.objects.exists()


@pytest.mark.django_db
def test_what_phones_handed_over_that_fits_nowhere_goes_too() -> None:
    phone = make_phone()
    receive(phone.pk, "00ZZ", NOW)
    DeliveryReport.objects.create(pdu="00", fingerprint="b", received_at=NOW)
    keep_for(DAYS)
    assert remove_old(NOW + timedelta(days=DAYS - 1)) == 0
    assert remove_old(NOW + timedelta(days=DAYS + 1)) == 2
    assert not DeliveryReport.objects.exists()


@pytest.mark.django_db
def test_a_session_goes_with_what_was_searched_in_it() -> None:
    session = SessionStore()
    session["searches"] = {"k": "+5581912345678"}
    session.create()
    model = session.model
    model.objects.update(expire_date=NOW)
    tidying.forget_old(NOW)
    assert model.objects.exists()
    tidying.forget_old(NOW + timedelta(seconds=1))
    assert not model.objects.exists()
