"""*Tela principal*: what needs a person, today's figures with their lists, how long the queue takes, the phones."""

from datetime import timedelta

import pytest

from recado.outbox.claims import finish
from recado.outbox.forecast import QueueForecast
from recado.phones.models import Condition, Phone
from recado.web.phone_state import badge, describe
from recado.web.views.home import queue_words
from tests.support.outbox import NOW, PERMANENT, UNKNOWN, claim, make_phone, queue_message, send_all

pytestmark = pytest.mark.usefixtures("at_a_known_time")


def show(browser, url="/"):
    answer = browser.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def ready_phone(name="Aparelho 1"):
    return make_phone(name, condition=Condition.READY)


def test_nothing_pending_is_said(browser):
    ready_phone()
    assert "Nada pendente." in show(browser)


def test_what_needs_a_person_is_counted_and_leads_on(browser):
    phone = ready_phone()
    for outcome in (PERMANENT, PERMANENT, UNKNOWN):
        queue_message()
        finish(claim(phone), outcome, NOW)
    page = show(browser)
    assert "2 mensagens com erro" in page
    assert "1 mensagem talvez enviada" in page
    assert 'href="/mensagens-com-erro/"' in page
    assert "Nada pendente." not in page
    assert "<title>(3) Tela principal – Recado</title>" in page


def test_every_number_of_today_leads_to_its_list(browser):
    phone = ready_phone()
    queue_message()
    send_all(phone)
    queue_message()
    finish(claim(phone), PERMANENT, NOW)
    queue_message(at=NOW - timedelta(days=2))
    page = show(browser)
    today, since = "inicio=22%2F11%2F2026", "inicio=20%2F11%2F2026"
    until = "fim=22%2F11%2F2026"
    assert f'id="ver-enviadas" href="/mensagens/?{today}&amp;{until}&amp;situacao=enviadas">' in page
    assert f'id="ver-fila" href="/mensagens/?{since}&amp;{until}&amp;estado=queued">' in page
    assert f'id="ver-falhas" href="/mensagens/?{today}&amp;{until}&amp;estado=failed">' in page
    assert page.count('<span class="rc-big num">1</span>') == 3
    assert "com erro</a> – 50%" in page
    for link in ("ver-enviadas", "ver-fila", "ver-falhas"):
        url = page.split(f'id="{link}" href="')[1].split('"')[0].replace("&amp;", "&")
        assert "1 mensagem " in show(browser, url)


@pytest.mark.parametrize(
    ("messages", "wait", "words"),
    [
        (0, timedelta(0), "Nenhuma mensagem na fila."),
        (1, timedelta(seconds=7), "1 mensagem na fila, cerca de 7 s. Término às 8h14."),
        (120, timedelta(minutes=14), "120 mensagens na fila, cerca de 14 minutos. Término às 8h28."),
        (
            9000,
            timedelta(hours=17, minutes=30),
            "9.000 mensagens na fila, cerca de 17h30. Término em 23/11/2026 à 1h44.",
        ),
        (3, None, "3 mensagens na fila. Nenhum aparelho pronto: a fila espera; nada se perde."),
    ],
)
def test_the_queue_is_told_with_its_end(messages, wait, words):
    queue = QueueForecast(messages, messages, wait, None, at_work=wait is not None)
    assert queue_words(queue, NOW) == words


@pytest.mark.parametrize(
    ("messages", "held", "words"),
    [
        (3, 3, "3 mensagens na fila, cerca de 1h00. Término às 9h14. Esperam o horário do seu tipo: às 9h14."),
        (1, 1, "1 mensagem na fila, cerca de 1h00. Término às 9h14. Espera o horário do seu tipo: às 9h14."),
        (
            3,
            1,
            "3 mensagens na fila, cerca de 1h00. Término às 9h14. Dessas, 1 espera o horário do seu tipo: às 9h14.",
        ),
    ],
)
def test_what_waits_for_its_hours_is_told(messages: int, held: int, words: str) -> None:
    wait = timedelta(hours=1, seconds=7 * held)
    queue = QueueForecast(messages, messages, wait, None, held, NOW + timedelta(hours=1))
    assert queue_words(queue, NOW) == words


def test_pauses_and_what_cannot_be_foreseen_are_said(db: None) -> None:
    paused = QueueForecast(500, 500, timedelta(hours=26), None, rests=True)
    assert "cerca de 26h00, contando as pausas de cota e de horário dos aparelhos." in queue_words(paused, NOW)
    far = QueueForecast(500, 500, None, None, rests=True)
    assert "Não dá para prever o término" in queue_words(far, NOW)
    stuck = QueueForecast(9, 6, timedelta(seconds=42), None, stuck=3, stuck_types=(6,), stuck_ddds=("81",))
    assert queue_words(stuck, NOW) == (
        "9 mensagens na fila, cerca de 42 s. Término às 8h14. Não dá para prever quando saem 3 mensagens:"
        " nenhum aparelho pronto envia “Envio avulso”; o aparelho preferido do DDD 81 está parado, e nenhum outro"
        " assume a fila dele."
    )
    nothing = QueueForecast(1, 0, timedelta(0), None, stuck=1, stuck_ddds=("81",))
    assert queue_words(nothing, NOW).startswith("1 mensagem na fila. Não dá para prever quando sai 1 mensagem: ")


