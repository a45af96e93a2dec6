"""*Consultar RA*: one box for four kinds of number, and no phone number in any address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from recado.service_requests.models import ClosingReason
from recado.service_requests.operations import NewRequester, close_service_request, reiterate
from tests.web.attendance import MOBILE, OTHER_MOBILE, logged_in, open_ra, words

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("what", ["protocol", "ra", "property", "mobile", "pasted mobile"])
def test_each_kind_of_number_finds_its_ra_and_stands_in_no_address(what: str) -> None:
    for _ in range(3):
        open_ra(OTHER_MOBILE, "Outra Pessoa")
    opened = open_ra(property_id="7654321")
    term = {
        "protocol": opened.requester.protocol,
        "ra": str(opened.service_request.pk),
        "property": "7654321",
        "mobile": "(81) 91234-5678",
        "pasted mobile": "+55 81 9 1234 5678",
    }[what]
    response = logged_in().post("/ra/pesquisar/", {"term": term}, follow=True)
    address = response.redirect_chain[-1][0]
    assert address.startswith("/ra/?chave=")
    # An RA's number of one digit may stand in the opaque key by chance, and is no secret.
    secrets = (MOBILE, "5678", *([term] if what != "ra" else []))
    assert not any(secret in address for secret in secrets)
    assert "1 RA" in words(response)
    assert "Beatriz Souza" in words(response)


def test_the_protocol_of_a_reiteration_finds_the_ra() -> None:
    opened = open_ra()
    again = reiterate(opened.service_request.pk, requester=NewRequester("Gil Castro", OTHER_MOBILE))
    response = logged_in().post("/ra/pesquisar/", {"term": again.requester.protocol}, follow=True)
    assert f"RA {opened.service_request.pk}" in words(response)


def test_another_session_cannot_read_what_was_searched() -> None:
    open_ra()
    address = logged_in().post("/ra/pesquisar/", {"term": "(81) 91234-5678"}).url
    page = words(logged_in().get(address))
    assert "Esta pesquisa não está mais guardada." in page
    assert "Beatriz Souza" not in page


def test_the_situation_narrows_the_list() -> None:
    opened, closed = open_ra(name="Pendente da Silva"), open_ra(name="Encerrada da Silva")
    close_service_request(closed.service_request.pk, reason=ClosingReason.objects.get(pk=2), closed_at=timezone.now())
    client = logged_in()
    pending = words(client.get("/ra/", {"situacao": "pendentes"}))
    assert "Pendente da Silva" in pending
    assert "Encerrada da Silva" not in pending
    assert "Encerrada da Silva" in words(client.get("/ra/", {"situacao": "encerrados"}))
    assert opened.requester.protocol in words(client.get("/ra/"))


def test_the_period_is_whole_local_days_inclusive() -> None:
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    open_ra(name="Primeira da Hora", now=today)
    open_ra(name="Ontem Tarde", now=today - timedelta(microseconds=1))
    page = words(logged_in().get("/ra/", {"inicio": f"{today:%d/%m/%Y}", "fim": f"{today:%d/%m/%Y}"}))
    assert "Primeira da Hora" in page
    assert "Ontem Tarde" not in page


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ({"inicio": "30/02/2026"}, "30/02/2026 não existe."),
        ({"inicio": "ontem"}, "Escreva a data como dd/mm/aaaa."),
        ({"inicio": "01/01/0001"}, "Confira o ano de 01/01/0001."),
        ({"inicio": "02/11/2026", "fim": "01/11/2026"}, "A data final deve ser igual ou posterior à data inicial."),
        ({"situacao": "outra"}, "Escolha Todos, Pendentes ou Encerrados."),
        ({"inicio": "\0"}, "Escreva a data como dd/mm/aaaa."),
    ],
)
def test_a_bad_filter_is_refused_in_words(filters: dict[str, str], sentence: str) -> None:
    client = logged_in()
    assert sentence in words(client.get("/ra/", filters))
    assert sentence in words(client.post("/ra/pesquisar/", filters))


def test_letters_alone_are_no_number() -> None:
    page = words(logged_in().post("/ra/pesquisar/", {"term": "Beatriz"}))
    assert "Informe os números de um protocolo, RA, matrícula ou celular." in page


@pytest.mark.parametrize("term", ["9" * 18, "9" * 60, "0", "1" * 14, "12\0"])
def test_a_number_that_is_nothing_finds_nothing(term: str) -> None:
    open_ra()
    response = logged_in().post("/ra/pesquisar/", {"term": term}, follow=True)
    assert response.status_code == 200
    assert "Beatriz Souza" not in words(response)


def test_ten_a_page_and_nonsense_gives_the_nearest() -> None:
    for _ in range(12):
        open_ra()
    client = logged_in()
    assert "1–10 de 12 RAs" in words(client.get("/ra/"))
    assert "11–12 de 12 RAs" in words(client.get("/ra/", {"pagina": "2"}))
    for page in ("0", "-1", "x", "9" * 40, "1e9", "\0"):
        assert client.get("/ra/", {"pagina": page}).status_code == 200


def test_a_list_of_many_asks_the_database_no_more_than_a_list_of_one(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for _ in range(10):
        open_ra()
    client = logged_in()
    with django_assert_max_num_queries(17):
        client.get("/ra/")


def test_the_detail_shows_requesters_messages_and_closing() -> None:
    opened = open_ra()
    again = reiterate(opened.service_request.pk, requester=NewRequester("Gil Castro", OTHER_MOBILE))
    client, address = logged_in(), f"/ra/{opened.service_request.pk}/"
    page = words(client.get(address))
    for text in (opened.requester.protocol, again.requester.protocol, "(81) 91234-5678", "Reiterar", "Encerrar"):
        assert text in page
    close_service_request(
        opened.service_request.pk,
        reason=ClosingReason.objects.get(pk=2),
        closed_at=timezone.now(),
        note="Trocado o tubo.",
    )
    page = words(client.get(address))
    assert "Trocado o tubo." in page
    assert "Envio serviço realizado" in page
    assert f'href="{address}encerrar/"' not in page


@pytest.mark.parametrize("number", ["0", "999999", "9" * 30])
def test_an_ra_that_does_not_exist_is_a_page_not_found(number: str) -> None:
    client = logged_in()
    for end in ("", "encerrar/", "reiterar/"):
        assert client.get(f"/ra/{number}/{end}").status_code == 404
