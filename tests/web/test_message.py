"""One message: status in words, what to do, text in parts, tries and history; and how the page keeps up to date."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from recado.inbox.receiving import receive
from recado.outbox import decisions
from recado.outbox.claims import finish
from recado.outbox.models import HANDED_OVER, Message, Status
from recado.outbox.receipts import record_report
from recado.people.roles import ATTENDANT, SUPERVISOR
from recado.web.words import CAUSE_WORDS, STATUS_WORDS
from tests.support.outbox import (
    ACCEPTED,
    MOBILE,
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
from tests.support.pdus import CONGESTION, NOT_REACHED, deliver_pdus, report_pdu
from tests.web.attendance import go_wrong, logged_in, open_ra, words

pytestmark = pytest.mark.usefixtures("at_a_known_time")


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
    assert "<strong>Número inexistente.</strong></a> A operadora não reconhece o número.</p>" in page
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
    assert f'<a href="/ra/{opened.service_request.pk}/?next=%2Fmensagens%2F{opened.message.pk}%2F">' in page
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
    assert f'hx-get="/mensagens/{message.pk}/vivo/?era=queued.1.0..0"' in show(browser, message)
    send_all(phone)
    live = f"/mensagens/{message.pk}/vivo/"
    # The word of the customer's phone comes soon or not while somebody looks.
    assert live in show(browser, message)
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        assert live not in show(browser, message)
    record_report(phone.pk, report_pdu(MOBILE, 42, NOW), NOW)
    assert live not in show(browser, message)


def test_the_live_part_comes_only_when_something_changed(browser):
    phone = make_phone()
    message = queue_message()
    url = f"/mensagens/{message.pk}/vivo/?era=queued.1.0..0"
    assert browser.get(url).status_code == 204
    send_all(phone)
    answer = browser.get(url)
    part = answer.content.decode()
    assert answer.status_code == 200
    assert "<span>Enviada</span>" in part
    assert 'id="registro" hx-swap-oob="true"' in part
    assert 'id="acoes" hx-swap-oob="true"' in part
    assert 'id="partes" hx-swap-oob="true"' in part
    assert "no-store" in answer.headers["Cache-Control"]


def test_every_status_and_cause_has_its_words():
    assert set(STATUS_WORDS) == {*Status.values, HANDED_OVER}
    assert all(STATUS_WORDS[status].label == Status(status).label for status in Status.values)
    assert all(words.label and words.explanation and words.next_step for words in CAUSE_WORDS.values())


class TestReports:
    """What the customer's phone said, or did not say."""

    def report(self, phone, status=0, reference=42):
        at = NOW + timedelta(seconds=30)
        record_report(phone.pk, report_pdu(MOBILE, reference, NOW, status=status, discharged_at=at), at)

    def test_a_delivered_message_says_when_the_customers_phone_had_it(self, browser):
        phone, message = make_phone(), queue_message()
        send_all(phone)
        self.report(phone)
        page = words(browser.get(f"/mensagens/{message.pk}/"))
        assert "Entregue O celular do cliente confirmou." in page
        assert "Entregue, 22/11/2026 08:14:34" in page

    def test_a_temporary_report_is_told_while_the_message_stays_sent(self, browser):
        phone, message = make_phone(), queue_message()
        send_all(phone)
        self.report(phone, CONGESTION)
        page = words(browser.get(f"/mensagens/{message.pk}/"))
        assert "Enviada, 22/11/2026 08:14:04 . A operadora ainda está tentando entregar." in page

    def test_each_part_has_its_own_word(self, browser):
        phone, message = make_phone(), queue_message(THREE_PARTS)
        claimed = claim(phone)
        for reference in (42, 43, 44):
            if finish(claimed, replace(ACCEPTED, reference=reference), NOW):
                claimed = following(claimed, phone)
        self.report(phone, reference=42)
        self.report(phone, NOT_REACHED, reference=43)
        page = words(browser.get(f"/mensagens/{message.pk}/"))
        assert "Parte 1 de 3 – Entregue, 22/11/2026 08:14:34" in page
        assert "Parte 2 de 3 – Não entregue, 22/11/2026 08:14:34 . O prazo acabou" in page
        assert "Parte 3 de 3 – Enviada, 22/11/2026 08:14:04" in page

    def test_after_a_day_without_a_report_the_page_says_so(self, browser):
        phone, message = make_phone(), queue_message()
        send_all(phone)
        overdue = "A operadora não informou a entrega."
        assert overdue not in show(browser, message)
        Message.objects.update(sent_at=NOW - timedelta(hours=24))
        assert overdue in show(browser, message)

    def test_a_type_that_asks_for_no_report_never_waits_for_one(self, browser):
        phone, message = make_phone(), queue_message(kind=make_type(status_report=False))
        send_all(phone)
        Message.objects.update(sent_at=NOW - timedelta(hours=24))
        page = show(browser, message)
        assert "Este tipo de SMS não pede a confirmação do celular." in page
        assert "não informou" not in page

    def test_what_was_not_delivered_may_be_resent_as_a_new_message(self, browser):
        phone, message = make_phone(), queue_message()
        send_all(phone)
        self.report(phone, NOT_REACHED)
        page = show(browser, message)
        assert f'action="/mensagens/{message.pk}/reenviar/"' in page
        assert f"/mensagens/{message.pk}/corrigir/" in page
        answer = browser.post(f"/mensagens/{message.pk}/reenviar/", follow=True)
        new = Message.objects.get(replaces=message)
        assert answer.redirect_chain[-1][0] == f"/mensagens/{new.pk}/"
        assert "entrou na fila outra vez" in words(answer)
        assert f"Reenvia Mensagem {message.pk} , não entregue" in words(answer)
        old = words(browser.get(f"/mensagens/{message.pk}/"))
        assert "Ver a mensagem nova" in old
        assert "Não entregue" in old
        again = words(browser.post(f"/mensagens/{message.pk}/reenviar/", follow=True))
        assert f"já segue na mensagem {new.pk}" in again
        assert Message.objects.count() == 2

    def test_the_number_of_what_was_not_delivered_may_be_corrected(self, browser):
        phone, message = make_phone(), queue_message()
        send_all(phone)
        self.report(phone, NOT_REACHED)
        address = f"/mensagens/{message.pk}/corrigir/"
        assert "A mensagem atual continua como não entregue" in words(browser.get(address))
        browser.post(address, {"mobile": "(11) 98765-4321"})
        assert Message.objects.get(replaces=message).number == "+5511987654321"
        assert Message.objects.get(pk=message.pk).status == Status.UNDELIVERED


