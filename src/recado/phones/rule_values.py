"""What people may set of a phone's rules: read, checked and put into words once, for command line and screens alike.

A refusal says what to write instead, without a capital and without an end, so that each side says its own way out
("ou nenhum", "ou deixe vazio").
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import time

from recado.phones.models import Phone

LARGEST_QUOTA = 1_000_000
LONGEST_PACE = 3600
LARGEST_SHARE = 90
CHANGED_RULES = "Mudou as regras"
# A point parts thousands: 1.5 is no 15.
_QUOTA = re.compile(r"\d{1,7}|\d{1,3}(?:\.\d{3}){1,2}", re.ASCII)
_DDD = re.compile(r"[1-9][1-9]")


class RuleRefused(ValueError):
    """What was written is no rule; the text (pt-BR) says what to write instead."""


def read_quota(raw: str) -> int:
    """SMS an hour, a day or a month. Raises RuleRefused."""
    written = raw.strip()
    quota = int(written.replace(".", "")) if _QUOTA.fullmatch(written) else 0
    if not 0 < quota <= LARGEST_QUOTA:
        raise RuleRefused(f"use um número de 1 a {LARGEST_QUOTA}")
    return quota


def check_hours(start: time, end: time) -> tuple[time, time]:
    """The hours of sending, across midnight where the first is the later one. Raises RuleRefused."""
    if start == end:
        raise RuleRefused("o começo e o fim são iguais; para enviar o dia todo, não use horário")
    return start, end


def read_types(words: Collection[str], known: Collection[int]) -> list[int]:
    """The keys of message types among `known`. Raises RuleRefused."""
    if not all(word.isascii() and word.isdigit() and len(word) < 10 and int(word) in known for word in words):
        raise RuleRefused(f"use os números dos tipos ({', '.join(map(str, sorted(known)))})")
    return sorted({int(word) for word in words})


def read_ddds(raw: str) -> list[str]:
    """Area codes separated by commas. Raises RuleRefused."""
    words = [word.strip() for word in raw.split(",")]
    if not all(_DDD.fullmatch(word) for word in words):
        raise RuleRefused("use DDDs de dois dígitos, como 81,82")
    return sorted(set(words))


def in_words(phone: Phone) -> list[tuple[str, str]]:
    """What is set of the phone: label and value, in Portuguese."""
    words = [("Ritmo", f"{phone.pace_seconds:g} s".replace(".", ","))]
    quotas = (("hora", phone.quota_hour), ("dia", phone.quota_day), ("mês", phone.quota_month))
    words += [(f"Cota por {period}", f"{quota} SMS") for period, quota in quotas if quota is not None]
    if phone.hours_from is not None and phone.hours_until is not None:
        words.append(("Horário", f"{phone.hours_from:%H:%M}-{phone.hours_until:%H:%M}"))
    if phone.type_ids:
        words.append(("Tipos", ", ".join(map(str, phone.type_ids))))
    if phone.ddds:
        words.append(("DDDs preferidos", ", ".join(phone.ddds)))
    if phone.urgent_share:
        words.append(("Guardado para urgentes", f"{phone.urgent_share}% do ritmo"))
    words.append(("Assume a fila de outro", "sim" if phone.takes_over else "não"))
    return words


def note_of(phone: Phone) -> str:
    """The rules as the phone's history keeps them."""
    words = "; ".join(f"{label.lower().replace('ddd', 'DDD')}: {value}" for label, value in in_words(phone))
    return f"{CHANGED_RULES}: {words}."
