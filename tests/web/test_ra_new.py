"""*Inserir RA*: the protocol is handed over whatever becomes of the SMS, and a form sent twice is one RA."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from recado.outbox.models import Message, MessageType, Status
from recado.outbox.own_types import OwnType
from recado.service_requests.models import ClosingReason, Requester, ServiceRequest, Subtype
from recado.service_requests.operations import close_service_request
from tests.web.attendance import MOBILE, go_wrong, logged_in, new_ra_form, open_ra, words

pytestmark = pytest.mark.django_db
ADDRESS = "/ra/inserir/"


def test_a_good_form_opens_an_ra_queues_its_sms_and_shows_the_protocol() -> None:
    response = logged_in().post(ADDRESS, new_ra_form(), follow=True)
    requester = Requester.objects.get()
    assert requester.mobile == MOBILE
    assert requester.service_request.property_id == "1234567"
    assert requester.service_request.opened_by == "atendente"
    assert Message.objects.get().protocol == requester.protocol
    assert requester.protocol in words(response)
    assert f'data-copy="{requester.protocol}" data-copied="Protocolo copiado"' in response.content.decode()


def test_the_same_form_sent_twice_is_one_ra_and_one_sms() -> None:
    client, form = logged_in(), new_ra_form()
    first = client.post(ADDRESS, form)
    second = client.post(ADDRESS, form, follow=True)
    assert ServiceRequest.objects.count() == Message.objects.count() == 1
    assert second.redirect_chain[-1][0] == first.url
    assert "já tinha sido enviado" in words(second)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("91234-5678", "Falta o DDD. Informe o celular com DDD e 9 dígitos. Exemplo: (81) 91234-5678."),
        ("(81) 3421-1234", "Este número é fixo e não recebe SMS."),
        ("(81) 8234-5678", "Parece faltar o 9 depois do DDD. Confirme com o cliente."),
        ("(20) 91234-5678", "O DDD 20 não existe."),
        ("+1 212 555 0123", "Este número é de outro país. O Recado envia só a celulares do Brasil."),
        ("meu celular", "Informe o celular com DDD e 9 dígitos. Exemplo: (81) 91234-5678."),
        ("📱", "Informe o celular com DDD e 9 dígitos. Exemplo: (81) 91234-5678."),
    ],
)
def test_a_number_that_takes_no_sms_is_refused_in_words_and_what_was_typed_stays(written: str, sentence: str) -> None:
    response = logged_in().post(ADDRESS, new_ra_form(mobile=written))
    page = words(response)
    assert page.count(sentence) == 2, "beside the field and in the summary"
    assert "Há 1 campo para corrigir" in page
    assert written in response.content.decode()
    assert "<title>Erro: Inserir RA" in response.content.decode()
    assert not ServiceRequest.objects.exists()


def test_a_pasted_number_in_another_writing_is_understood() -> None:
    logged_in().post(ADDRESS, new_ra_form(mobile=" +55 (81) 9 1234-5678 "))
    assert Requester.objects.get().mobile == MOBILE


def test_without_a_mobile_there_is_an_ra_and_no_sms() -> None:
    response = logged_in().post(ADDRESS, new_ra_form(mobile=""), follow=True)
    assert not Message.objects.exists()
    assert "Sem celular informado: nenhum SMS será enviado." in words(response)


def test_an_empty_form_asks_for_each_required_field() -> None:
    page = words(logged_in().post(ADDRESS, {}))
    for sentence in (
        "Escolha o tipo de solicitação.",
        "Escolha a especificação.",
        "Escolha o meio de solicitação.",
        "Informe o nome do solicitante.",
    ):
        assert sentence in page


@pytest.mark.parametrize("field", ["name", "mobile", "email", "description", "property_id", "channel", "subtype"])
def test_a_nul_is_refused_in_every_field(field: str) -> None:
    page = words(logged_in().post(ADDRESS, new_ra_form(**{field: "a\0b"})))
    assert "Há 1 campo para corrigir" in page
    assert not ServiceRequest.objects.exists()


@pytest.mark.parametrize("token", ["", "a\0b", "não", "1" * 100])
def test_a_spoilt_form_token_costs_nobody_their_ra(token: str) -> None:
    logged_in().post(ADDRESS, new_ra_form(form_token=token))
    assert ServiceRequest.objects.count() == 1


def test_emoji_in_a_name_is_kept() -> None:
    logged_in().post(ADDRESS, new_ra_form(name="Bia 💧"))
    assert Requester.objects.get().name == "Bia 💧"


def test_ten_megabytes_are_refused_with_a_page_in_portuguese() -> None:
    response = logged_in().post(ADDRESS, new_ra_form(description="x" * 10_000_000))
    assert response.status_code == 400
    assert "não puderam ser lidos" in words(response)
    assert not ServiceRequest.objects.exists()


def test_a_line_break_counts_as_one_character_of_the_note() -> None:
    logged_in().post(ADDRESS, new_ra_form(description="\r\n".join(["x" * 199, "y" * 200])))
    assert len(ServiceRequest.objects.get().description) == 400


def test_a_note_that_is_too_long_says_by_how_much() -> None:
    page = words(logged_in().post(ADDRESS, new_ra_form(description="x" * 401)))
    assert "O texto tem 401 caracteres; o limite é 400." in page


def test_a_subtype_of_another_type_is_refused() -> None:
    other = Subtype.objects.exclude(type=Subtype.objects.earliest("pk").type).earliest("pk")
    page = words(logged_in().post(ADDRESS, new_ra_form(subtype=other.pk)))
    assert f"“{other.name}” é do tipo “{other.type.name}”. Escolha de novo." in page


@pytest.mark.parametrize("value", ["x", "-1", "9" * 30, "1 OR 1=1"])
def test_a_choice_that_does_not_exist_is_refused(value: str) -> None:
    assert "Esta especificação não existe mais." in words(logged_in().post(ADDRESS, new_ra_form(subtype=value)))


def test_the_preview_shows_the_text_as_the_phone_will() -> None:
    MessageType.objects.filter(pk=OwnType.OPENED).update(template="Olá, ação! {PROTOCOLO}")
    page = words(logged_in().get(ADDRESS))
    assert "Ola, acao! 2026" in page.replace("2027", "2026")
    assert "1 SMS." in page


def test_a_switched_off_type_is_told_and_does_not_stop_the_ra() -> None:
    MessageType.objects.filter(pk=OwnType.OPENED).update(active=False)
    client = logged_in()
    assert "está desativado. Nenhum SMS será enviado." in words(client.get(ADDRESS))
    assert "nenhum SMS foi enviado" in words(client.post(ADDRESS, new_ra_form(), follow=True))


def test_a_text_that_cannot_be_filled_does_not_stop_the_ra() -> None:
    MessageType.objects.filter(pk=OwnType.OPENED).update(template="{QUEM}")
    response = logged_in().post(ADDRESS, new_ra_form(), follow=True)
    assert Requester.objects.get().protocol in words(response)
    assert "Com erro" in words(response)


def test_the_live_part_answers_only_when_something_changed_and_stops_at_the_end() -> None:
    opened, client = open_ra(), logged_in()
    address = f"/ra/{opened.service_request.pk}/protocolo/{opened.requester.pk}/sms/"
    assert client.get(address, {"situacao": Status.QUEUED}).status_code == 204
    assert "every 2s" in client.get(address).content.decode()
    go_wrong(opened.message)
    changed = client.get(address, {"situacao": Status.QUEUED})
    assert "Com erro" in words(changed)
    assert "every 2s" not in changed.content.decode()


def test_the_protocol_page_tells_of_its_own_sms_after_the_closing_too() -> None:
    opened = open_ra()
    ra = opened.service_request
    close_service_request(ra.pk, reason=ClosingReason.objects.get(pk=2), closed_at=timezone.now())
    assert opened.message is not None
    page = logged_in().get(f"/ra/{ra.pk}/protocolo/{opened.requester.pk}/").content.decode()
    assert f'href="/mensagens/{opened.message.pk}/"' in page


def test_the_protocol_page_of_another_ra_does_not_exist() -> None:
    opened, other = open_ra(), open_ra()
    client = logged_in()
    assert client.get(f"/ra/{other.service_request.pk}/protocolo/{opened.requester.pk}/").status_code == 404


def test_nobody_gets_in_without_a_login() -> None:
    assert Client().get(ADDRESS).url.startswith("/entrar/")


def test_choices_stand_in_the_order_of_a_dictionary() -> None:
    page = logged_in().get(ADDRESS).content.decode()
    types = page.partition('name="request_type"')[2].partition("</select>")[0]
    assert re.findall(r">([^<]+)</option>", types) == ["Escolha", "Água", "Conta", "Esgoto", "Ligação"]
    groups = re.findall(r'<optgroup label="([^"]+)"', page)
    assert groups == ["Água", "Conta", "Esgoto", "Ligação"]
