"""*Encerrar RA* and *Reiterar*: what is told before, what is refused, and what a second click gets."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from recado.outbox.models import Message
from recado.service_requests.models import ClosingReason, Requester, ServiceRequest
from recado.service_requests.operations import NewRequester, close_service_request, reiterate
from tests.web.attendance import OTHER_MOBILE, logged_in, open_ra, words

pytestmark = pytest.mark.django_db
DONE = 2
NOT_DONE = 3


def _form(**fields: object) -> dict[str, object]:
    now = timezone.localtime()
    return {"reason": DONE, "day": f"{now:%d/%m/%Y}", "hour": f"{now:%H:%M}", "note": "Consertado."} | fields


def _closed_ra() -> ServiceRequest:
    ra = open_ra().service_request
    close_service_request(ra.pk, reason=ClosingReason.objects.get(pk=DONE), closed_at=timezone.now())
    return ServiceRequest.objects.get(pk=ra.pk)


def test_closing_as_done_tells_every_mobile() -> None:
    ra = open_ra().service_request
    reiterate(ra.pk, requester=NewRequester("Gil Castro", OTHER_MOBILE))
    response = logged_in().post(f"/ra/{ra.pk}/encerrar/", _form(), follow=True)
    assert f"RA {ra.pk} encerrado. 2 SMS entraram na fila." in words(response)
    assert Message.objects.filter(type_id=3).count() == 2
    assert ServiceRequest.objects.get().closed_by == "atendente"


def test_closing_for_another_reason_sends_nothing() -> None:
    ra = open_ra().service_request
    response = logged_in().post(f"/ra/{ra.pk}/encerrar/", _form(reason=NOT_DONE), follow=True)
    assert "Nenhum SMS será enviado." in words(response)
    assert not Message.objects.filter(type_id=3).exists()


def test_the_page_says_before_what_each_reason_sends() -> None:
    opened = open_ra()
    client, address = logged_in(), f"/ra/{opened.service_request.pk}/encerrar/"
    page = words(client.get(address))
    assert "Só “Conclusão do serviço” envia SMS; os outros motivos não enviam." in page
    assert "Ao encerrar assim, 1 celular receberá:" in page
    assert opened.requester.protocol in page
    assert "Ao encerrar, 1 celular receberá:" in words(client.get(f"{address}aviso/", {"reason": DONE}))
    assert words(client.get(f"{address}aviso/", {"reason": NOT_DONE})).strip() == "Este motivo não envia SMS."
    assert client.get(f"{address}aviso/", {"reason": "\0"}).status_code == 200


def test_without_a_mobile_the_page_says_that_nobody_is_told() -> None:
    ra = open_ra(mobile="").service_request
    assert "nenhum SMS será enviado" in words(logged_in().get(f"/ra/{ra.pk}/encerrar/"))


def test_closing_twice_says_when_it_was_closed() -> None:
    ra, client = open_ra().service_request, logged_in()
    client.post(f"/ra/{ra.pk}/encerrar/", _form())
    at = timezone.localtime(ServiceRequest.objects.get().closed_at)
    sentence = f"Este RA já foi encerrado em {at:%d/%m/%Y} às {at.hour}h{at:%M}."
    assert sentence in words(client.post(f"/ra/{ra.pk}/encerrar/", _form(reason=NOT_DONE), follow=True))
    assert sentence in words(client.get(f"/ra/{ra.pk}/encerrar/", follow=True))
    assert Message.objects.filter(type_id=3).count() == 1


def test_a_time_after_now_is_refused_at_the_hour() -> None:
    ra = open_ra().service_request
    tomorrow = timezone.localtime() + timedelta(days=1)
    page = words(logged_in().post(f"/ra/{ra.pk}/encerrar/", _form(day=f"{tomorrow:%d/%m/%Y}")))
    assert page.count("A data e a hora não podem ser posteriores a agora.") == 2
    assert "Consertado." in page


def test_a_time_before_the_opening_is_refused_with_the_opening() -> None:
    ra = open_ra().service_request
    opened = timezone.localtime(ra.opened_at)
    page = words(logged_in().post(f"/ra/{ra.pk}/encerrar/", _form(day="01/01/2020")))
    assert f"A data e a hora não podem ser anteriores à abertura ({opened:%d/%m/%Y %H:%M})." in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": ""}, "Escolha o motivo do encerramento."),
        ({"reason": "999"}, "Este motivo não existe mais."),
        ({"day": ""}, "Informe a data do encerramento."),
        ({"hour": "25:00"}, "25:00 não existe."),
        ({"hour": "já"}, "Escreva a hora como hh:mm."),
        ({"note": "x" * 401}, "O texto tem 401 caracteres; o limite é 400."),
        ({"note": "a\0b"}, "nulos"),
    ],
)
def test_what_is_missing_or_wrong_is_refused_in_words(fields: dict[str, object], sentence: str) -> None:
    ra = open_ra().service_request
    assert sentence in words(logged_in().post(f"/ra/{ra.pk}/encerrar/", _form(**fields)))
    assert ServiceRequest.objects.get().closed_at is None


def test_a_reiteration_gets_a_protocol_of_its_own_once() -> None:
    ra, client = open_ra().service_request, logged_in()
    form = {"form_token": str(uuid.uuid4()), "name": "Gil Castro", "mobile": "(11) 98765-4321", "email": ""}
    first = client.post(f"/ra/{ra.pk}/reiterar/", form, follow=True)
    again = client.post(f"/ra/{ra.pk}/reiterar/", form, follow=True)
    assert Requester.objects.count() == 2
    new = Requester.objects.latest("pk")
    assert new.protocol in words(first)
    assert new.protocol in words(again)
    assert ServiceRequest.objects.get().reiterations == 1
    assert Message.objects.filter(type_id=2).count() == 1


def test_a_closed_ra_cannot_be_reiterated() -> None:
    ra, client = _closed_ra(), logged_in()
    sentence = "Este RA já foi encerrado e não pode ser reiterado. Abra um novo RA."
    assert sentence in words(client.get(f"/ra/{ra.pk}/reiterar/", follow=True))
    form = {"name": "Gil Castro", "mobile": "(11) 98765-4321"}
    assert sentence in words(client.post(f"/ra/{ra.pk}/reiterar/", form, follow=True))
    assert Requester.objects.count() == 1


def test_a_bad_number_in_a_reiteration_is_refused() -> None:
    ra = open_ra().service_request
    form = {"name": "Gil Castro", "mobile": "(81) 3421-1234"}
    assert "Este número é fixo e não recebe SMS." in words(logged_in().post(f"/ra/{ra.pk}/reiterar/", form))
