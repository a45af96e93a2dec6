"""The whole result of *Consultar* as a file. A file that would be too long is refused in words, on the list's page."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from recado.outbox.queries import Consultation
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.audit import note
from recado.web.exports import comma, paper, sheet
from recado.web.exports.document import MESSAGE_HEADS, Document, message_rows
from recado.web.formatting import counted, date_and_time, thousands
from recado.web.forms.messages import ConsultationForm
from recado.web.views.messages import asked_form

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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
    document = _document(form, asked, request.user.get_username(), timezone.now())
    return _answer(document, name, total)


def _period(asked: Consultation) -> str:
    return f"de {asked.start:%d/%m/%Y} a {asked.end:%d/%m/%Y}"


def too_long(name: str, total: int, most: int) -> str:
    """Why a file is not made, and what to do."""
    other = "exporte para CSV" if name == "xlsx" else "exporte para CSV ou XLSX"
    return (
        f"O {name.upper()} leva no máximo {thousands(most)} mensagens, e este resultado tem {thousands(total)}."
        f" Reduza o período ou {other}."
    )


def _document(form: ConsultationForm, asked: Consultation, who: str, now: datetime) -> Document:
    made = ("Exportado em", f"{date_and_time(now)}, por {who}")
    return Document(
        title="Mensagens Enviadas Via SMS",
        name=f"mensagens-{asked.start:%Y-%m-%d}-a-{asked.end:%Y-%m-%d}",
        filters=[*form.in_words, made],
        heads=MESSAGE_HEADS,
        rows=message_rows(asked),
    )


def _answer(document: Document, name: str, total: int) -> HttpResponseBase:
    file_name = f"{document.name}.{name}"
    if name == "xlsx":
        return FileResponse(sheet.workbook(document), as_attachment=True, filename=file_name, content_type=_XLSX)
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"', "Cache-Control": "no-store"}
    if name == "pdf":
        return HttpResponse(paper.pdf(document, total), content_type="application/pdf", headers=headers)
    return StreamingHttpResponse(comma.pieces(document), content_type="text/csv; charset=utf-8", headers=headers)
