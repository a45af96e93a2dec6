"""*Painel*: what the supervisor answers for, as charts, as tables, and as a sum that must come out even."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from recado.evaluations.figures import Results, results
from recado.outbox.models import CAUSES, SENT_GROUP, MessageType, Status
from recado.people.roles import Duty
from recado.reports.balance import Balance, balance
from recado.reports.figures import Figures, figures
from recado.service_requests.reconciling import untold
from recado.web.access import needs
from recado.web.formatting import counted, duration, percent, thousands
from recado.web.forms.evaluation import GRADES
from recado.web.forms.messages import written_date
from recado.web.forms.panel import PanelForm

_SUMMED: tuple[tuple[tuple[Status, ...], str, str], ...] = (
    (SENT_GROUP, "enviada", "enviadas"),
    ((Status.QUEUED, Status.SENDING), "na fila", "na fila"),
    ((Status.FAILED,), "com erro", "com erro"),
    ((Status.UNCERTAIN,), "talvez enviada", "talvez enviadas"),
    ((Status.EXPIRED,), "expirada", "expiradas"),
    ((Status.CANCELLED,), "descartada", "descartadas"),
)


# What went out in less than each time, and not in less than the one before.
_WAITS: tuple[tuple[timedelta, str], ...] = (
    (timedelta(seconds=10), "Menos de 10 s"),
    (timedelta(minutes=1), "10 s a 1 minuto"),
    (timedelta(minutes=5), "1 a 5 minutos"),
    (timedelta(minutes=30), "5 a 30 minutos"),
    (timedelta(hours=2), "30 minutos a 2h"),
    (timedelta.max, "2h ou mais"),
)


# A drawing of more ranks would be longer than a page.
_MOST_RANKS = 12
# On paper a table is folded into columns of so many rows at the least.
_ROWS_A_COLUMN, _MOST_COLUMNS = 8, 3


class Kind(StrEnum):
    """How `charts.js` draws a table."""

    COLUMNS = "columns"
    RANKS = "ranks"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says, and the number that is drawn of it; None where nothing is."""

    words: str
    drawn: int | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A table, and how it is drawn: its cells with a number; `empty` is said instead of both."""

    title: str
    kind: Kind
    heads: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    empty: str = ""

    @property
    def legend(self) -> list[str]:
        """The heads of what is drawn, where that is more than one column."""
        drawn = [head for head, cell in zip(self.heads, self.rows[0], strict=True) if cell.drawn is not None]
        return drawn if len(drawn) > 1 else []

    @property
    def most_drawn(self) -> int:
        """How many rows of ranks are drawn."""
        return _MOST_RANKS

    @property
    def undrawn(self) -> bool:
        """Some rows stand in the table alone."""
        return self.kind is Kind.RANKS and len(self.rows) > _MOST_RANKS

    @property
    def folds(self) -> int:
        """How many columns the table has on paper; beside others there is room for one."""
        return min(_MOST_COLUMNS, -(-len(self.rows) // _ROWS_A_COLUMN)) if self.kind is Kind.COLUMNS else 1


@require_GET
@needs(Duty.VIEW_REPORTS)
def panel(request: HttpRequest) -> HttpResponse:
    """The period of the address, or the last seven days."""
    today = timezone.localdate()
    usual = {"inicio": written_date(today - timedelta(days=6)), "fim": written_date(today)}
    asked = {name: request.GET.get(name, "")[:40] for name in usual} if "inicio" in request.GET else usual
    form = PanelForm(asked)
    context: dict[str, Any] = {"heading": "Painel", "form": form, "shortcuts": _shortcuts(today)}
    if form.is_valid():
        context |= _shown(figures(form.cleaned_data["inicio"], form.cleaned_data["fim"]))
    return render(request, "web/panel.html", context)


def balance_words(found: Balance, missing: int) -> str:
    """The sum in words: what was asked for on one side, with the `missing` events that have no message; what became of
    it on the other."""
    parts = []
    for statuses, one, many in _SUMMED:
        count = sum(found.became.get(status, 0) for status in statuses)
        if count:
            parts.append(f"{thousands(count)} {one if count == 1 else many}")
    if found.removed:
        parts.append(counted(found.removed, "removida pelo prazo de guarda", "removidas pelo prazo de guarda"))
    became = f": {', '.join(parts)}" if parts else ""
    asked = found.asked + missing
    sign = "=" if asked == found.found else "≠"
    verdict = "Tudo confere." if asked == found.found else f"Diferença de {thousands(abs(asked - found.found))}."
    return f"{counted(asked, 'SMS pedido', 'SMS pedidos')} {sign} {_messages(found.found)}{became}. {verdict}"


def _messages(count: int) -> str:
    return counted(count, "mensagem", "mensagens")


def _shown(found: Figures) -> dict[str, Any]:
    opinions = results(found.start, found.end)
    missing, sums = untold(found.start, found.end), balance(found.start, found.end)
    names = dict(MessageType.objects.values_list("pk", "name"))
    period = {"inicio": written_date(found.start), "fim": written_date(found.end)}
    half, most = found.wait(0.5), found.wait(0.95)
    return {
        "balance": balance_words(sums, len(missing)),
        "even": sums.asked + len(missing) == sums.found,
        "missing": [{"event": event, "type": names[event.type_id]} for event in missing],
        "list_url": f"{reverse('messages')}?{urlencode(period)}",
        "total": found.total,
        "waits": (duration(half), duration(most)) if half is not None and most is not None else None,
        "waiting": _waiting(found),
        "counted_at": timezone.localtime(),
        "over_time": [_by_day(found), _by_hour(found)],
        "ranked": _by_rank(found, names),
        "opinion": _opinion(opinions),
        "grades": _grades(opinions),
    }


def _by_rank(found: Figures, names: dict[int, str]) -> list[Chart]:
    causes = dict(CAUSES)
    return [
        _ranked("Mensagens por tipo", "Tipo", [(names[pk], count) for pk, count in found.types.items()]),
        _ranked(
            "Falhas por motivo",
            "Motivo",
            [(causes.get(cause, "Motivo desconhecido"), count) for cause, count in found.causes.items()],
            empty="Nenhuma falha neste período.",
        ),
        _ranked("Enviadas por aparelho", "Aparelho", list(found.phones.items())),
    ]


def _grades(found: Results) -> Chart:
    """How many gave each grade, from the best to the worst, those that nobody gave too."""
    counts = [(label, found.grades[int(grade)]) for grade, label in reversed(GRADES)]
    rows = [(Cell(label), _figure(count), Cell(percent(count, found.answered))) for label, count in counts]
    empty = "" if found.answered else "Nenhuma avaliação respondida neste período."
    return Chart("Notas das avaliações", Kind.RANKS, ("Nota", "Respostas", "Parte"), rows, empty)


def _opinion(found: Results) -> str:
    """The average in words."""
    asked = counted(found.invited, "convite enviado por e-mail", "convites enviados por e-mail")
    if found.average is None:
        return f"Nenhuma resposta; {asked}."
    average = f"{found.average:.1f}".replace(".", ",")
    return f"Média {average} de 5, em {counted(found.answered, 'resposta', 'respostas')}; {asked}."


def _waiting(found: Figures) -> Chart:
    """How many of the sent messages went out within which time."""
    rows, seen = [], 0
    total, so_far = found.waits.total(), timedelta.min
    for limit, label in _WAITS:
        count = sum(number for wait, number in found.waits.items() if so_far <= timedelta(seconds=wait) < limit)
        seen, so_far = seen + count, limit
        rows.append((Cell(label), _figure(count), Cell(percent(count, total)), Cell(percent(seen, total))))
    empty = "" if total else "Nenhuma mensagem enviada neste período."
    heads = ("Tempo", "Mensagens", "Parte", "Até este tempo")
    return Chart("Tempo do evento ao envio", Kind.RANKS, heads, rows, empty)


def _by_day(found: Figures) -> Chart:
    rows = []
    for day in sorted(found.days):
        sent = sum(found.days[day][status] for status in SENT_GROUP)
        total = found.days[day].total()
        rows.append((Cell(written_date(day)), _figure(sent), _figure(total - sent), Cell(thousands(total))))
    return Chart("Mensagens por dia", Kind.COLUMNS, ("Dia", "Enviadas", "Não enviadas", "Total"), rows)


def _by_hour(found: Figures) -> Chart:
    rows = [(Cell(f"{hour}h"), _figure(count)) for hour, count in enumerate(found.hours)]
    return Chart("Mensagens por hora do dia", Kind.COLUMNS, ("Hora", "Mensagens"), rows)


def _ranked(title: str, head: str, counts: list[tuple[str, int]], empty: str = "Nada neste período.") -> Chart:
    rows = [(Cell(label), _figure(count)) for label, count in counts]
    return Chart(title, Kind.RANKS, (head, "Mensagens"), rows, empty="" if counts else empty)


def _figure(count: int) -> Cell:
    """A count as it is written and drawn."""
    return Cell(thousands(count), count)


def _shortcuts(today: date) -> list[tuple[str, str]]:
    periods = {"Hoje": 0, "Últimos 7 dias": 6, "Últimos 30 dias": 29}
    return [
        (label, urlencode({"inicio": written_date(today - timedelta(days=days)), "fim": written_date(today)}))
        for label, days in periods.items()
    ]
