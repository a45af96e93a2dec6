"""Where events go: registered with a secret shown once, switched off and on, delivered again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.utils import timezone

from recado.clients.models import Client
from recado.clients.tokens import register
from recado.people.models import AuditEntry
from recado.webhooks.models import Delivery, DeliveryStatus, Endpoint, Event, Kind
from recado.webhooks.signing import secret_of
from tests.web.attendance import words

pytestmark = pytest.mark.django_db

URL = "https://portal.companhia.example/avisos"


@pytest.fixture
def client() -> Client:
    return register("portal", networks="", rate_per_minute=60, actor="ana", now=timezone.now())


def add(browser: Browser, client: Client, **fields: object) -> HttpResponse:
    given = {"url": URL, "kinds": [Kind.SENT.value, Kind.REPLY.value]}
    return browser.post(f"/sistemas/{client.pk}/avisos/", given | fields)


def a_delivery(browser: Browser, client: Client, status: DeliveryStatus) -> Delivery:
    add(browser, client)
    now = timezone.now()
    event = Event.objects.create(uid="evt_1", kind=Kind.SENT, subject="message:7", subject_id=7, at=now, fanned=True)
    return Delivery.objects.create(
        endpoint=Endpoint.objects.get(),
        event=event,
        subject=event.subject,
        status=status,
        attempts=3,
        next_at=now + timedelta(hours=1),
        last_error="O endereço respondeu 500.",
    )


def test_its_form_leads_to_what_is_sent_and_how_to_check_it(browser: Browser, client: Client) -> None:
    page = browser.get(f"/sistemas/{client.pk}/avisos/").content.decode()
    link = re.search(r'href="(/ajuda/guia-da-api/)#([^"]+)"', page)
    assert link is not None
    guide = browser.get(link[1]).content.decode()
    assert f'<h2 id="{link[2]}">Avisos (webhooks)</h2>' in guide
    assert "webhook-signature" in guide


def test_an_endpoint_is_registered_and_its_secret_shown_once(browser: Browser, client: Client) -> None:
    shown = words(add(browser, client))
    endpoint = Endpoint.objects.get()
    found = re.search(r"whsec_[\w+/=]+", shown)
    assert found is not None
    assert found[0] == secret_of(endpoint.salt)
    assert endpoint.kind_set == {"message.sent", "reply.received"}
    page = words(browser.get(f"/sistemas/avisos/{endpoint.pk}/"))
    assert "Nada foi avisado ainda." in page
    assert found[0] not in page
    assert URL in words(browser.get(f"/sistemas/{client.pk}/"))
    assert "endereço de avisos" in AuditEntry.objects.latest("pk").detail


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"url": ""}, "Informe o endereço."),
        ({"url": "http://portal.companhia.example/"}, "https://: por http qualquer um"),
        ({"url": "https://ana:senha@portal.companhia.example/"}, "Usuário e senha não vão no endereço"),
        ({"kinds": []}, "Escolha ao menos um evento."),
    ],
)
def test_what_is_refused_is_said(browser: Browser, client: Client, fields: dict[str, object], said: str) -> None:
    assert said in words(add(browser, client, **fields))
    assert Endpoint.objects.count() == 0


def test_another_secret_replaces_the_first(browser: Browser, client: Client) -> None:
    add(browser, client)
    endpoint = Endpoint.objects.get()
    before = secret_of(endpoint.salt)
    shown = words(browser.post(f"/sistemas/avisos/{endpoint.pk}/segredo/"))
    endpoint.refresh_from_db()
    assert secret_of(endpoint.salt) in shown
    assert secret_of(endpoint.salt) != before


def test_it_is_switched_off_and_on_by_a_person(browser: Browser, client: Client) -> None:
    add(browser, client)
    path = f"/sistemas/avisos/{Endpoint.objects.get().pk}/"
    browser.post(f"{path}ligado/", {"ligado": "nao"})
    assert re.search(r"Avisos desligados em .*Desligado por ana\.", words(browser.get(path)))
    browser.post(f"{path}ligado/", {"ligado": "sim"})
    assert "Avisos desligados em" not in words(browser.get(path))


def test_what_was_given_up_is_delivered_again_and_what_waits_is_not_asked_twice(
    browser: Browser, client: Client
) -> None:
    delivery = a_delivery(browser, client, DeliveryStatus.FAILED)
    path = f"/sistemas/avisos/{delivery.endpoint_id}/"
    page = words(browser.get(path))
    assert "Desistiu O endereço respondeu 500." in page
    again = browser.post(f"/sistemas/avisos/entregas/{delivery.pk}/", follow=True)
    assert "será entregue de novo" in words(again)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.PENDING, 0)
    assert "já espera" in words(browser.post(f"/sistemas/avisos/entregas/{delivery.pk}/", follow=True))
