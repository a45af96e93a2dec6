"""*O cliente recebeu?*: what an attendant tells a customer who calls, from whatever number the customer has at hand."""

import re
from datetime import timedelta
from html import unescape

import pytest

from recado.inbox.models import Reply
from recado.outbox import transitions
from recado.outbox.models import HANDED_OVER, Message, MessageType, Segment, Status
from recado.service_requests import story
from recado.service_requests.models import ClosingReason, ServiceRequest
from recado.service_requests.operations import NewRequester, close_service_request, reiterate
from recado.web.telling import _SENTENCES
from tests.support.outbox import NOW
from tests.web.attendance import MOBILE, OTHER_MOBILE, go_wrong, open_ra, words

pytestmark = pytest.mark.usefixtures("at_a_known_time")


def ask(browser, term):
    answer = browser.post("/cliente/procurar/", {"term": term}, follow=True)
    assert answer.status_code == 200
    return answer


def test_the_main_screen_leads_there(browser):
    assert 'action="/cliente/procurar/"' in browser.get("/").content.decode()


@pytest.mark.parametrize("by", ["mobile", "protocol", "ra"])
def test_a_customer_is_found_by_what_they_have_at_hand(browser, by):
    opened = open_ra()
    term = {"mobile": "81 9.1234-5678", "protocol": opened.requester.protocol, "ra": str(opened.service_request.pk)}[by]
    answer = ask(browser, term)
    page = words(answer)
    assert f"RA {opened.service_request.pk} inserido: " in page
    assert f"Protocolo {opened.requester.protocol}." in page
    assert "para (81) 91234-5678 está na fila e ainda não saiu." in page
    address = answer.redirect_chain[-1][0]
    assert re.fullmatch(r"/cliente/\?chave=[\w-]+", address)


def test_everything_is_told_in_the_order_in_which_it_happened(browser):
    opened = open_ra(now=NOW - timedelta(hours=3))
    ra = opened.service_request.pk
    reiterate(ra, requester=NewRequester("Carlos Lima", OTHER_MOBILE), now=NOW - timedelta(hours=2))
    Reply.objects.create(number=MOBILE, text="Obrigada!", received_at=NOW - timedelta(hours=1))
    close_service_request(ra, reason=ClosingReason.objects.get(pk=2), closed_at=NOW, now=NOW)
    page = words(ask(browser, str(ra)))
    told = ["inserido:", "SMS “", "reiterado.", "Resposta de (81) 91234-5678: “Obrigada!”", "encerrado:"]
    places = [page.index(part, page.index("O que aconteceu")) for part in told]
    assert places == sorted(places)


def test_one_mobile_lists_all_its_ra_and_not_what_others_were_told(browser):
    first, second = open_ra(), open_ra()
    reiterate(first.service_request.pk, requester=NewRequester("Carlos Lima", OTHER_MOBILE))
    page = words(ask(browser, MOBILE))
    assert "2 RAs" in page
    for opened in (first, second):
        assert f"RA {opened.service_request.pk} " in page
    assert "para (11) 98765-4321" not in page


def test_a_failure_says_why_and_a_delivery_when(browser):
    failed = go_wrong(open_ra().message)
    page = words(ask(browser, failed.protocol))
    assert "O último SMS não saiu: número inexistente." in page
    delivered = open_ra(mobile=OTHER_MOBILE).message
    for before, after in (("queued", "sending"), ("sending", "sent"), ("sent", "delivered")):
        transitions.change(delivered.pk, Status(before), Status(after), at=NOW)
    Segment.objects.create(message=delivered, index=1, total=1, text="x", delivered_at=NOW)
    page = words(ask(browser, OTHER_MOBILE))
    assert "O último SMS foi entregue: o celular confirmou em 22/11/2026 08:14:04." in page


def test_every_status_has_its_sentence():
    assert set(_SENTENCES) == {*Status, HANDED_OVER}