def test_the_replies_of_the_customer_since_the_message_are_shown(browser):
    phone, message = make_phone(), queue_message()
    for text, at in (("Antes", NOW - timedelta(days=1)), ("Ainda sem água <b>", NOW + timedelta(minutes=5))):
        receive(phone.pk, deliver_pdus(MOBILE, text, at)[0], at)
    page = show(browser, message)
    assert "Ainda sem água &lt;b&gt;" in page
    assert "Antes" not in page
    assert MOBILE not in "".join(re.findall(r'(?:href|action)="[^"]*"', page))


def test_one_that_waits_for_the_hours_of_its_type_says_when_it_leaves(browser: Client) -> None:
    local = timezone.localtime()
    opens, closes = (local + timedelta(hours=hours) for hours in (1, -1))
    kind = make_type(hours_from=opens.time().replace(second=0, microsecond=0), hours_until=closes.time())
    page = words(browser.get(f"/mensagens/{queue_message(kind=kind).pk}/"))
    assert "Agora está fora do horário deste tipo: sai" in page
    assert "Agora está fora do horário" not in words(browser.get(f"/mensagens/{queue_message().pk}/"))


@pytest.mark.parametrize("status", [Status.FAILED, Status.UNCERTAIN])
def test_who_may_not_decide_is_told_whom_to_ask(db: None, status: Status) -> None:
    page = f"/mensagens/{go_wrong(queue_message(), status).pk}/"
    told = "Reenviar, confirmar ou descartar: peça ao supervisor."
    assert told in words(logged_in(ATTENDANT).get(page))
    assert told not in words(logged_in(SUPERVISOR).get(page))


def test_a_test_of_a_phone_says_whose_it_is_and_that_no_other_sends_it(browser):
    phone = make_phone()
    message = queue_message()
    assert "SMS de teste" not in words(browser.get(f"/mensagens/{message.pk}/"))
    Message.objects.filter(pk=message.pk).update(only_phone=phone)
    shown = words(browser.get(f"/mensagens/{message.pk}/"))
    assert f"{phone.name} É um SMS de teste deste aparelho: nenhum outro o envia." in shown