def test_rows_of_batches_and_what_is_paused_are_told() -> None:
    queue = QueueForecast(130, 130, timedelta(minutes=15), None, listed=40, behind=100, paused=3000)
    assert queue_words(queue, NOW) == (
        "130 mensagens na fila, cerca de 15 minutos. Término às 8h29. Dessas, 100 ainda esperam no seu lote: a fila as"
        " recebe aos poucos, e as mensagens dos RAs passam à frente."
        " Pausado, fora dessa conta: 3.000 mensagens de lotes."
    )
    assert queue_words(QueueForecast(0, 0, timedelta(0), None, paused=1), NOW) == (
        "Nenhuma mensagem na fila. Pausado, fora dessa conta: 1 mensagem de lotes."
    )


def test_a_search_goes_by_post_so_that_no_number_stands_in_an_address(browser):
    page = show(browser)
    assert '<form class="rc-search" method="post" action="/cliente/procurar/"' in page
    answer = browser.post("/cliente/procurar/", {"term": "(81) 90000-0012"})
    assert answer.status_code == 302
    assert "0012" not in answer.headers["Location"]


def test_the_live_parts_ask_for_themselves_again(browser):
    page = show(browser)
    assert 'hx-get="/vivo/inicio/" hx-trigger="every 5s"' in page
    part = show(browser, "/vivo/inicio/")
    assert '<div id="agora" data-live' in part
    assert '<div id="figuras" hx-swap-oob="true">' in part
    assert "<html" not in part


def test_the_main_screen_costs_few_queries(browser, django_assert_max_num_queries):
    ready_phone()
    for _ in range(5):
        queue_message()
    with django_assert_max_num_queries(19):
        show(browser)


def phone(**fields):
    held = {"holder": "test/1/1", "held_until": NOW + timedelta(seconds=30)}
    return Phone(name="Aparelho 1", **(held | fields))


def test_a_ready_phone_says_its_readings():
    state = describe(phone(condition=Condition.READY, operator="Operadora Exemplo", signal_percent=72), NOW)
    assert (state.label, state.sentence, state.ready) == ("Pronto", "Operadora Exemplo, sinal 72%", True)
    assert describe(phone(condition=Condition.READY), NOW, sending=True).label == "Enviando"


def test_a_phone_that_nobody_holds_is_without_news_whatever_it_last_said():
    seen = NOW - timedelta(minutes=3)
    for abandoned in ({"holder": ""}, {"held_until": NOW - timedelta(seconds=1)}, {"held_until": None}):
        state = describe(phone(condition=Condition.READY, last_seen_at=seen, **abandoned), NOW)
        assert state.label == "Sem notícias"
        assert state.sentence == "O serviço de envio não está cuidando deste aparelho há 3 minutos."
        assert state.stopped
        assert not state.ready


def test_a_stopped_phone_says_since_when_and_what_to_do():
    state = describe(
        phone(
            condition=Condition.DISCONNECTED,
            condition_since=NOW - timedelta(minutes=3),
            reason="A ligação com o telefone caiu.",
            advice="Confira o cabo.",
        ),
        NOW,
        technician=True,
    )
    assert state.label == "Desconectado há 3 minutos"
    assert state.advice == "A fila espera; nada se perde. Confira o cabo."
    assert state.stopped


def test_a_paused_phone_is_no_fault():
    state = describe(phone(condition=Condition.READY, paused=True), NOW)
    assert (state.label, state.ready, state.stopped) == ("Pausado", False, False)


@pytest.mark.parametrize("condition", Condition.values)
def test_every_condition_has_its_words(condition):
    state = describe(phone(condition=condition), NOW)
    assert state.label
    assert state.sentence
    assert state.stopped is (condition not in {"ready", "initialising", "unknown"})


def test_before_all_the_badge_says_that_nothing_sends():
    left = {"holder": "", "condition": Condition.READY}
    for since, words in (
        (NOW - timedelta(minutes=4), "Envio parado desde as 8h10: avise a TI"),
        (NOW - timedelta(days=1), "Envio parado desde 21/11/2026 às 8h14: avise a TI"),
    ):
        shown = badge([describe(phone(held_until=since, **left), NOW)], NOW)
        assert (shown.words, shown.style) == (words, "rc-danger")
    just_now = badge([describe(phone(held_until=NOW - timedelta(minutes=2), **left), NOW)], NOW)
    assert just_now.words == "Aparelho 1: sem notícias"


def test_the_badge_says_one_phone_by_name_and_several_by_count():
    ready = describe(phone(condition=Condition.READY), NOW)
    down = describe(phone(condition=Condition.NO_SIGNAL), NOW)
    assert badge([], NOW).words == "Nenhum aparelho cadastrado"
    assert badge([ready], NOW).words == "Aparelho 1: pronto"
    assert badge([down], NOW).words == "Aparelho 1: sem sinal"
    assert badge([ready, down], NOW) == badge([down, ready], NOW)
    assert badge([ready, down], NOW).words == "Aparelho 1: sem sinal"
    assert badge([ready, down, down], NOW).words == "2 aparelhos parados"
    assert badge([ready, down, down], NOW).style == "rc-danger"
    paused = describe(phone(condition=Condition.READY, paused=True), NOW)
    assert badge([ready, paused], NOW).words == "1 de 2 aparelhos prontos"


def test_a_stopped_phone_stands_first_of_all(browser):
    make_phone(condition=Condition.SIM_PUK, condition_since=NOW - timedelta(minutes=1), advice="Desbloqueie o chip.")
    page = show(browser)
    assert "Aparelho 1: Chip bloqueado há 1 minuto" in page
    assert "Desbloqueie o chip." in page
    assert "Nenhuma mensagem na fila." in page
