"""*Consultar Mensagens Enviadas Via SMS*.

The form goes by POST, since a mobile may be in it, and leads to an address that holds every other filter: it can be
kept, shared, reloaded and gone back to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from recado import parameters
from recado.outbox.queries import Consultation, Order
from recado.people.roles import Duty
from recado.reports.consulting import totals
from recado.web.access import needs
from recado.web.audit import note_list
from recado.web.forms.messages import ALL, FILTERS, LONGEST, ORDER, ConsultationForm, written_date
from recado.web.origins import origins
from recado.web.views import kept_search
from recado.web.views.listing import paging_for

HEADING = "Consultar Mensagens Enviadas Via SMS"
# Ordered by time, any page comes from the index; by anything else all rows are read first.
MOST_TO_SORT = 200_000
AREA = "message_search"
# Where the list begins, below the form: each way to a list leads there, and the next Tab goes on from there.
RESULT = "#resultado"
_LONGEST_MOBILE = 40
_COLUMNS = {
    Order.NUMBER: "Celular",
    Order.PROTOCOL: "Protocolo e RA",
    Order.MOMENT: "Data e hora do envio",
    Order.TYPE: "Tipo",
    Order.STATUS: "Situação",
}


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A link that asks for a usual period."""

    label: str
    query: str


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """The head of a column: `query` orders by it; `sort` is its aria-sort, empty for one that does not order."""

    label: str
    query: str
    sort: str


@dataclass(frozen=True, slots=True)
class StatusTotal:
    """How many messages of the whole result stand at `status`, as shown; `query` shows only those."""

    status: str
    count: int
    query: str


@require_POST
@needs(Duty.CONSULT)
def message_search(request: HttpRequest) -> HttpResponse:
    """Keep the mobile that was typed, and go to the address of what was asked, refused or not."""
    address = {name: request.POST.get(name, "").strip()[:LONGEST] for name in (*FILTERS, ORDER, "por_pagina")}
    # The dates stay even when empty: without any filter the address would be that of the blank form.
    address = {name: value for name, value in address.items() if value or name in ("inicio", "fim")}
    mobile = request.POST.get("celular", "").strip()[:_LONGEST_MOBILE]
    answer = kept_search.go(request, "messages", address, area=AREA, term=mobile, where="Consultar Mensagens")
    answer["Location"] += RESULT
    return answer


@require_safe
@needs(Duty.CONSULT)
def messages(request: HttpRequest) -> HttpResponse:
    """The form, and below it the page of what it found."""
    form = asked_form(request)
    if form is None:
        form = ConsultationForm.of(request.GET)
        context: dict[str, Any] = {"forgotten": True}
    elif form.is_bound and form.is_valid():
        context = _found(form, request)
    else:
        context = {}
    context |= {
        "heading": HEADING,
        "form": form,
        "origins": origins(),
        "shortcuts": _shortcuts(form, request, timezone.localdate()),
    }
    return render(request, "web/messages_search.html", context)


def asked_form(request: HttpRequest) -> ConsultationForm | None:
    """The form of an address; None when it names a mobile that the session keeps no longer."""
    mobile = kept_search.kept(request, AREA)
    return None if mobile is None else ConsultationForm.of(request.GET, mobile)


def _found(form: ConsultationForm, request: HttpRequest) -> dict[str, Any]:
    asked = form.consultation
    counts = totals(asked)
    total = sum(counts.values())
    asked = in_reach(asked, total)
    sortable = total <= MOST_TO_SORT
    filters = form.filters | kept_search.address(request)
    paging = paging_for(request, total, filters)
    rows = asked.rows(paging.offset, paging.size, total)
    note_list(request, HEADING, "mensagens", [row.pk for row in rows])
    start, end = written_date(asked.start), written_date(asked.end)
    return {
        "paging": paging,
        "rows": rows,
        "period": f"em {start}" if start == end else f"de {start} a {end}",
        "totals": [StatusTotal(s, count, urlencode(filters | {"estado": s})) for s, count in counts.items()],
        "query_without_status": urlencode({name: value for name, value in filters.items() if name != "estado"}),
        "heads": [_head(column, asked, filters, sortable=sortable) for column in _COLUMNS],
        "query": urlencode(filters),
        "sortable": sortable,
        "most_to_sort": MOST_TO_SORT,
        "nothing": _nothing_words(form),
        "retention_days": parameters.get().retention_days,
        "here": request.get_full_path() + RESULT,
    }


def _nothing_words(form: ConsultationForm) -> str:
    """That nothing was found, and what would find more: only what is narrowed can be widened."""
    ways = ["amplie o período"]
    if form.cleaned_data["situacao"] != ALL:
        ways.append("escolha “Todas”")
    if form.asks_further or form.cleaned_data["tipo"]:
        ways.append("retire filtros")
    told = " ou ".join(part for part in (", ".join(ways[:-1]), ways[-1]) if part)
    with_filters = " com estes filtros" if len(ways) > 1 else ""
    return f"Nenhuma mensagem neste período{with_filters}. {told[0].upper()}{told[1:]}."


def in_reach(asked: Consultation, total: int) -> Consultation:
    """What is asked for, in the order of time alone when there are too many to be put into another."""
    if total <= MOST_TO_SORT or asked.order is Order.MOMENT:
        return asked
    return replace(asked, order=Order.MOMENT, descending=False)


def order_words(asked: Consultation) -> str:
    """`Data e hora do envio, crescente`."""
    return f"{_COLUMNS[asked.order]}, {'decrescente' if asked.descending else 'crescente'}"


def _head(column: Order, asked: Consultation, filters: dict[str, str], *, sortable: bool) -> ColumnHead:
    orders = asked.order is column
    descend = orders and not asked.descending
    written = f"-{column}" if descend else "" if column is Order.MOMENT else str(column)
    address = {name: value for name, value in filters.items() if name != ORDER} | ({ORDER: written} if written else {})
    sort = ("descending" if asked.descending else "ascending") if orders else ""
    return ColumnHead(_COLUMNS[column], urlencode(address) if sortable or column is Order.MOMENT else "", sort)


def _shortcuts(form: ConsultationForm, request: HttpRequest, today: date) -> list[Shortcut]:
    kept: dict[str, str] = {}
    if form.is_bound and form.is_valid():
        kept = {name: value for name, value in form.filters.items() if name not in ("inicio", "fim", "estado")}
        kept |= kept_search.address(request)
    periods = {
        "Hoje": (today, today),
        "Ontem": (today - timedelta(days=1), today - timedelta(days=1)),
        "Últimos 7 dias": (today - timedelta(days=6), today),
    }
    return [
        Shortcut(label, urlencode({"inicio": written_date(start), "fim": written_date(end), **kept}))
        for label, (start, end) in periods.items()
    ]
