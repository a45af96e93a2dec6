"""What people do, and whose data they see, is recorded; *Auditoria* shows it by day and filters it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from recado.outbox.models import Status
from recado.people.audit import record
from recado.people.models import AuditEntry, Deed
from recado.web.forms import audit
from tests.support.outbox import make_phone
from tests.web.attendance import MOBILE, OTHER_MOBILE, go_wrong, new_ra_form, open_ra, words

NOW = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)


def told() -> list[str]:
    """Deeds since the login, the first first."""
    entries = AuditEntry.objects.exclude(deed=Deed.LOGGED_IN).order_by("pk")
    return [" ".join(filter(None, (entry.deed, entry.subject, entry.detail))) for entry in entries]


def test_login_logout_and_refusal_are_recorded_with_the_address(user: User) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.post("/entrar/", {"username": "ana", "password": "errada"})
    client.post("/entrar/", {"username": "minha-senha-por-engano", "password": "x"})
    client.post("/entrar/", {"username": "ana", "password": "uma-senha-longa"})
    client.post("/sair/")
    found = list(AuditEntry.objects.order_by("pk").values_list("who", "deed", "address"))
    assert found == [
        ("ana", "refused", "192.0.2.7"),
        ("desconhecido", "refused", "192.0.2.7"),
        ("ana", "login", "192.0.2.7"),
        ("ana", "logout", "192.0.2.7"),
    ]


@pytest.mark.parametrize(("https", "address"), [(True, "198.51.100.4"), (False, "192.0.2.7")])
def test_the_proxys_word_counts_only_where_there_is_one(user: User, settings, https: bool, address: str) -> None:
    settings.RECADO_HTTPS = https
    client = Client(REMOTE_ADDR="192.0.2.7", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.4"})
    client.post("/entrar/", {"username": "ana", "password": "uma-senha-longa"})
    assert AuditEntry.objects.get().address == address


def test_the_life_of_an_ra_is_recorded_once_each(browser: Client) -> None:
    form = new_ra_form()
    page = browser.post("/ra/inserir/", form)
    browser.post("/ra/inserir/", form)
    number = int(page.headers["Location"].split("/")[2])
    browser.get(f"/ra/{number}/")
    browser.post(f"/ra/{number}/reiterar/", {"name": "João", "mobile": ""})
    now = timezone.localtime()
    browser.post(f"/ra/{number}/encerrar/", {"reason": "2", "day": f"{now:%d/%m/%Y}", "hour": f"{now:%H:%M}"})
    deeds = [line.rsplit(", ", 1)[0].split(" protocolo")[0] for line in told()]
    assert deeds == [f"ra_opened {number}", f"ra_viewed {number}", f"ra_reiterated {number}", f"ra_closed {number}"]


def test_decisions_on_messages_are_recorded_and_refused_ones_are_not(browser: Client) -> None:
    message = go_wrong(open_ra().message)
    at = f"/mensagens/{message.pk}"
    browser.get(f"{at}/")
    browser.get(f"{at}/vivo/")
    browser.post(f"{at}/descartar/", {"note": "Cliente avisado."})
    browser.post(f"{at}/confirmar/", {"com_certeza": "sim"})
    browser.post(f"{at}/desfazer/")
    browser.post(f"{at}/reenviar/")
    browser.post(f"{at}/reenviar/")
    pk = message.pk
    assert told() == [f"msg_viewed {pk}", f"msg_discarded {pk}", f"msg_undone {pk}", f"msg_resent {pk}"]


def test_a_corrected_number_is_recorded_for_the_message_and_for_the_ra(browser: Client) -> None:
    opened = open_ra()
    message = go_wrong(opened.message)
    browser.post(f"/mensagens/{message.pk}/corrigir/", {"mobile": OTHER_MOBILE, "update_ra": "on"})
    assert told() == [
        f"msg_corrected {message.pk} segue na mensagem {message.pk + 1}",
        f"ra_mobile {opened.service_request.pk} protocolo {opened.requester.protocol}",
    ]


def test_many_resent_at_once_are_recorded_one_by_one(browser: Client) -> None:
    made = [go_wrong(open_ra().message), go_wrong(open_ra().message)]
    unsure = go_wrong(open_ra().message, Status.UNCERTAIN)
    browser.post("/mensagens-com-erro/reenviar/", {"ids": [made[0].pk, made[1].pk, unsure.pk]})
    assert sorted(told()) == sorted(f"msg_resent {message.pk}" for message in made)


def test_a_search_by_number_is_recorded_without_the_number(browser: Client) -> None:
    browser.post("/ra/pesquisar/", {"term": MOBILE})
    browser.post("/respostas/pesquisar/", {"sender": MOBILE})
    assert told() == ["searched em Consultar RA", "searched em Respostas"]
    assert not any("91234" in f"{entry.subject}{entry.detail}" for entry in AuditEntry.objects.all())


def test_the_screen_tells_it_by_day_in_sentences(browser: Client) -> None:
    record(Deed.MESSAGE_VIEWED, who="ana", address="192.0.2.7", subject=12, now=NOW)
    record(Deed.REQUEST_OPENED, who="bruno.melo", subject=5, detail="protocolo 20261000000012", now=NOW)
    record(Deed.LOGGED_IN, who="bruno.melo", now=NOW - timedelta(days=1))
    page = words(browser.get("/auditoria/?inicio=21/11/2026&fim=22/11/2026"))
    # The login of this test may be of that day too, and then stands before it.
    assert "10:30:00 bruno.melo inseriu o RA 5 , protocolo 20261000000012" in page
    assert "10:30:00 Ana Lima viu a mensagem 12 ana, de 192.0.2.7" in page
    assert "21/11/2026 10:30:00 bruno.melo entrou" in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("inicio=14/08/2026&fim=14/08/2026", 2),
        ("fim=13/08/2026", 1),
        ("fim=14/08/2026&pessoa=bruno.melo", 2),
        ("fim=14/08/2026&acao=login", 1),
        ("fim=14/08/2026&pessoa=ninguem", 0),
        ("fim=14/08/2026&pessoa=BRUNO", 2),
        ("fim=14/08/2026&pessoa=Ana+Lima", 1),
        ("fim=14/08/2026&pessoa=ANÁ+LIMA", 1),
        ("fim=14/08/2026&sobre=12", 1),
        ("fim=14/08/2026&sobre=5", 1),
        ("fim=14/08/2026&sobre=1", 0),
        ("fim=14/08/2026&sobre=20261000000012", 1),
        ("fim=14/08/2026&sobre=protocolo", 1),
        ("fim=14/08/2026&sobre=5&acao=login", 0),
    ],
)
def test_the_filters_hold(browser: Client, query: str, count: int) -> None:
    # Before the login of the test's own browser.
    at = NOW - timedelta(days=100)
    record(Deed.MESSAGE_VIEWED, who="ana", subject=12, now=at)
    record(Deed.REQUEST_OPENED, who="bruno.melo", subject=5, detail="protocolo 20261000000012", now=at)
    record(Deed.LOGGED_IN, who="bruno.melo", now=at - timedelta(days=1))
    page = words(browser.get(f"/auditoria/?{query}"))
    assert {0: "Nenhum registro", 1: "1 registro", 2: "2 registros"}[count] in page


@pytest.mark.parametrize("asked", ["sobre=77", "pessoa=bruno.melo", "acao=msg_viewed", "sobre=77&pessoa=bruno"])
def test_a_filter_looks_at_so_many_entries_at_a_time_and_a_link_goes_on_with_the_older(
    browser: Client, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "MOST_LOOKED_AT", 3)
    at = NOW - timedelta(days=100)
    for days in (0, 1, 1, 2, 3, 5):
        record(Deed.MESSAGE_VIEWED, who="bruno.melo", subject=77, now=at - timedelta(days=days))
    answer = browser.get(f"/auditoria/?fim=14/08/2026&{asked}")
    found = []
    while True:
        page = words(answer)
        found.append(int(re.search(r"(\d+) registros?", page)[1]))
        link = re.search(r'href="(/auditoria/\?[^"]+)">Pesquisar nos anteriores', answer.content.decode())
        if link is None:
            break
        day = at - timedelta(days=(1, 4)[len(found) - 1])
        assert f"A pesquisa olhou os registros mais novos do período, desde {day:%d/%m/%Y}." in page
        answer = browser.get(unescape(link[1]))
    assert found == [3, 3]
    assert "A pesquisa olhou" not in page


def test_a_day_with_more_entries_than_are_looked_at_is_looked_at_whole(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "MOST_LOOKED_AT", 3)
    for hours in range(5):
        record(Deed.MESSAGE_VIEWED, who="bruno.melo", subject=77, now=NOW - timedelta(days=100, hours=hours))
    page = words(browser.get("/auditoria/?fim=14/08/2026&sobre=77"))
    assert "5 registros" in page


def test_what_was_not_found_among_the_newest_is_said_to_be_looked_for_in_the_older(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "MOST_LOOKED_AT", 3)
    for days in range(5):
        record(Deed.MESSAGE_VIEWED, who="bruno.melo", subject=77, now=NOW - timedelta(days=100 + days))
    page = words(browser.get("/auditoria/?fim=14/08/2026&sobre=88"))
    assert "Nenhum registro com estes filtros. Pesquise nos anteriores ou retire um filtro." in page


@pytest.mark.parametrize("asked", ["", "inicio=01/01/2026"])
def test_without_a_filter_nothing_is_left_out(browser: Client, asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MOST_LOOKED_AT", 3)
    for days in range(200, 205):
        record(Deed.MESSAGE_VIEWED, who="bruno.melo", subject=77, now=timezone.now() - timedelta(days=days))
    page = words(browser.get(f"/auditoria/?{asked}"))
    assert page.count("viu a mensagem 77") == 5
    assert "A pesquisa olhou" not in page


def test_who_saw_an_ra_is_found_by_its_number_also_in_a_list(browser: Client) -> None:
    numbers = [open_ra().service_request.pk for _ in range(2)]
    browser.get("/ra/")
    browser.get(f"/ra/{numbers[0]}/")
    browser.get(f"/ra/{numbers[1]}/")
    for number in numbers:
        page = words(browser.get(f"/auditoria/?sobre={number}"))
        assert "2 registros" in page
        assert f"viu o RA {number}" in page
        assert f"viu a lista Consultar RA, RA {numbers[1]}, {numbers[0]}" in page


@pytest.mark.parametrize("query", ["inicio=31/02/2026", "acao=nada", "inicio=22/11/2026&fim=21/11/2026", "pessoa=a\0b"])
def test_what_cannot_be_asked_is_refused(browser: Client, query: str) -> None:
    answer = browser.get(f"/auditoria/?{query}")
    assert answer.status_code == 200
    assert "para corrigir" in words(answer)


def test_what_is_taken_away_is_recorded_with_its_size_and_period(browser: Client) -> None:
    open_ra()
    today = f"{timezone.localdate():%d/%m/%Y}"
    browser.get(f"/mensagens/exportar/csv/?inicio={today}&fim={today}")
    assert told() == [f"exported 1 mensagem em CSV de {today} a {today}"]


def test_a_customers_story_is_recorded_by_its_ras(browser: Client) -> None:
    number = open_ra().service_request.pk
    page = browser.post("/cliente/procurar/", {"term": MOBILE})
    browser.get(page.headers["Location"])
    assert told() == ["searched em O cliente recebeu?", f"story_viewed RA {number}"]


def test_pausing_and_resuming_a_phone_is_recorded_when_it_changes_something(browser: Client) -> None:
    phone = make_phone()
    for act in ("pausar", "pausar", "retomar"):
        browser.post(f"/aparelhos/{phone.pk}/{act}/")
    assert told() == [f"phone_paused {phone.name}", f"phone_resumed {phone.name}"]
