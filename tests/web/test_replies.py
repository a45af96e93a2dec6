"""*Respostas*: what customers wrote, found without a phone number in any address, and read once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from recado.inbox.models import Reply
from recado.outbox import consent
from recado.outbox.models import OptOut
from tests.web.attendance import MOBILE, OTHER_MOBILE, logged_in, open_ra, words

pytestmark = pytest.mark.django_db
ADDRESS = "/respostas/"


def write(text: str = "Ainda sem água", number: str = MOBILE, at: datetime | None = None, **fields: object) -> Reply:
    return Reply.objects.create(number=number, text=text, received_at=at or timezone.now(), **fields)


def test_a_reply_is_shown_with_its_sender_its_text_and_the_newest_ra_of_that_mobile() -> None:
    open_ra()
    newest = open_ra()
    open_ra(OTHER_MOBILE)
    write()
    page = words(logged_in().get(ADDRESS))
    for text in ("(81) 91234-5678", "Ainda sem água", f"RA {newest.service_request.pk}", "1 resposta não lida"):
        assert text in page


@pytest.mark.parametrize("sender", ["28500", "Operadora"])
def test_a_sender_that_is_no_customer_has_no_ra(sender: str) -> None:
    write(number=sender)
    page = words(logged_in().get(ADDRESS))
    assert sender in page
    assert "Nenhum" in page


def test_what_a_customer_writes_is_text_and_nothing_else() -> None:
    write("<script>alert(1)</script>")
    assert b"<script>alert" not in logged_in().get(ADDRESS).content


def test_a_reply_is_read_once_by_one_person() -> None:
    reply, client = write(), logged_in()
    assert "Resposta marcada como lida." in words(client.post(f"{ADDRESS}{reply.pk}/lida/", follow=True))
    reply.refresh_from_db()
    assert (reply.read_by, reply.read_at is not None) == ("atendente", True)
    first = reply.read_at
    assert "já tinha sido lida por atendente" in words(client.post(f"{ADDRESS}{reply.pk}/lida/", follow=True))
    reply.refresh_from_db()
    assert reply.read_at == first
    assert "Lida por atendente" in words(client.get(ADDRESS, {"situacao": "todas"}))


def test_unread_come_first_to_hand_and_all_on_demand() -> None:
    write("Nova")
    write("Velha", read_at=timezone.now(), read_by="ana")
    client = logged_in()
    unread, everything = words(client.get(ADDRESS)), words(client.get(ADDRESS, {"situacao": "todas"}))
    assert ("Nova" in unread, "Velha" in unread) == (True, False)
    assert ("Nova" in everything, "Velha" in everything) == (True, True)


def test_the_menu_and_the_main_screen_say_how_many_nobody_has_read() -> None:
    client = logged_in()
    assert "Nada pendente." in words(client.get("/"))
    write()
    write()
    page = words(client.get("/"))
    assert "Respostas 2" in page
    assert "2 respostas não lidas" in page
    assert "Nada pendente." not in page


@pytest.mark.parametrize("written", ["(81) 91234-5678", "+5581912345678", "081 912345678"])
def test_a_sender_is_found_and_stands_in_no_address(written: str) -> None:
    write("Minha")
    write("De outro", OTHER_MOBILE)
    response = logged_in().post(f"{ADDRESS}pesquisar/", {"sender": written, "situacao": "todas"}, follow=True)
    address = response.redirect_chain[-1][0]
    assert address.startswith(f"{ADDRESS}?situacao=todas&chave=")
    assert "5678" not in address
    assert ("Minha" in words(response), "De outro" in words(response)) == (True, False)


def test_a_short_code_is_found_as_it_was_written() -> None:
    write("Seu plano vence", "28500")
    write("Minha")
    page = words(logged_in().post(f"{ADDRESS}pesquisar/", {"sender": "28500"}, follow=True))
    assert ("Seu plano vence" in page, "Minha" in page) == (True, False)


def test_another_session_cannot_read_what_was_searched() -> None:
    write()
    address = logged_in().post(f"{ADDRESS}pesquisar/", {"sender": "(81) 91234-5678"}).url
    page = words(logged_in().get(address))
    assert "Esta pesquisa não está mais guardada." in page
    assert "Ainda sem água" not in page


def test_the_period_is_of_whole_local_days() -> None:
    zone = timezone.get_current_timezone()
    write("Na véspera", at=datetime(2026, 11, 21, 23, 59, 59, tzinfo=zone))
    write("No dia", at=datetime(2026, 11, 22, 0, 0, tzinfo=zone))
    write("No fim do dia", at=datetime(2026, 11, 22, 23, 59, 59, tzinfo=zone))
    write("Depois", at=datetime(2026, 11, 23, 0, 0, tzinfo=zone))
    page = words(logged_in().get(ADDRESS, {"inicio": "22/11/2026", "fim": "22/11/2026"}))
    assert "No dia" in page
    assert "No fim do dia" in page
    assert "véspera" not in page
    assert "Depois" not in page


@pytest.mark.parametrize(
    ("filters", "words_of_it"),
    [
        ({"inicio": "30/02/2026"}, "30/02/2026 não existe."),
        ({"inicio": "22/11/2026", "fim": "21/11/2026"}, "A data final deve ser igual ou posterior à data inicial."),
        ({"situacao": "outra"}, "Escolha Não lidas ou Todas."),
    ],
)
def test_a_filter_that_makes_no_sense_is_said_in_words(filters: dict[str, str], words_of_it: str) -> None:
    response = logged_in().get(ADDRESS, filters)
    assert response.status_code == 200
    assert words_of_it in words(response)


def test_ten_a_page_newest_first_in_few_queries(django_assert_max_num_queries: object) -> None:
    now = timezone.now()
    for number in range(12):
        write(f"Texto {number:02d}", at=now - timedelta(minutes=number))
    client = logged_in()
    with django_assert_max_num_queries(15):
        page = words(client.get(ADDRESS))
    assert "1–10 de 12 respostas" in page
    assert page.index("Texto 00") < page.index("Texto 09")
    assert "Texto 10" not in page
    assert "Texto 11" in words(client.get(ADDRESS, {"pagina": "2"}))


def test_a_wish_and_a_gap_are_marked() -> None:
    write("SAIR", asks_to_stop=True)
    write("Começo […]", is_whole=False)
    page = words(logged_in().get(ADDRESS))
    assert "Pediu para não receber" in page
    assert "Faltam partes desta resposta" in page


def test_nothing_there_is_said_in_words() -> None:
    assert "Nenhuma resposta não lida com estes filtros." in words(logged_in().get(ADDRESS))


def test_the_ra_shows_messages_and_replies_in_the_order_they_came() -> None:
    opened = open_ra()
    now = timezone.now()
    write("De antes", at=now - timedelta(days=1))
    write("Já chegou alguém?", at=now + timedelta(minutes=5))
    write("De outra pessoa", OTHER_MOBILE)
    client, address = logged_in(), f"/ra/{opened.service_request.pk}/"
    page = words(client.get(address))
    assert page.index("Envio protocolo") < page.index("Já chegou alguém?")
    assert "De antes" not in page
    assert "De outra pessoa" not in page
    reply = Reply.objects.get(text="Já chegou alguém?")
    response = client.post(f"{ADDRESS}{reply.pk}/lida/", {"next": address}, follow=True)
    assert response.redirect_chain[-1][0] == address
    assert "Lida por atendente" in words(response)


def test_the_ra_tells_a_wish_and_takes_it_back_with_who_and_when() -> None:
    opened = open_ra()
    consent.opt_out(MOBILE, how="Resposta por SMS (1)", actor="Recado", now=timezone.now())
    client, address = logged_in(), f"/ra/{opened.service_request.pk}/"
    assert "(81) 91234-5678 pediu para não receber em" in words(client.get(address))
    wish = OptOut.objects.get()
    assert MOBILE not in f"/pedidos-de-nao-receber/{wish.pk}/retirar/"
    page = words(client.post(f"/pedidos-de-nao-receber/{wish.pk}/retirar/", {"next": address}, follow=True))
    assert "Pedido retirado" in page
    assert "pediu para não receber em" not in page
    wish.refresh_from_db()
    assert (wish.ended_by, wish.ended_at is not None) == ("atendente", True)
    again = words(client.post(f"/pedidos-de-nao-receber/{wish.pk}/retirar/", {"next": address}, follow=True))
    assert "já tinha sido retirado" in again


@pytest.mark.parametrize("path", ["", "pesquisar/", "1/lida/"])
def test_nobody_reads_without_a_login(path: str) -> None:
    response = Client().get(f"{ADDRESS}{path}") if not path else Client().post(f"{ADDRESS}{path}")
    assert response.status_code == 302
    assert response.url.startswith("/entrar/")
