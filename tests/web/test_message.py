"""One message: status in words, what to do, text in parts, tries and history; and how the page keeps up to date."""

from datetime import timedelta

import pytest
import time_machine

from recado.outbox import decisions
from recado.outbox.claims import finish
from recado.outbox.models import Message, Status
from recado.web.words import CAUSE_WORDS, STATUS_WORDS
from tests.support.outbox import (
    ACCEPTED,
    NOW,
    PERMANENT,
    THREE_PARTS,
    TRANSIENT,
    UNKNOWN,
    claim,
    following,
    make_phone,
    make_type,
    queue_message,
    send_all,
)
from tests.web.attendance import open_ra


@pytest.fixture(autouse=True)
def at_a_known_time():
    with time_machine.travel(NOW, tick=False):
        yield


def show(browser, message):
    answer = browser.get(f"/mensagens/{message.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_waiting_message_needs_nothing(browser):
    page = show(browser, queue_message())
    assert "<span>Na fila</span></span> Aguarda a vez no aparelho." in page
    assert "Nada a fazer: ela sai sozinha." in page
    assert "Nenhuma tentativa ainda." in page


def test_a_message_to_be_tried_again_says_when(browser):
    phone = make_phone()
    message = queue_message()
    finish(claim(phone), TRANSIENT, NOW)
    page = show(browser, message)
    assert "<strong>Rede ocupada.</strong>" in page
    assert "Tentamos de novo às 8h15." in page


def test_a_failed_message_says_why_and_what_next(browser):
    phone = make_phone()
    message = queue_message()
    finish(claim(phone), PERMANENT, NOW)
    page = show(browser, message)
    assert "<strong>Número inexistente.</strong> A operadora não reconhece o número.</p>" in page
    assert "<strong>O que fazer:</strong> Corrija o número." in page
    assert "<strong>Recusada</strong>" in page
    assert '<code class="rc-wrap">CMS 1</code></details>' in page


def test_an_uncertain_message_leaves_the_decision_to_a_person(browser):
    phone = make_phone()
    message = queue_message()
    finish(claim(phone), UNKNOWN, NOW)
    page = show(browser, message)
    assert "O cliente pode já ter recebido." in page
    assert "Já foi enviada" in page
    assert "<strong>Sem resposta</strong>" in page


def test_a_type_without_reports_does_not_promise_one(browser):
    phone = make_phone()
    queue_message(kind=make_type(status_report=False))
    assert "Este tipo de SMS não pede a confirmação do celular." in show(browser, send_all(phone))
    queue_message(kind=make_type(status_report=True))
    assert "A operadora aceitou; falta a confirmação do celular." in show(browser, send_all(phone))


def test_parts_not_yet_begun_are_shown_as_they_will_go(browser):
    page = show(browser, queue_message("Não haverá água. " * 12))
    assert "Nao havera agua." in page
    assert "Parte 1 de 2" in page
    assert "2 SMS; os caracteres que o SMS não tem saem trocados pelos mais próximos." in page


def test_parts_begun_say_how_each_stands(browser):
    phone = make_phone()
    message = queue_message(THREE_PARTS)
    first = claim(phone)
    finish(first, ACCEPTED, NOW)
    following(first, phone)
    page = show(browser, message)
    assert "Parte 1 de 3 – Enviada" in page
    assert "Parte 2 de 3 – Enviando" in page
    assert "Parte 3 de 3 – A enviar" in page


def test_a_text_that_cannot_be_cut_is_shown_whole(browser):
    message = queue_message()
    Message.objects.filter(pk=message.pk).update(text="x" * 50_000)
    assert "Este texto não pode ser dividido em SMS." in show(browser, message)


def test_tries_and_history_come_newest_first(browser):
    phone = make_phone()
    message = queue_message()
    finish(claim(phone), TRANSIENT, NOW)
    later = NOW + timedelta(minutes=2)
    finish(claim(phone, later), PERMANENT, later)
    page = show(browser, message)
    assert page.index("CMS 1<") < page.index("CMS 42<")
    history = page[page.index('id="historico"') :]
    assert history.index("<strong>Com erro</strong>") < history.index("<strong>Enviando</strong>")


def test_the_customer_text_is_never_markup(browser):
    page = show(browser, queue_message("<script>alert(1)</script> & {PROTOCOLO}"))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; " in page


def test_the_data_lead_to_the_ra_and_the_protocol_can_be_copied(browser):
    opened = open_ra()
    page = show(browser, opened.message)
    assert f'<a href="/ra/{opened.service_request.pk}/">' in page
    assert f'data-copy="{opened.requester.protocol}"' in page
    assert f"<h1>Mensagem do protocolo {opened.requester.protocol}</h1>" in page


def test_a_correction_and_what_it_corrects_lead_to_each_other(browser):
    phone = make_phone()
    old = queue_message()
    finish(claim(phone), PERMANENT, NOW)
    new = decisions.correct_number(old.pk, "+5581900000099", actor="ana", now=NOW)
    assert f'<dt>Corrigida em</dt><dd><a href="/mensagens/{new.pk}/">' in show(browser, old)
    assert f'<dt>Corrige</dt><dd><a href="/mensagens/{old.pk}/">' in show(browser, new)


@pytest.mark.parametrize("number", ["0", "999", "9" * 18, "9" * 19, "9" * 400, "9" * 6000])
def test_a_message_that_is_not_there_is_a_page_not_found(browser, number):
    assert browser.get(f"/mensagens/{number}/").status_code == 404


def test_only_a_moving_message_asks_for_itself_again(browser):
    phone = make_phone()
    message = queue_message()
    assert f'hx-get="/mensagens/{message.pk}/vivo/?era=queued.1.0."' in show(browser, message)
    send_all(phone)
    assert f"/mensagens/{message.pk}/vivo/" not in show(browser, message)


def test_the_live_part_comes_only_when_something_changed(browser):
    phone = make_phone()
    message = queue_message()
    url = f"/mensagens/{message.pk}/vivo/?era=queued.1.0."
    assert browser.get(url).status_code == 204
    send_all(phone)
    answer = browser.get(url)
    part = answer.content.decode()
    assert answer.status_code == 200
    assert "<span>Enviada</span>" in part
    assert 'id="registro" hx-swap-oob="true"' in part
    assert 'id="acoes" hx-swap-oob="true"' in part
    assert "hx-get" not in part
    assert "no-store" in answer.headers["Cache-Control"]


def test_every_status_and_cause_has_its_words():
    assert set(STATUS_WORDS) == set(Status.values)
    assert all(STATUS_WORDS[status].label == Status(status).label for status in Status.values)
    assert all(words.label and words.explanation and words.next_step for words in CAUSE_WORDS.values())
