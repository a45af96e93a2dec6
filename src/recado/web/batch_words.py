"""What a person reads of a batch: its state as a tag, what comes next, when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from recado.batches.models import Batch, State
from recado.batches.progress import Progress
from recado.batches.reckoning import Reckoning
from recado.web.formatting import counted, percent, thousands, when


@dataclass(frozen=True, slots=True)
class StateWords:
    """A state on the screen: `style` is a class of `recado.css`, `icon` one of Font Awesome 5."""

    label: str
    style: str
    icon: str


STATE_WORDS: dict[str, StateWords] = {
    State.DRAFT: StateWords("Em preparo", "rc-neutral", "pencil-alt"),
    State.READING: StateWords("Lendo as linhas", "rc-sending", "sync"),
    State.READ: StateWords("Conferido", "rc-sent", "clipboard-check"),
    State.WAITING: StateWords("Aguarda aprovação", "rc-warn", "user-check"),
    State.RUNNING: StateWords("Em envio", "rc-sending", "paper-plane"),
    State.PAUSED: StateWords("Pausado", "rc-warn", "pause"),
    State.DONE: StateWords("Concluído", "rc-ok", "check"),
    State.CANCELLED: StateWords("Cancelado", "rc-neutral", "ban"),
}


@dataclass(frozen=True, slots=True)
class CountLine:
    """One line of the report: how many, of what; `url` leads to the list behind it, `sub` says more (pt-BR)."""

    count: int
    words: str
    sub: str = ""
    url: str = ""


def delimiter_words(delimiter: str) -> str:
    """A CSV's delimiter by its name; by itself where it has none."""
    known = {";": "ponto e vírgula", ",": "vírgula", "|": "barra vertical", "\t": "tabulação", ":": "dois-pontos"}
    return known.get(delimiter, f"“{delimiter}”" if delimiter.isprintable() else f"caractere {ord(delimiter)}")


def mobile_words(likely: Sequence[str], chosen: str) -> str:
    """What to look at before the SMS go to the column `chosen` ("" for none); "" where one column has mobiles."""
    if not likely:
        return (
            "Nenhuma coluna parece ter celulares nas primeiras linhas: cada um precisa do DDD e de 9 dígitos, como em "
            "(81)\u00a090000-0001. Se uma os tem, escolha-a em “Coluna do celular”; senão, envie outro arquivo."
        )
    if len(likely) == 1:
        return ""
    named = [f"“{name}”" for name in likely]
    words = f"As colunas {', '.join(named[:-1])} e {named[-1]} parecem ter celulares."
    return f"{words} O SMS vai para os de “{chosen}”: se não for essa, escolha a outra." if chosen else words


def report_lines(batch: Batch, faults_url: str) -> list[CountLine]:
    """What the reading found: the lines and why some give no SMS, then what goes out."""
    again = "recebe" if batch.told == 1 else "recebem"
    told = _left_out(batch.told) if batch.skip_told else f"{again} outra vez: marque no preparo para deixar fora"
    faults = faults_url if batch.invalid else ""
    repeats = faults_url if batch.repeated else ""
    lines = [
        _line(batch.rows_read, "linha lida", "linhas lidas"),
        _line(batch.invalid, "com problema", "com problema", _left_out(batch.invalid), faults),
        _line(batch.repeated, "repetida", "repetidas", "vale a primeira de cada celular", repeats),
        _line(batch.opted_out, "pediu para não receber", "pediram para não receber", _left_out(batch.opted_out)),
        _line(batch.told, "já recebeu este tipo hoje", "já receberam este tipo hoje", told),
    ]
    if batch.expired:
        lines.append(_line(batch.expired, "passou do prazo no lote", "passaram do prazo no lote", "não entra na fila"))
    # A zero is told as well: what is missing from a report might have been forgotten.
    return [*lines, _line(batch.ready, "pronta", "prontas", f"{thousands(batch.parts)} SMS ao todo")]


def _line(count: int, singular: str, plural: str, sub: str = "", url: str = "") -> CountLine:
    return CountLine(count, singular if count == 1 else plural, sub if count else "", url)


def _left_out(count: int) -> str:
    return "fica fora do lote" if count == 1 else "ficam fora do lote"


def end_words(found: Reckoning, batch: Batch, parts: int, now: datetime) -> str:
    """When it ends if it goes out now, and how many expire on the way."""
    if found.end is None:
        return found.why
    end = when(found.end, timezone.localtime(now))
    ends = f"{counted(parts, 'SMS', 'SMS')}: enviando agora, término {end}, no ritmo e nos horários dos aparelhos."
    if found.late:
        late = counted(found.late, "SMS não sai", "SMS não saem")
        return (
            f"{ends} Pelo limite “enviar até”, cerca de {late} a tempo e {'expira' if found.late == 1 else 'expiram'}."
        )
    return f"{ends} Nenhum expira{'' if batch.expires_at else ': não há limite “enviar até”'}."


def progress_words(found: Progress, reckoning: Reckoning | None, now: datetime) -> str:
    """`412 de 988 (42%). Término às 16h10.`"""
    batch = found.batch
    words = f"{thousands(found.over)} de {thousands(batch.ready)} ({percent(found.over, batch.ready)})."
    if batch.state != State.RUNNING or reckoning is None:
        return words
    if reckoning.end is None:
        return f"{words} {reckoning.why}"
    return f"{words} Término {when(reckoning.end, timezone.localtime(now))}."


def balance_words(found: Progress) -> str:
    """The final reconciliation: every line has its place, and every ready one its end."""
    if not found.adds_up:
        return "As contas deste lote não fecham: avise a TI."
    lines, ready = (
        counted(found.batch.rows_read, "linha", "linhas"),
        counted(found.batch.ready, "pronta", "prontas"),
    )
    sent, unsent = counted(found.sent, "enviada", "enviadas"), counted(found.unsent, "não enviada", "não enviadas")
    taken = f" ({handed_over_words(found)})" if found.handed_over else ""
    removed = f" + {counted(found.removed, 'removida', 'removidas')} pelo prazo de guarda" if found.removed else ""
    table = f"{lines} = {ready} + {thousands(found.left_out)} fora"
    return f"{table}. {ready} = {sent}{taken} + {unsent}{removed}. Tudo confere."


def handed_over_words(found: Progress) -> str:
    """How many of the sent ones a phone only took; "" for none."""
    if not found.handed_over:
        return ""
    return counted(found.handed_over, "só entregue ao aparelho", "só entregues ao aparelho")
