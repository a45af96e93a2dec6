"""*Fila e aparelhos*: what each card says, pause and resume, the alarms in force."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recado.alarms.models import Alarm, Kind
from recado.outbox import claims
from recado.outbox.models import Message, Status
from recado.people.membership import give_role
from recado.people.models import AuditEntry, Deed
from recado.people.roles import ATTENDANT
from recado.phones.models import Condition, Phone, PhoneChange
from tests.support.outbox import ACCEPTED, MOBILE, NOW, claim, make_phone, minutes, queue_message, send_all
from tests.web.attendance import markup

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_a_known_time")]


def show(browser: Client, path: str = "/aparelhos/") -> str:
    response = browser.get(path)
    assert response.status_code == 200
    return markup(response)


def ready_phone(name: str = "Aparelho 1", **fields: object) -> Phone:
    return make_phone(name, condition=Condition.READY, **fields)


def fact(page: str, label: str) -> str:
    return page.partition(f"<dt>{label}</dt>")[2].partition("</dd>")[0].rpartition(">")[2]


def test_the_page_says_how_long_the_queue_takes(browser: Client):
    ready_phone(pace_seconds=7)
    for number in range(12):
        queue_message(number=f"+55819000000{number:02d}")
    page = show(browser)
    assert "12 mensagens na fila, cerca de 1 minuto." in page
    listed = re.search(r'<a id="ver-a-fila" href="([^"]+)"', page)
    assert listed is not None
    assert "12 mensagens em 22/11/2026" in show(browser, unescape(listed[1]))


def test_a_card_tells_every_figure_in_words(browser: Client):
    ready_phone(
        last_seen_at=NOW - timedelta(seconds=12),
        last_sent_at=NOW - minutes(3),
        iccid="89559900000000000019",
        operator="OPERADORA",
        signal_percent=68,
        battery_percent=87,
        consecutive_failures=2,
    )
    page = show(browser)
    assert "Pronto" in page
    assert fact(page, "Última resposta") == "há 12 s"
    assert fact(page, "Chip e operadora") == "chip final 0019, OPERADORA"
    assert fact(page, "Sinal") == "68%"
    assert fact(page, "Bateria") == "87%"
    assert fact(page, "Último envio") == "às 8h11"
    assert fact(page, "Falhas seguidas") == "2"
    assert fact(page, "Hoje") == "0 SMS enviados"


def test_of_a_phone_that_is_down_signal_and_battery_are_said_to_be_old(browser: Client):
    make_phone(condition=Condition.SIM_MISSING, signal_percent=68, battery_percent=87)
    page = show(browser)
    assert fact(page, "Sinal") == "68% na última leitura"
    assert fact(page, "Bateria") == "87% na última leitura"


@pytest.mark.parametrize("path", ["/aparelhos/", "/"])
def test_a_screen_reader_hears_that_a_phone_is_down_and_not_how_the_time_passes(browser: Client, path: str):
    make_phone(condition=Condition.DISCONNECTED, condition_since=NOW - timedelta(seconds=10))
    page = show(browser, path)
    assert "Aparelho 1: desconectado há 10 s" in page
    assert 'data-announce="Aparelho 1: desconectado.' in page


def test_the_live_part_brings_the_header_s_badge_and_the_page_does_not_bring_it_twice(browser: Client):
    ready_phone()
    assert show(browser).count('id="aparelhos-agora"') == 1
    live = show(browser, "/aparelhos/vivo/")
    assert live.count('<span id="aparelhos-agora" hx-swap-oob="true"') == 1
    assert "Aparelho 1: pronto" in live


def test_a_card_names_what_is_being_sent_without_the_customers_number(browser: Client):
    phone = ready_phone()
    message = queue_message()
    claim(phone)
    page = show(browser)
    assert f'href="/mensagens/{message.pk}/">mensagem {message.pk}</a>' in page
    assert "Enviando" in page
    assert MOBILE not in page


def test_a_quota_that_is_used_up_says_when_the_phone_is_back(browser: Client):
    hour = NOW.replace(minute=0, second=0)
    ready_phone(quota_hour=50, used_in_hour=50, used_hour_at=hour, used_day_on=NOW.date(), used_in_day=120)
    page = show(browser)
    assert "Cota da hora usada; volta às 9h." in page
    assert fact(page, "Nesta hora") == "50 de 50 SMS"
    assert fact(page, "Hoje") == "120 SMS enviados"


def test_a_card_tells_the_rules_that_are_set_and_no_others(browser: Client):
    ready_phone("Com", type_ids=[6], ddds=["82", "81"], urgent_share=20, takes_over=False)
    page = show(browser)
    assert fact(page, "Só envia") == "Envio avulso"
    assert fact(page, "DDDs preferidos") == "81, 82"
    assert fact(page, "Guardado para urgentes") == "20% do ritmo"
    Phone.objects.all().delete()
    ready_phone("Sem")
    assert "DDDs preferidos" not in show(browser)


def test_pausing_keeps_who_did_it_and_the_card_says_so(browser: Client):
    phone = ready_phone()
    response = browser.post(f"/aparelhos/{phone.pk}/pausar/", follow=True)
    page = markup(response)
    assert "Aparelho 1 pausado. O envio em andamento termina; a fila espera." in page
    assert "Pausou o aparelho: ana, às 8h14." in page
    assert f'action="/aparelhos/{phone.pk}/retomar/"' in page
    assert Phone.objects.get().paused
    assert PhoneChange.objects.get().actor == "ana"


def test_pressing_twice_says_that_it_is_so_already(browser: Client):
    phone = ready_phone(paused=True)
    page = unescape(browser.post(f"/aparelhos/{phone.pk}/pausar/", follow=True).content.decode())
    assert "Aparelho 1 já estava pausado." in page
    assert not PhoneChange.objects.exists()


def test_resuming_sends_again(browser: Client):
    phone = ready_phone(paused=True)
    page = unescape(browser.post(f"/aparelhos/{phone.pk}/retomar/", follow=True).content.decode())
    assert "Aparelho 1 de volta ao envio." in page
    assert not Phone.objects.get().paused


@pytest.mark.parametrize("path", ["/aparelhos/{}/pausar/", "/aparelhos/{}/retomar/"])
def test_a_link_alone_changes_nothing_and_a_phone_that_is_gone_is_not_found(browser: Client, path: str):
    phone = ready_phone()
    assert browser.get(path.format(phone.pk)).status_code == 405
    assert browser.post(path.format(phone.pk + 1)).status_code == 404


def test_an_attendant_sees_the_phones_and_no_buttons():
    attendant, browser = User.objects.create_user("bia"), Client()
    give_role(attendant, ATTENDANT)
    browser.force_login(attendant, backend="django.contrib.auth.backends.ModelBackend")
    ready_phone()
    page = show(browser)
    assert "Aparelho 1" in page
    assert "Pausar</" not in page
    assert "todo o envio" not in page


def test_all_phones_are_paused_at_once_and_each_keeps_who_did_it(browser: Client):
    ready_phone("Um")
    ready_phone("Dois")
    ready_phone("Três", paused=True)
    ready_phone("Fora", enabled=False)
    page = unescape(browser.post("/aparelhos/pausar/", follow=True).content.decode())
    assert "Envio pausado: 2 aparelhos pausados. O que está saindo termina; a fila espera." in page
    assert "Pausar todo o envio" not in page
    assert "Retomar todo o envio" in page
    assert list(Phone.objects.filter(paused=True).values_list("name", flat=True)) == ["Dois", "Três", "Um"]
    assert sorted(PhoneChange.objects.values_list("phone_name", "actor")) == [("Dois", "ana"), ("Um", "ana")]
    noted = AuditEntry.objects.filter(deed=Deed.PHONE_PAUSED)
    assert sorted(noted.values_list("subject", flat=True)) == ["Dois", "Um"]


def test_all_phones_are_resumed_at_once_and_a_second_click_is_told(browser: Client):
    ready_phone("Um", paused=True)
    ready_phone("Dois", paused=True)
    page = unescape(browser.post("/aparelhos/retomar/", follow=True).content.decode())
    assert "Envio retomado: 2 aparelhos de volta." in page
    assert not Phone.objects.filter(paused=True).exists()
    page = unescape(browser.post("/aparelhos/retomar/", follow=True).content.decode())
    assert "O envio já estava em andamento em todos os aparelhos." in page
    assert PhoneChange.objects.count() == 2


@pytest.mark.parametrize("path", ["/aparelhos/pausar/", "/aparelhos/retomar/"])
def test_a_link_alone_pauses_and_resumes_nothing(browser: Client, path: str):
    assert browser.get(path).status_code == 405


def test_the_queue_is_told_by_priority_with_its_rate_now(browser: Client):
    phone = ready_phone(pace_seconds=7)
    for number in range(4):
        queue_message(number=f"+55819000000{number:02d}", at=NOW - minutes(10))
        send_all(phone, NOW - timedelta(minutes=number))
    queue_message()
    page = show(browser)
    assert fact(page, "Urgente") == "0 mensagens"
    assert fact(page, "Normal") == "1 mensagem"
    assert fact(page, "Em lote") == "0 mensagens"
    assert fact(page, "Ritmo agora") == "0,8 por minuto (4 enviadas nos últimos 5 minutos)"


def test_a_card_tells_the_real_pace_where_the_last_tries_tell_it(browser: Client):
    phone = ready_phone(pace_seconds=7)
    assert fact(show(browser), "Ritmo") == "um SMS a cada 7 s, o ajustado"
    assert fact(show(browser), "Ritmo agora") == "nenhuma enviada nos últimos 5 minutos"
    for number in range(5):
        queue_message(number=f"+55819000000{number:02d}", at=NOW - minutes(10))
        claims.finish(claim(phone, NOW - minutes(9)), ACCEPTED, NOW - minutes(9) + timedelta(seconds=9.5))
    assert fact(show(browser), "Ritmo") == "um SMS a cada 9,5 s, medido nos últimos envios"


def test_a_card_keeps_the_last_error_when_all_is_well_again(browser: Client):
    ready_phone(last_error="O celular do cliente está desligado.", last_error_at=NOW - minutes(3))
    assert fact(show(browser), "Último erro") == "às 8h11: O celular do cliente está desligado."
    Phone.objects.update(last_error_at=None)
    assert fact(show(browser), "Último erro") == "nenhum"


def test_alarms_in_force_stand_on_top(browser: Client):
    ready_phone()
    facts = {"sentence": "O aparelho não envia.", "advice": "Veja o cabo.", "since": NOW - minutes(12), "began_at": NOW}
    Alarm.objects.create(kind=Kind.PHONE_DOWN, subject="Aparelho 9", **facts)
    Alarm.objects.create(kind=Kind.ERRORS, ended_at=NOW, **facts)
    page = show(browser)
    assert "Aparelho “Aparelho 9” parado" in page
    assert "Desde 22/11/2026 08:02:04." in page
    assert "Veja o cabo." in page
    assert "Muitas mensagens com erro" not in page
    assert page.index("Aparelho 9") < page.index("Nenhuma mensagem na fila.")


def test_the_live_part_is_the_page_s_own_and_asks_for_a_login(browser: Client, anonymous: Client):
    ready_phone()
    assert 'hx-get="/aparelhos/vivo/" hx-trigger="every 5s"' in show(browser)
    live = show(browser, "/aparelhos/vivo/")
    assert live.startswith('<div id="fila-e-aparelhos"')
    assert anonymous.get("/aparelhos/vivo/").status_code == 401


def test_many_phones_cost_no_query_each_but_their_last_change(browser: Client, django_assert_max_num_queries: object):
    for number in range(8):
        ready_phone(f"Aparelho {number}")
    Message.objects.filter(status=Status.QUEUED).delete()
    with django_assert_max_num_queries(26):
        show(browser, "/aparelhos/vivo/")
