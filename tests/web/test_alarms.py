"""*Alarmes*: what, since when, until when, who was told, and whether that worked."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from recado.alarms.models import Alarm, Channel, Kind, Notice, Occasion
from tests.support.outbox import NOW, minutes
from tests.web.attendance import markup

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_a_known_time")]


def show(browser: Client, query: str = "") -> str:
    response = browser.get(f"/alarmes/{query}")
    assert response.status_code == 200
    return markup(response)


def alarm(kind: Kind = Kind.PHONE_DOWN, *, began: datetime = NOW, ended: datetime | None = None) -> Alarm:
    facts = {"subject": "Aparelho 1" if kind is Kind.PHONE_DOWN else "", "sentence": "Ele não envia: sem sinal."}
    return Alarm.objects.create(
        kind=kind, since=began - minutes(10), began_at=began, ended_at=ended, advice="Veja a antena.", **facts
    )


def notice(of: Alarm, channel: Channel = Channel.EMAIL, **fields: object) -> None:
    defaults: dict[str, object] = {"occasion": Occasion.BEGIN, "created_at": NOW, "told_to": "ti@agua.example"}
    Notice.objects.create(alarm=of, channel=channel, **(defaults | fields))


def test_without_alarms_the_page_says_when_there_would_be_one(browser: Client) -> None:
    page = show(browser)
    assert "Nenhum alarme até hoje" in page
    assert "Um alarme é dado quando" in page


def test_an_alarm_says_what_since_when_and_until_when(browser: Client) -> None:
    alarm(ended=NOW + minutes(20))
    page = show(browser)
    assert "Aparelho “Aparelho 1” parado" in page
    assert "Desde 22/11/2026 08:04:04, até 22/11/2026 08:34:04 (30 minutos)." in page
    assert "Alarme dado em 22/11/2026 08:14:04." in page
    assert "Terminou" in page
    assert "Veja a antena." not in page


def test_those_in_force_come_first_with_what_to_do(browser: Client) -> None:
    alarm(Kind.ERRORS, began=NOW - timedelta(days=2))
    alarm(ended=NOW)
    page = show(browser)
    assert page.index("Muitas mensagens com erro") < page.index("Aparelho “Aparelho 1” parado")
    assert "Veja a antena." in page


def test_each_telling_says_to_whom_and_how_it_went(browser: Client) -> None:
    told = alarm(ended=NOW)
    notice(told, sent_at=NOW)
    notice(told, Channel.WEBHOOK, told_to="vigia.example", failures=2, next_try_at=NOW + minutes(5), fault="Negou.")
    notice(told, occasion=Occasion.END, failures=9, fault="O servidor de e-mail não aceitou o aviso (OSError).")
    page = show(browser)
    assert "Começo: e-mail para ti@agua.example, entregue às 8h14." in page
    assert "Começo: webhook para vigia.example, não entregue; nova tentativa às 8h19. Negou." in page
    assert "Fim: e-mail para ti@agua.example, não entregue; o Recado desistiu. O servidor de e-mail" in page


def test_an_alarm_that_nobody_was_told_of_says_so(browser: Client) -> None:
    alarm()
    page = show(browser)
    assert "Ninguém foi avisado: nenhum e-mail nem sistema estava indicado para os avisos." in page
    assert "os alarmes aparecem aqui e não avisam ninguém" in page


def test_many_alarms_are_read_page_by_page_in_few_queries(
    browser: Client, django_assert_max_num_queries: object
) -> None:
    for number in range(30):
        notice(alarm(Kind.ERRORS, began=NOW - minutes(number), ended=NOW), sent_at=NOW)
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        page = show(browser, "?por_pagina=25")
    assert "1–25 de 30 alarmes" in page
    assert page.count('id="alarme-') == 25
