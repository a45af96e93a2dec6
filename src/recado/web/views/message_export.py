"""The whole result of *Consultar* as a file, sent while it is written. One that would be too long is refused in words,
on the list's page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from recado import parameters
from recado.outbox.queries import Consultation
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.audit import note
from recado.web.exports import comma, paper, sheet
from recado.web.exports.document import MESSAGE_HEADS, Document, message_rows
from recado.web.formatting import counted, date_and_time, thousands
from recado.web.forms.messages import ConsultationForm
from recado.web.views.messages import MOST_TO_SORT, asked_form, in_reach, order_words

_KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
_TIME_ALONE = f"(acima de {thousands(MOST_TO_SORT)} mensagens, só por data e hora)"
MOST_ROWS = {"csv": None, "xlsx": sheet.MOST_ROWS, "pdf": paper.MOST_ROWS}


@require_GET
@needs(Duty.EXPORT_DATA)
def message_export(request: HttpRequest, name: str) -> HttpResponseBase:
    """The messages of the address as `name`: csv, xlsx or pdf."""
    if name not in MOST_ROWS:
        raise Http404
    list_page = f"{reverse('messages')}?{request.GET.urlencode()}"
    form = asked_form(request)
    if form is None or not (form.is_bound and form.is_valid()):
        return redirect(list_page)
    asked = form.consultation
    total, most = asked.count(), MOST_ROWS[name]
    if most is not None and total > most:
        messages.warning(request, too_long(name, total, most))
        return redirect(list_page)
    note(request, Deed.EXPORTED, f"{counted(total, 'mensagem', 'mensagens')} em {name.upper()}", _period(asked))
    document = _document(form, in_reach(asked, total), total, request.user.get_username(), timezone.now())
    headers = {"Content-Disposition": f'attachment; filename="{document.name}.{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(_pieces(document, name, total), content_type=_KINDS[name], headers=headers)


def _period(asked: Consultation) -> str:
    return f"de {asked.start:%d/%m/%Y} a {asked.end:%d/%m/%Y}"


def too_long(name: str, total: int, most: int) -> str:
    """Why a file is not made, and what to do."""
    other = "exporte para CSV" if name == "xlsx" else "exporte para CSV ou XLSX"
    return (
        f"O {name.upper()} leva no máximo {thousands(most)} mensagens, e este resultado tem {thousands(total)}."
        f" Reduza o período ou {other}."
    )


def _document(form: ConsultationForm, asked: Consultation, total: int, who: str, now: datetime) -> Document:
    alone = "" if in_reach(form.consultation, total) == form.consultation else f" {_TIME_ALONE}"
    told = [
        ("Ordem", order_words(asked) + alone),
        ("Total", counted(total, "mensagem", "mensagens")),
        ("Empresa", parameters.get().company),
        ("Exportado em", f"{date_and_time(now)}, por {who}"),
    ]
    if settings.RECADO_DEMO:
        told.append(("Atenção", "Dados fictícios – demonstração"))
    return Document(
        title="Mensagens Enviadas Via SMS",
        name=f"mensagens-{asked.start:%Y-%m-%d}-a-{asked.end:%Y-%m-%d}",
        filters=[*form.in_words, *told],
        heads=MESSAGE_HEADS,
        rows=message_rows(asked),
    )


def _pieces(document: Document, name: str, total: int) -> Iterator[bytes]:
    if name == "csv":
        return comma.pieces(document)
    return sheet.pieces(document) if name == "xlsx" else paper.pieces(document, total)
