"""A session ends by disuse, not by the clock alone; a wrong method gets a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
HOURS = 8


@pytest.fixture
def at_work(user: User) -> Client:
    client = Client(raise_request_exception=False)
    with time_machine.travel(START, tick=False):
        client.force_login(user)
        client.get("/")
    return client


def is_logged_in(client: Client, after: timedelta, **headers: str) -> bool:
    with time_machine.travel(START + after, tick=False):
        return client.get("/", headers=headers).status_code == 200


def test_whoever_works_all_day_is_not_thrown_out(at_work: Client) -> None:
    assert all(is_logged_in(at_work, timedelta(hours=hour)) for hour in range(1, 3 * HOURS))


def test_whoever_leaves_for_longer_than_the_limit_has_to_log_in_again(at_work: Client) -> None:
    assert is_logged_in(at_work, timedelta(hours=HOURS - 1))
    assert not is_logged_in(at_work, timedelta(hours=2 * HOURS))


def test_a_page_that_refreshes_itself_does_not_keep_the_session_alive(at_work: Client) -> None:
    for minute in range(30, 60 * HOURS, 30):
        assert is_logged_in(at_work, timedelta(minutes=minute), **{"HX-Request": "true"})
    assert not is_logged_in(at_work, timedelta(hours=HOURS, minutes=1))


@pytest.mark.parametrize(
    ("method", "url"), [("put", "/mensagens/"), ("get", "/mensagens/1/desfazer/"), ("delete", "/ra/")]
)
def test_a_wrong_method_is_told_in_portuguese(browser: Client, method: str, url: str) -> None:
    answer = getattr(browser, method)(url)
    assert answer.status_code == 405
    assert "Este endereço não abre assim" in answer.content.decode()
    assert answer.headers["Allow"]


@pytest.mark.parametrize("year", ["9999", "0001", "0000"])
def test_a_year_at_the_end_of_time_is_answered(browser: Client, year: str) -> None:
    answer = browser.get("/mensagens/", {"inicio": f"01/01/{year}", "fim": f"31/12/{year}"})
    assert answer.status_code in (200, 400)
