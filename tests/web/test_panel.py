"""*Painel*: the sum always comes out even, and each table holds what is drawn of it."""

import random
import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection

from recado.outbox.claims import finish
from recado.outbox.models import Message, MessageType, RemovedDay, Status
from recado.outbox.removing import remove
from recado.reports.balance import balance
from recado.reports.figures import figures, percentile
from recado.service_requests.models import ClosingReason
from recado.service_requests.operations import NewRequester, close_service_request, reiterate
from recado.service_requests.reconciling import untold
from recado.web.views.panel import Cell, Chart, Kind
from tests.support.outbox import NOW, PERMANENT, make_phone, queue_message, send_all
from tests.support.outbox import claim as next_claim
from tests.web.attendance import OTHER_MOBILE, logged_in, open_ra, words

pytestmark = pytest.mark.usefixtures("at_a_known_time")
DAY = date(2026, 11, 22)


@pytest.fixture
def supervisor(db):
    return logged_in()


@pytest.mark.parametrize("seed", range(4))
def test_what_was_asked_is_always_the_sum_of_what_became_of_it(supervisor, seed):
    chance = random.Random(seed)
    for _ in range(chance.randint(5, 40)):
        at = NOW - timedelta(hours=chance.randint(0, 100))
        message = queue_message(at=at)
        status = chance.choice(list(Status))
        Message.objects.filter(pk=message.pk).update(status=status, sent_at=at if status == "sent" else None)
    found = figures(DAY - timedelta(days=6), DAY)
    total = Message.objects.count()
    assert found.total == sum(found.hours) == sum(day.total() for day in found.days.values()) == total
    assert sum(found.types.values()) == total
    page = words(supervisor.get("/painel/"))
    assert f"{total} SMS pedidos = {total} mensagens: " in page
    assert "Tudo confere." in page
    parts = re.search(rf"= {total} mensagens: ([^.]+)\.", page)[1]
    assert sum(int(part) for part in re.findall(r"\d+", parts)) == total


def test_an_event_without_a_message_spoils_the_sum_and_is_named(supervisor):
    opened = open_ra()
    ra = opened.service_request.pk
    reiterate(ra, requester=NewRequester("Carlos Lima", OTHER_MOBILE))
    close_service_request(ra, reason=ClosingReason.objects.get(pk=2), closed_at=NOW, now=NOW)
    assert untold(DAY, DAY) == []
    Message.objects.filter(idempotency_key=f"ra:{ra}:closed:{OTHER_MOBILE}").delete()
    Message.objects.filter(idempotency_key=f"ra:{ra}:opened").delete()
    page = words(supervisor.get("/painel/"))
    missing = untold(DAY, DAY)
    assert [event.type_id for event in missing] in ([1, 3], [3, 1])
    assert "Diferença de 2." in page
    assert "Ver eventos sem mensagem" in page
    assert "Tudo confere." not in page
    assert opened.requester.protocol in page


def test_an_ra_without_mobile_or_closed_without_success_owes_no_message(supervisor):
    open_ra(mobile="")
    opened = open_ra()
    reason = ClosingReason.objects.exclude(pk=2).first()
    close_service_request(opened.service_request.pk, reason=reason, closed_at=NOW, now=NOW)
    assert untold(DAY, DAY) == []


def test_days_and_hours_are_local(supervisor):
    # 02:30 in UTC is 23:30 of the day before in São Paulo.
    queue_message(at=NOW.replace(hour=2, minute=30))
    found = figures(DAY - timedelta(days=1), DAY)
    assert found.hours[23] == 1
    assert found.days[DAY - timedelta(days=1)].total() == 1
    assert found.days[DAY].total() == 0


