"""A message that a phone took to send by itself is never called sent before the phone says so."""

from __future__ import annotations

import re

import pytest

from recado.gateway.translation import HANDED_OVER
from recado.outbox import handed_over
from recado.outbox.claims import finish
from recado.outbox.models import Attempt, Message
from recado.phones.models import Phone
from tests.support.outbox import NOW, THREE_PARTS, claim, make_phone, queue_message, send_all
from tests.web.attendance import logged_in, open_ra, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_a_known_time")]
LABEL = "Entregue ao aparelho"


@pytest.fixture
def android() -> Phone:
    phone = make_phone("Celular")
    Phone.objects.filter(pk=phone.pk).update(link="map:A4:77:33:00:00:01")
    return Phone.objects.get(pk=phone.pk)


def hand_over(android: Phone, message: Message) -> Message:
    finish(claim(android), HANDED_OVER, NOW)
    message.refresh_from_db()
    return message


def test_its_page_says_so_until_the_phone_says_more(android):
    message = hand_over(android, queue_message())
    browser = logged_in()
    page = words(browser.get(f"/mensagens/{message.pk}/"))
    assert page.count(LABEL) >= 2
    assert "A operadora aceitou" not in page
    assert "Enviando → Entregue ao aparelho" in page
    handed_over.sent(Attempt.objects.get(), NOW)
    page = words(browser.get(f"/mensagens/{message.pk}/"))
    assert "A operadora aceitou" in page
    assert "O aparelho avisou que enviou." in page


def test_its_page_says_how_many_sms_a_long_text_costs(android):
    message = hand_over(android, queue_message(THREE_PARTS))
    page = words(logged_in().get(f"/mensagens/{message.pk}/"))
    assert "divide em cerca de 3 SMS" in page
    assert "400 caracteres, cerca de 3 SMS" in page


def test_lists_of_messages_say_so_and_count_it_as_sent(android):
    hand_over(android, queue_message())
    page = words(logged_in().get("/mensagens/?inicio=22/11/2026&fim=22/11/2026&situacao=enviadas"))
    assert LABEL in page


def test_it_is_counted_and_asked_for_apart_from_what_the_network_took(android):
    taken = hand_over(android, queue_message())
    sent = queue_message()
    send_all(make_phone("Aparelho 2"))
    browser = logged_in()
    period = "inicio=22/11/2026&fim=22/11/2026"
    page = browser.get(f"/mensagens/?{period}").content.decode()
    totals = re.search(r'<ul class="[^"]*rc-totals.*?</ul>', page, re.DOTALL)[0]
    counted = re.findall(r'estado=(\w+)#resultado".*?<span>([^<]+)</span></span> <span class="num">(\d+)<', totals)
    assert counted == [("sent", "Enviada", "1"), ("handed_over", LABEL, "1")]
    for status, only in (("sent", sent), ("handed_over", taken)):
        found = browser.get(f"/mensagens/?{period}&situacao=enviadas&estado={status}").content.decode()
        assert re.findall(r">Mensagem (\d+)</a>", found) == [str(only.pk)], status
    refused = words(browser.get(f"/mensagens/?{period}&situacao=nao-enviadas&estado=handed_over"))
    assert f"“{LABEL}” está entre as Enviadas: escolha Enviadas ou Todas." in refused


def test_the_ra_and_the_customers_page_say_so(android):
    opened = open_ra()
    message = hand_over(android, opened.message)
    browser = logged_in()
    for address in (f"/ra/{opened.service_request.pk}/", "/ra/"):
        assert LABEL in words(browser.get(address)), address
    told = words(browser.post("/cliente/procurar/", {"term": message.number}, follow=True))
    assert LABEL in told
    assert "ainda não avisou que enviou" in told


def test_the_file_of_an_export_says_so(android):
    hand_over(android, queue_message())
    queue_message()
    address = "/mensagens/exportar/csv/?inicio=22/11/2026&fim=22/11/2026&estado=handed_over"
    told = b"".join(logged_in().get(address)).decode("utf-8-sig")
    assert f"Situação em detalhe;{LABEL}\r\n" in told
    rows = told.partition("Celular;")[2].splitlines()[1:]
    assert [LABEL in row for row in rows] == [True]
