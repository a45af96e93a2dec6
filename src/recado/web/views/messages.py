"""*Consultar Mensagens Enviadas Via SMS*."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.forms.messages import ConsultationForm, written_date
from recado.web.views.listing import paging_for

HEADING = "Consultar Mensagens Enviadas Via SMS"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A link that asks for a usual period."""

    label: str
    query: str


@require_safe
@needs(Duty.CONSULT)
def messages(request: HttpRequest) -> HttpResponse:
    """The form, and below it the page of what it found."""
    form = ConsultationForm.of(request.GET)
    context: dict[str, Any] = {"heading": HEADING, "form": form, "shortcuts": _shortcuts(form, timezone.localdate())}
    if form.is_bound and form.is_valid():
        context |= _found(form, request)
    return render(request, "web/messages_search.html", context)


def _found(form: ConsultationForm, request: HttpRequest) -> dict[str, Any]:
    asked = form.consultation
    paging = paging_for(request, asked.count(), form.filters)
    rows = asked.rows(paging.offset, paging.size)
    start, end = written_date(asked.start), written_date(asked.end)
    period = f"em {start}" if start == end else f"de {start} a {end}"
    without_status = {name: value for name, value in form.filters.items() if name != "estado"}
    return {"paging": paging, "rows": rows, "period": period, "query_without_status": urlencode(without_status)}


def _shortcuts(form: ConsultationForm, today: date) -> list[Shortcut]:
    kept: dict[str, str] = {}
    if form.is_bound and form.is_valid():
        kept = {name: value for name, value in form.filters.items() if name not in ("inicio", "fim", "estado")}
    periods = {
        "Hoje": (today, today),
        "Ontem": (today - timedelta(days=1), today - timedelta(days=1)),
        "Últimos 7 dias": (today - timedelta(days=6), today),
    }
    return [
        Shortcut(label, urlencode({"inicio": written_date(start), "fim": written_date(end), **kept}))
        for label, (start, end) in periods.items()
    ]