def test_failures_are_counted_by_cause_and_sends_by_phone(supervisor):
    phone = make_phone("Aparelho 9")
    queue_message()

    finish(next_claim(phone), PERMANENT, NOW)
    queue_message()
    send_all(phone)
    found = figures(DAY, DAY)
    assert found.causes == {"number_invalid": 1}
    assert found.phones == {"Aparelho 9": 1}
    page = words(supervisor.get("/painel/"))
    assert "Número inexistente" in page
    assert "Aparelho 9" in page


def test_the_wait_is_from_the_event_to_the_send(supervisor):
    phone = make_phone()
    queue_message(at=NOW - timedelta(seconds=90))
    send_all(phone)
    assert figures(DAY, DAY).wait(0.5) == timedelta(seconds=90)
    assert "Metade das enviadas (p50) saiu em até 2 minutos" in words(supervisor.get("/painel/"))


def test_how_long_the_sent_messages_waited_is_drawn_and_told_as_a_table(supervisor):
    phone = make_phone()
    for seconds in (3, 9, 10, 400):
        queue_message(at=NOW - timedelta(seconds=seconds))
        send_all(phone)
    page = supervisor.get("/painel/").content.decode()
    assert 'aria-label="Gráfico: tempo do evento ao envio. Os números estão na tabela a seguir."' in page
    table = page.partition('<caption class="sr-only">Tempo do evento ao envio</caption>')[2].partition("</table>")[0]
    rows = [re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in table.split("<tr>")]
    assert [row for row in rows if row] == [
        ["Menos de 10 s", "2", "50%", "50%"],
        ["10 s a 1 minuto", "1", "25%", "75%"],
        ["1 a 5 minutos", "0", "0%", "75%"],
        ["5 a 30 minutos", "1", "25%", "100%"],
        ["30 minutos a 2h", "0", "0%", "100%"],
        ["2h ou mais", "0", "0%", "100%"],
    ]


@pytest.mark.parametrize(
    ("waits", "half", "most"), [({}, None, None), ({3: 1}, 3, 3), ({1: 50, 2: 45, 60: 5}, 1, 2), ({1: 94, 9: 6}, 1, 9)]
)
def test_percentiles_are_exact_to_the_second(waits, half, most):
    found = [percentile(Counter(waits), share) for share in (0.5, 0.95)]
    assert [wait and wait.total_seconds() for wait in found] == [half, most]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("inicio=&fim=", "Informe a data inicial."),
        ("inicio=22/11/2026&fim=21/11/2026", "A data final deve ser igual ou posterior à data inicial."),
        ("inicio=01/01/2026&fim=21/11/2026", "O período tem no máximo 92 dias."),
        ("inicio=%00&fim=x", "Escreva a data como dd/mm/aaaa."),
    ],
)
def test_a_period_that_cannot_be_is_refused_in_words(supervisor, query, sentence):
    assert sentence in words(supervisor.get(f"/painel/?{query}"))


def test_an_empty_period_is_in_balance_too(supervisor):
    assert "0 SMS pedidos = 0 mensagens. Tudo confere." in words(supervisor.get("/painel/"))


def test_each_drawing_stands_with_the_numbers_it_is_made_of(supervisor):
    phone = make_phone()
    for _ in range(2):
        queue_message()
        send_all(phone)
    queue_message()
    page = supervisor.get("/painel/?inicio=21/11/2026&fim=22/11/2026").content.decode()
    figure = page.partition("<h2>Mensagens por dia</h2>")[2].partition("</section>")[0]
    assert re.findall(r'data-chart="(\w+)" data-drawing role="img" aria-label="([^"]+)"', figure) == [
        ("columns", "Gráfico: mensagens por dia. Os números estão na tabela a seguir.")
    ]
    assert "<details open>" in figure
    assert re.findall(r"rc-key-\d\"></span> ([^<]+)<", figure) == ["Enviadas", "Não enviadas"]
    rows = [re.findall(r"<td([^>]*)>([^<]*)</td>", row) for row in figure.split("<tr>")[2:]]
    assert [[words for _, words in row] for row in rows] == [
        ["21/11/2026", "0", "0", "0"],
        ["22/11/2026", "2", "1", "3"],
    ]
    drawn = [[value for kept, _ in row for value in re.findall(r'data-value="(\d+)"', kept)] for row in rows]
    assert drawn == [["0", "0"], ["2", "1"]]


