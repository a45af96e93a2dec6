"""How figures and times are written in Brazilian Portuguese: 1.204; 0,7%; 22/11/2026 08:14:04; há 2 minutos; às 8h14.

Aware times go in and are shown in the current time zone. Nothing here reads the clock: now is an argument.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from recado.numerals import counted as counted
from recado.numerals import thousands as thousands

_STEPS: tuple[tuple[timedelta, timedelta, str, str], ...] = (
    (timedelta(hours=1), timedelta(minutes=1), "minuto", "minutos"),
    (timedelta(days=1), timedelta(hours=1), "hora", "horas"),
    (timedelta(days=60), timedelta(days=1), "dia", "dias"),
    (timedelta(days=730), timedelta(days=30), "mês", "meses"),
    (timedelta.max, timedelta(days=365), "ano", "anos"),
)


def decimal(number: float) -> str:
    """With one decimal at most: 8.4 as `8,4`, 7.0 as `7`, 1204.04 as `1.204`."""
    whole, tenths = divmod(round(number * 10), 10)
    return f"{thousands(whole)},{tenths}" if tenths else thousands(whole)


def percent(part: int, whole: int) -> str:
    """The share of `part` in `whole` with one decimal: `0,7%`; `0%` of nothing."""
    return f"{100 * part / whole:.1f}%".replace(".", ",").replace(",0%", "%") if whole else "0%"


def date_and_time(at: datetime) -> str:
    """`22/11/2026 08:14:04` in local time."""
    return f"{timezone.localtime(at):%d/%m/%Y %H:%M:%S}"


def clock(at: datetime) -> str:
    """`8h14` in local time, for prose."""
    local = timezone.localtime(at)
    return f"{local.hour}h{local:%M}"


def when(at: datetime, now: datetime) -> str:
    """A point of time in prose: `às 8h14` today, else `em 21/11/2026 às 8h14`; one o'clock is `à 1h05`."""
    article = "à" if timezone.localtime(at).hour == 1 else "às"
    same_day = timezone.localtime(at).date() == timezone.localtime(now).date()
    day = "" if same_day else f"em {timezone.localtime(at):%d/%m/%Y} "
    return f"{day}{article} {clock(at)}"


def duration(span: timedelta) -> str:
    """A length of time as people say it, to the nearest, and never nothing: `12 s`, `14 minutos`, `1h55`, `2 dias`."""
    seconds = max(1, round(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = (seconds + 30) // 60
    if minutes < 60:
        return counted(minutes, "minuto", "minutos")
    if minutes < 48 * 60:
        return f"{minutes // 60}h{minutes % 60:02d}"
    return counted(round(minutes / 60 / 24), "dia", "dias")


def ago(at: datetime, now: datetime) -> str:
    """`há 2 minutos`, `em 3 horas`, `agora há pouco`."""
    span = abs(now - at)
    if span < timedelta(minutes=1):
        return "agora há pouco" if at <= now else "em instantes"
    unit = next(step for step in _STEPS if span < step[0])
    words = counted(span // unit[1], unit[2], unit[3])
    return f"há {words}" if at <= now else f"em {words}"
