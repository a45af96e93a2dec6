"""The hours of a type in words: `de segunda a sexta, das 8h às 18h`."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

from recado.outbox.hours import EVERY_DAY, Hours
from recado.web.formatting import clock, duration

DAYS = (
    ("1", "Segunda"),
    ("2", "Terça"),
    ("3", "Quarta"),
    ("4", "Quinta"),
    ("5", "Sexta"),
    ("6", "Sábado"),
    ("7", "Domingo"),
)
_NAMES = {number: name.lower() for number, name in DAYS}


def hours_words(hours: Hours) -> str:
    """When messages may leave, without a full stop; `a qualquer hora` without a limit."""
    if not hours.is_limited:
        return "a qualquer hora"
    parts = [_days(hours.days)] if hours.days != EVERY_DAY else []
    if hours.start is not None and hours.until is not None and hours.start != hours.until:
        past_midnight = " do dia seguinte" if hours.until < hours.start else ""
        parts.append(f"{_from(hours.start)} {_to(hours.until)}{past_midnight}")
    return ", ".join(parts)


def opening_words(hours: Hours, now: datetime) -> str:
    """When a message that waits for its hours leaves: `amanhã às 8h00`, `segunda às 8h00`; empty while they last."""
    local = timezone.localtime(now)
    opens = hours.opens_at(local)
    if opens <= local:
        return ""
    article = "à" if opens.hour in (0, 1) else "às"
    days = (opens.date() - local.date()).days
    day = {0: "hoje ", 1: "amanhã "}.get(days, f"{_NAMES[str(opens.isoweekday())]} ")
    return f"{day}{article} {clock(opens)}"


def caution(hours: Hours, validity: timedelta | None, *, urgent: bool) -> str:
    """What a limit costs that its maker may not have meant; empty when nothing."""
    if not hours.is_limited:
        return ""
    told = ["Este tipo é urgente: fora do horário o cliente espera."] if urgent else []
    wait = hours.longest_wait()
    if validity is not None and validity < wait:
        told.append(
            f"Fora do horário uma mensagem espera até {duration(wait)}, mais que a validade: pode expirar sem sair."
        )
    return " ".join(told)


def _days(days: str) -> str:
    """Days that follow each other as a span, others one by one."""
    if len(days) > 2 and days in EVERY_DAY:
        return f"de {_NAMES[days[0]]} a {_NAMES[days[-1]]}"
    names = [_NAMES[day] for day in sorted(days)]
    return " e ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else f"só {names[0]}"


def _from(at: time) -> str:
    return f"{'da' if at.hour == 1 else 'das'} {_clock(at)}"


def _to(at: time) -> str:
    return f"{'à' if at.hour == 1 else 'às'} {_clock(at)}"


def _clock(at: time) -> str:
    return f"{at.hour}h{at:%M}" if at.minute else f"{at.hour}h"