def test_a_large_number_is_written_with_its_dot_and_drawn_without(supervisor, monkeypatch):
    found = replace(figures(DAY, DAY), hours=[1204] * 24)
    monkeypatch.setattr("recado.web.views.panel.figures", lambda *period: found)
    assert '<td class="rc-num" data-value="1204">1.204</td>' in supervisor.get("/painel/").content.decode()


def test_of_several_columns_drawn_each_has_its_key_and_of_one_none():
    cells = (Cell("a"), Cell("1", 1), Cell("2", 2), Cell("50%"))
    assert Chart("Título", Kind.COLUMNS, ("Dia", "Uma", "Outra", "Parte"), [cells]).legend == ["Uma", "Outra"]
    assert Chart("Título", Kind.RANKS, ("Dia", "Uma"), [cells[:2]]).legend == []


@pytest.mark.parametrize(("rows", "folds"), [(7, 1), (24, 3), (30, 3), (92, 3), (9, 2)])
def test_on_paper_a_long_table_is_folded_into_columns(rows, folds):
    cells = [(Cell("a"), Cell("1", 1))] * rows
    assert Chart("Título", Kind.COLUMNS, ("Dia", "Uma"), cells).folds == folds
    assert Chart("Título", Kind.RANKS, ("Tipo", "Uma"), cells).folds == 1


def test_of_many_ranks_the_first_are_drawn_and_the_table_says_so(supervisor, monkeypatch):
    found = replace(figures(DAY, DAY), phones={f"Aparelho {number}": 40 - number for number in range(13)})
    monkeypatch.setattr("recado.web.views.panel.figures", lambda *period: found)
    page = words(supervisor.get("/painel/"))
    assert "No gráfico, os 12 maiores; na tabela, todos." in page
    assert "Aparelho 12" in page


def test_a_message_gone_by_another_way_than_retention_spoils_the_sum(supervisor):
    for _ in range(3):
        queue_message()
    with connection.cursor() as cursor:
        # What no code of ours does: its history stays.
        cursor.execute("UPDATE outbox_message SET created_at = %s WHERE id = %s", [NOW - timedelta(days=30), last_id()])
    page = words(supervisor.get("/painel/"))
    assert "3 SMS pedidos ≠ 2 mensagens: 2 na fila. Diferença de 1." in page
    assert "Informe à TI." in page


def test_what_retention_removed_is_counted_and_the_sum_stays_even(supervisor):
    kept, gone = queue_message(), queue_message()
    remove([gone.pk])
    assert not Message.objects.filter(pk=gone.pk).exists()
    page = words(supervisor.get("/painel/"))
    assert "2 SMS pedidos = 2 mensagens: 1 na fila, 1 removida pelo prazo de guarda. Tudo confere." in page
    remove([kept.pk])
    found = balance(DAY, DAY)
    assert (found.asked, found.became, found.removed) == (2, {}, 2)
    assert RemovedDay.objects.get().day == DAY


def test_the_sum_is_of_what_was_asked_for_in_the_period_whenever_it_went(supervisor):
    queue_message(at=NOW - timedelta(days=2))
    send_all(make_phone())
    assert balance(DAY, DAY).asked == 0
    assert balance(DAY - timedelta(days=2), DAY - timedelta(days=2)).became == {Status.SENT: 1}


def test_of_a_type_switched_off_nothing_is_missed(supervisor):
    open_ra()
    Message.objects.all().delete()
    assert [event.type_id for event in untold(DAY, DAY)] == [1]
    MessageType.objects.filter(pk=1).update(active=False)
    assert untold(DAY, DAY) == []


def last_id() -> int:
    return Message.objects.order_by("-pk").values_list("pk", flat=True)[0]
