"""Figures and times as people in Brazil write them."""

from datetime import UTC, datetime, timedelta

import pytest

from recado.web import formatting

NOW = datetime(2026, 11, 22, 11, 14, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "written"), [(0, "0 mensagens"), (1, "1 mensagem"), (2, "2 mensagens"), (1204, "1.204 mensagens")]
)
def test_counts_agree_in_number(number, written):
    assert formatting.counted(number, "mensagem", "mensagens") == written


@pytest.mark.parametrize(("part", "whole", "written"), [(0, 0, "0%"), (7, 1000, "0,7%"), (1, 1, "100%"), (0, 5, "0%")])
def test_shares_have_a_decimal_comma(part, whole, written):
    assert formatting.percent(part, whole) == written


def test_one_decimal_is_written_with_a_comma_and_only_where_there_is_one():
    assert [formatting.decimal(number) for number in (8.4, 7.0, 0.04, 9.96, 1204.25)] == [
        "8,4",
        "7",
        "0",
        "10",
        "1.204,2",
    ]


def test_times_are_local():
    assert formatting.date_and_time(NOW) == "22/11/2026 08:14:04"
    assert formatting.when(NOW, NOW) == "às 8h14"
    assert formatting.when(NOW - timedelta(days=1), NOW) == "em 21/11/2026 às 8h14"
    assert formatting.when(NOW - timedelta(hours=7), NOW) == "à 1h14"


@pytest.mark.parametrize(
    ("back", "written"),
    [
        (timedelta(seconds=5), "agora há pouco"),
        (timedelta(minutes=1), "há 1 minuto"),
        (timedelta(minutes=59), "há 59 minutos"),
        (timedelta(hours=1), "há 1 hora"),
        (timedelta(days=2), "há 2 dias"),
        (timedelta(days=90), "há 3 meses"),
        (timedelta(days=800), "há 2 anos"),
        (-timedelta(minutes=3), "em 3 minutos"),
    ],
)
def test_relative_times(back, written):
    assert formatting.ago(NOW - back, NOW) == written


@pytest.mark.parametrize(
    ("span", "written"),
    [
        (timedelta(seconds=7), "7 s"),
        (timedelta(seconds=840), "14 minutos"),
        (timedelta(0), "1 s"),
        (timedelta(seconds=59.7), "1 minuto"),
        (timedelta(seconds=63), "1 minuto"),
        (timedelta(seconds=90), "2 minutos"),
        (timedelta(minutes=59, seconds=29), "59 minutos"),
        (timedelta(minutes=59, seconds=30), "1h00"),
        (timedelta(minutes=115), "1h55"),
        (timedelta(days=3), "3 dias"),
    ],
)
def test_durations(span, written):
    assert formatting.duration(span) == written
