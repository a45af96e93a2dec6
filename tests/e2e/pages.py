"""A house in which each screen has all that it can show: long names, failures of every kind, a history."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from recado import parameters
from recado.clients.scopes import Scope
from recado.clients.tokens import issue
from recado.gsm.causes import Cause
from recado.mail.models import Mail, MailStatus
from recado.mail.posting import Letter, post_many
from recado.outbox.consent import opt_out
from recado.outbox.models import MessageType, Status
from recado.outbox.types import save_type
from recado.parameters.values import save
from recado.phones.models import Phone
from recado.service_requests.operations import NewRequester, reiterate
from recado.webhooks.models import Delivery, Endpoint, Event, Kind
from tests.gateway.conftest import queue
from tests.playsms.conftest import make_account
from tests.web.attendance import go_wrong, open_ra
from tests.webhooks.conftest import endpoint_at

LONG_NAME = "Maria Aparecida da Conceição Albuquerque Cavalcanti de Vasconcelos"[:60]


def fill_the_house() -> dict[str, object]:
    """Make it; gives what the addresses of its screens name."""
    opened = open_ra(name=LONG_NAME, description="palavra" * 50)
    reiterated = reiterate(
        opened.service_request.pk,
        requester=NewRequester("João Inventado", "+5581987654321", f"{'a' * 40}@example.com"),
        now=timezone.now(),
    )
    failed = go_wrong(opened.message)
    unsure = go_wrong(queue(text="Texto sem brancos: " + "x" * 400, key="unsure"), Status.UNCERTAIN)
    for number in range(12):
        go_wrong(queue(f"+55819000001{number:02d}", key=f"failed {number}"), cause=Cause.NO_CREDIT)
    opt_out("+5581912345678", how="palavra" * 28, actor="a" * 60, now=timezone.now())
    change_text()
    return {
        "today": f"{timezone.localdate():%d/%m/%Y}",
        "ra": opened.service_request.pk,
        "requester": opened.requester.pk,
        "reiterated": reiterated.requester.pk,
        "failed": failed.pk,
        "unsure": unsure.pk,
        "phone": Phone.objects.earliest("pk").pk,
        "mail": some_e_mails(),
        "person": User.objects.earliest("pk").pk,
        "system": (delivery := a_delivery()).endpoint.client_id,
        "endpoint": delivery.endpoint_id,
        "playsms": make_account(last_refusal="palavra" * 40, last_refused_at=timezone.now()).pk,
    }


def some_e_mails() -> int:
    """Twelve that were refused, one that may have been sent, one past its time, one discarded; the key of the last
    refused."""
    now = timezone.now()
    address = f"{'a' * 60}@{'b' * 60}.example.com"
    mails = post_many([Letter(f"k{number}", address, "palavra" * 25, "x") for number in range(15)], now=now)
    for number, mail in enumerate(mails):
        status = (
            MailStatus.FAILED
            if number < 12
            else (MailStatus.UNCERTAIN, MailStatus.EXPIRED, MailStatus.FAILED)[number - 12]
        )
        useful = now if number == 13 else now + timedelta(days=1)
        Mail.objects.filter(pk=mail.pk).update(
            status=status, fault="address", reason="palavra" * 40, useful_until=useful, next_try_at=None
        )
    Mail.objects.filter(pk=mails[14].pk).update(
        status=MailStatus.CANCELLED, discarded_status=MailStatus.FAILED, discarded_reason="palavra" * 40
    )
    return mails[11].pk


def a_delivery() -> Delivery:
    """One that was given up, to an endpoint that takes nothing, of a system with a token."""
    now = timezone.now()
    endpoint = endpoint_at(f"https://portal.companhia.example/{'avisos' * 40}")
    issue(endpoint.client, name="p" * 60, scopes=list(Scope), days=30, actor="ana", now=now)
    Endpoint.objects.update(failing_since=now, active=False, disabled_at=now, disabled_reason="palavra" * 40)
    event = Event.objects.create(uid="evt_1", kind=Kind.SENT, subject="message:1", subject_id=1, at=now, fanned=True)
    return Delivery.objects.create(
        endpoint=endpoint, event=event, subject=event.subject, next_at=now, last_error="palavra" * 40, status="failed"
    )


def change_text() -> None:
    """Give the type of the first SMS a second version, and a parameter a history."""
    kind = MessageType.objects.get(pk=1)
    kind.template, kind.hours_from, kind.hours_until = "Protocolo {PROTOCOLO}.", time(8), time(18)
    save_type(kind, actor="ana", now=timezone.now())
    save(replace(parameters.get(), signature="Conte conosco."), actor="ana", now=timezone.now())