def test_the_summary_is_plain_text_to_be_copied(browser):
    opened = open_ra()
    page = ask(browser, MOBILE).content.decode()
    summary = re.search(r'data-copy="([^"]+)"', page)[1]
    assert summary.startswith("Celular (81) 91234-5678\nRA ")
    assert f"22/11/2026 08:14:04 – RA {opened.service_request.pk} inserido" in summary
    assert "<" not in summary


def test_an_ra_without_a_mobile_says_that_no_sms_went_out(browser):
    opened = open_ra(mobile="")
    page = words(ask(browser, opened.requester.protocol))
    assert "Nenhum SMS saiu: não há celular informado." in page
    assert "Sem celular: nenhum SMS." in page


@pytest.mark.parametrize("term", ["", "olá", "9" * 61])
def test_what_cannot_be_looked_for_is_refused_in_words(browser, term):
    page = ask(browser, term).content.decode()
    assert "Há 1 campo para corrigir" in page


@pytest.mark.parametrize("term", ["8" * 60, "81999999999", "20261999999999", "1\u0000"])
def test_an_unknown_number_is_told_with_what_to_do(browser, term):
    answer = browser.post("/cliente/procurar/", {"term": term}, follow=True)
    assert answer.status_code == 200
    assert "Nada se sabe deste número." in words(answer) or "Há 1 campo" in words(answer)


def test_a_search_that_is_kept_no_longer_is_told(browser):
    assert "Esta pesquisa não está mais guardada." in words(browser.get("/cliente/?chave=nada"))


def test_a_message_by_hand_is_found_by_its_mobile_without_any_ra(browser):
    message = open_ra().message
    Message.objects.filter(pk=message.pk).update(ra_number=None, protocol="")
    ServiceRequest.objects.all().delete()
    assert "está na fila" in words(ask(browser, MOBILE))


def test_what_a_long_story_leaves_out_is_told_with_a_way_to_it(browser, monkeypatch):
    monkeypatch.setattr(story, "MOST_REQUESTS", 1)
    monkeypatch.setattr(story, "MOST_MESSAGES", 2)
    for hours in (3, 2, 1):
        open_ra(now=NOW - timedelta(hours=hours))
    answer = ask(browser, MOBILE)
    page = words(answer)
    assert "Aqui estão os 1 RA mais novos de 3." in page
    assert "Aqui estão os 2 SMS mais novos de 3." in page
    links = {
        text: unescape(url)
        for url, text in re.findall(r'<a href="([^"]+)">(Ver todos os \w+)<', answer.content.decode())
    }
    assert not any("81912345678" in url or "91234" in url for url in links.values())
    assert "3 mensagens de 22/11/2026" in words(browser.get(links["Ver todos os SMS"])) or "3 mensagens em" in words(
        browser.get(links["Ver todos os SMS"])
    )
    assert "3 RAs" in words(browser.get(links["Ver todos os RAs"]))


def test_a_long_story_of_one_ra_leads_to_all_its_messages(browser, monkeypatch):
    monkeypatch.setattr(story, "MOST_MESSAGES", 1)
    ra = open_ra().service_request.pk
    reiterate(ra, requester=NewRequester("Carlos Lima", OTHER_MOBILE), now=NOW)
    answer = ask(browser, str(ra))
    assert "Aqui estão os 1 SMS mais novos de 2." in words(answer)
    assert f"ra={ra}" in answer.content.decode()


def test_a_short_story_says_nothing_of_a_rest(browser):
    open_ra()
    assert "mais novos de" not in words(ask(browser, MOBILE))


def test_an_ra_with_a_mobile_is_never_told_to_have_none(browser):
    MessageType.objects.update(active=False)
    opened = open_ra()
    told = "Nenhum SMS: o tipo estava desativado, ou o prazo de guarda passou."
    assert told in words(ask(browser, opened.requester.protocol))
    assert told in words(ask(browser, MOBILE))
    assert told in words(browser.get(f"/ra/{opened.service_request.pk}/"))
