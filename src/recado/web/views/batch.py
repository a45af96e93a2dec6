"""One batch: being read, the report of what was found, waiting for approval, on its way, and how it ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from recado.batches import decisions, drafting
from recado.batches.models import UNDER_WAY, Batch, BatchFault, BatchRow, State
from recado.batches.progress import Progress, messages_of, progress_of
from recado.batches.reckoning import Reckoning, reckon, waiting_parts
from recado.outbox.models import SHOWN_STATUSES, Status
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.audit import note, note_view
from recado.web.batch_words import STATE_WORDS, balance_words, end_words, progress_words, report_lines
from recado.web.formatting import thousands
from recado.web.live import live_part
from recado.web.views.listing import paging_for

_SLOW = timedelta(minutes=2)
_MOVING = (State.READING, *UNDER_WAY)


@require_safe
@needs(Duty.SEND_BATCHES)
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole page."""
    found = _found(pk)
    context = {"heading": f"Lote {pk}", "section": "batches", **_context(request, found)}
    context["changes"] = found.changes.all()[:50]
    if found.state in (State.READ, State.WAITING):
        context["shown_row"] = _shown_row(request, found)
        note_view(request, Deed.BATCH_VIEWED, pk, "uma linha")
    return render(request, "web/batch.html", context)


@live_part
@needs(Duty.SEND_BATCHES)
def batch_live(request: HttpRequest, pk: int) -> HttpResponse:
    """Its moving part; a page whose state has changed is asked for again as a whole."""
    found = _found(pk)
    if request.GET.get("era", found.state) != found.state:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "web/batch_live.html", _context(request, found))


@require_safe
@needs(Duty.SEND_BATCHES)
def batch_faults(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines that give no SMS, with the reason."""
    found = _found(pk)
    faults = BatchFault.objects.filter(batch=found).order_by("line")
    paging = paging_for(request, faults.count(), {})
    note(request, Deed.BATCH_VIEWED, pk, "linhas com problema")
    context = {
        "heading": "Linhas que ficam fora",
        "section": "batches",
        "batch": found,
        "paging": paging,
        "rows": list(faults[paging.offset : paging.offset + paging.size]),
    }
    return render(request, "web/batch_faults.html", context)


@require_safe
@needs(Duty.SEND_BATCHES)
def batch_messages(request: HttpRequest, pk: int) -> HttpResponse:
    """The batch's messages, of one status or of all."""
    found = _found(pk)
    asked = request.GET.get("estado", "")
    status = asked if asked in dict(SHOWN_STATUSES) else ""
    rows = messages_of(pk, status)
    paging = paging_for(request, rows.count(), {"estado": status})
    note(request, Deed.BATCH_VIEWED, pk, "mensagens")
    context = {
        "heading": f"Mensagens do lote {pk}",
        "section": "batches",
        "batch": found,
        "status": status,
        "counts": progress_of(found).statuses,
        "paging": paging,
        "rows": list(rows[paging.offset : paging.offset + paging.size]),
        "here": request.get_full_path(),
    }
    return render(request, "web/batch_messages.html", context)


def _found(pk: int) -> Batch:
    return get_object_or_404(Batch.objects.select_related("type"), pk=pk)


def _context(request: HttpRequest, found: Batch) -> dict[str, Any]:
    now = timezone.now()
    counted = progress_of(found)
    reckoning = reckon(found, now) if found.state in (State.READ, State.WAITING, State.RUNNING) else None
    return {
        "batch": found,
        "words": STATE_WORDS[found.state],
        # A cancelled one is being taken out of the queue for a moment.
        "moving": found.state in _MOVING or bool(counted.of((Status.QUEUED, Status.SENDING))),
        "progress": counted,
        "balance": balance_words(counted),
        "lines": report_lines(found, reverse("batch_faults", args=[found.pk])),
        "needs_approval": found.state == State.READ and decisions.needs_approval(found),
        "is_author": request.user.get_username() == found.author,
        "earlier": drafting.earlier_of(found) if found.state in (State.READ, State.WAITING) else None,
        "end_words": end_words(reckoning, found, waiting_parts(found), now) if reckoning else "",
        "told": _told(found, counted, reckoning),
        "announcement": f"{STATE_WORDS[found.state].label}.",
    }


def _told(found: Batch, counted: Progress, reckoning: Reckoning | None) -> str:
    if found.state == State.READING:
        if not found.line and timezone.now() - found.state_since > _SLOW:
            return "A leitura ainda não começou. Peça à TI para conferir o serviço de tarefas (recado jobs)."
        return f"{thousands(found.rows_read)} linhas lidas até agora."
    return progress_words(counted, reckoning, timezone.now())


def _shown_row(request: HttpRequest, found: Batch) -> BatchRow | None:
    """One row as it goes out: the one asked for by its line, else the first."""
    asked = request.GET.get("linha", "")
    line = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1
    return drafting.any_row(found, line)
