"""What an alarm says, for people (pt-BR) and for programs. Nothing of a customer is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from recado import parameters
from recado.alarms.models import Alarm, Kind, Occasion

_TITLES = {
    Kind.PHONE_DOWN: ("Aparelho “{subject}” parado", "Aparelho “{subject}” não está mais parado"),
    Kind.OLDEST_URGENT: ("Mensagem urgente esperando na fila", "Nenhuma mensagem urgente espera mais"),
    Kind.GATEWAY_DOWN: ("Serviço de envio parado", "O serviço de envio voltou"),
    Kind.GSAN_UNREAD: ("GSAN sem leitura", "O GSAN voltou a ser lido"),
    Kind.ERRORS: ("Muitas mensagens com erro", "Os erros voltaram ao normal"),
}

# What those who cannot mend it need to know.
_TOLD_TO_TECHNICIANS = {
    Kind.PHONE_DOWN: (
        "O aparelho “{subject}” não envia.",
        "Avise a TI: o aparelho “{subject}” está parado. A fila espera; nada se perde.",
    ),
    Kind.GATEWAY_DOWN: (
        "O serviço de envio não dá sinal de vida: nenhum SMS sai.",
        "Avise a TI: o serviço de envio está parado. A fila espera; nada se perde.",
    ),
    Kind.GSAN_UNREAD: (
        "O GSAN não é lido, e os clientes dos RAs de lá não são avisados.",
        "Avise a TI: o GSAN não é lido.",
    ),
}


def title(alarm: Alarm, occasion: Occasion) -> str:
    """One line: what began, or that it is over."""
    began, ended = _TITLES[Kind(alarm.kind)]
    return (ended if occasion is Occasion.END else began).format(subject=alarm.subject)


@dataclass(frozen=True, slots=True)
class OnScreen:
    """What a screen says of an alarm: what is wrong, and what to do (pt-BR)."""

    sentence: str
    advice: str


def on_screen(alarm: Alarm, *, technician: bool) -> OnScreen:
    """The alarm's own words for a technician; for others without paths and commands, and whom to tell."""
    kind = Kind(alarm.kind)
    if technician or kind not in _TOLD_TO_TECHNICIANS:
        return OnScreen(alarm.sentence, alarm.advice)
    sentence, advice = (words.format(subject=alarm.subject) for words in _TOLD_TO_TECHNICIANS[kind])
    return OnScreen(sentence, advice)


def text(alarm: Alarm, occasion: Occasion) -> str:
    """The whole message of an e-mail."""
    since = f"Desde: {_written(alarm.since)}"
    lines = [f"{title(alarm, occasion)}.", "", alarm.sentence, since]
    if occasion is Occasion.END and alarm.ended_at is not None:
        lines = [f"{title(alarm, occasion)}.", "", f"O que houve: {alarm.sentence}", since]
        lines.append(f"Até: {_written(alarm.ended_at)}")
    elif alarm.advice:
        lines += ["", f"O que fazer: {alarm.advice}"]
    return "\n".join([*lines, "", f"Recado – {parameters.get().company}", ""])


def event(alarm: Alarm, occasion: Occasion) -> dict[str, Any]:
    """The body of a webhook; times are ISO 8601 with their zone."""
    return {
        "event": f"alarm.{occasion.value}",
        "alarm": alarm.pk,
        "kind": alarm.kind,
        "subject": alarm.subject,
        "title": title(alarm, occasion),
        "sentence": alarm.sentence,
        "advice": alarm.advice,
        "since": alarm.since.isoformat(timespec="seconds"),
        "began_at": alarm.began_at.isoformat(timespec="seconds"),
        "ended_at": alarm.ended_at.isoformat(timespec="seconds") if alarm.ended_at else None,
        "company": parameters.get().company,
    }


def _written(at: datetime) -> str:
    return f"{timezone.localtime(at):%d/%m/%Y %H:%M:%S}"
