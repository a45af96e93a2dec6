"""*Enviar SMS em lote*: the batches there are, and where a new one comes from: a file, or RAs."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadhandler import StopUpload
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from recado.batches import drafting
from recado.batches.drafting import NoType
from recado.batches.models import Batch, State
from recado.batches.progress import progress_of
from recado.batches.tables import FileRefused
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.audit import note
from recado.web.batch_words import STATE_WORDS, handed_over_words
from recado.web.forms.batches import FileForm, RequestsForm
from recado.web.uploads import StraightToFolder
from recado.web.views.listing import paging_for

HEADING = "Enviar SMS em lote"
FIELD = "arquivo"


@require_safe
@needs(Duty.SEND_BATCHES)
def batches(request: HttpRequest) -> HttpResponse:
    """Every batch, the newest first; those that wait for somebody are told above."""
    found = Batch.objects.select_related("type").order_by("-pk")
    paging = paging_for(request, found.count(), {})
    counted = [progress_of(batch) for batch in found[paging.offset : paging.offset + paging.size]]
    rows = [
        {
            "batch": progress.batch,
            "words": STATE_WORDS[progress.batch.state],
            "sent": progress.sent,
            "handed_over": handed_over_words(progress),
        }
        for progress in counted
    ]
    context = {
        "heading": HEADING,
        "rows": rows,
        "paging": paging,
        "waiting": list(Batch.objects.filter(state=State.WAITING).order_by("pk")),
    }
    return render(request, "web/batches.html", context)


@require_safe
@needs(Duty.SEND_BATCHES)
def batch_new(request: HttpRequest) -> HttpResponse:
    """Where the recipients come from."""
    return _ask(request)


@csrf_exempt
@require_POST
@needs(Duty.SEND_BATCHES)
def batch_upload(request: HttpRequest) -> HttpResponse:
    """Take the file, and go on to its preparation.

    The check of the form's origin reads the whole request, so it comes after it was said where the file goes.
    """
    handler = StraightToFolder(FIELD, request)
    request.upload_handlers = [handler]
    try:
        return _upload(request, handler)
    except (MultiPartParserError, StopUpload):
        return _ask(request, file_fault="O envio do arquivo foi interrompido. Envie-o de novo.", status=400)
    finally:
        handler.discard()


@require_POST
@needs(Duty.SEND_BATCHES)
def batch_from_requests(request: HttpRequest) -> HttpResponse:
    """Draw up a batch for who asked in the chosen RAs."""
    form = RequestsForm(request.POST)
    if not form.is_valid():
        return _ask(request, requests_form=form)
    choice = form.choice
    if not choice.requesters().exists():
        form.add_error(None, "Nenhum solicitante com celular nestes RAs. Amplie o período ou os filtros.")
        return _ask(request, requests_form=form)
    name = f"RAs de {choice.start:%d/%m/%Y} a {choice.end:%d/%m/%Y}"
    who, key = request.user.get_username(), _key(form.cleaned_data["form_token"])
    try:
        batch = drafting.from_requests(choice, name=name, author=who, key=key, now=timezone.now())
    except NoType as refusal:
        form.add_error(None, str(refusal))
        return _ask(request, requests_form=form)
    note(request, Deed.BATCH_MADE, batch.pk)
    return redirect("batch_prepare", batch.pk)


@csrf_protect
def _upload(request: HttpRequest, handler: StraightToFolder) -> HttpResponse:
    form = FileForm(request.POST)
    given = request.FILES.get(FIELD)
    if handler.is_too_large:
        most = settings.RECADO_BATCH_MAX_MB
        return _ask(request, file_fault=f"O arquivo tem mais de {most} MB, o limite. Divida-o em partes.", status=413)
    if given is None or handler.path is None:
        return _ask(request, file_fault="Escolha um arquivo.")
    form.is_valid()
    key = _key(form.cleaned_data["form_token"])
    who = request.user.get_username()
    try:
        batch = drafting.from_file(handler.path, given.name or "lote", author=who, key=key, now=timezone.now())
    except (FileRefused, NoType) as refusal:
        return _ask(request, file_fault=str(refusal))
    note(request, Deed.BATCH_MADE, batch.pk)
    if batch.state != State.DRAFT:
        messages.info(request, "Este envio já tinha chegado: este é o lote que ele fez.")
        return redirect("batch", batch.pk)
    return redirect("batch_prepare", batch.pk)


def _ask(
    request: HttpRequest, *, file_fault: str = "", requests_form: RequestsForm | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "heading": "Novo lote",
        "section": "batches",
        "file_form": FileForm(),
        "file_fault": file_fault,
        "requests_form": requests_form or RequestsForm(),
        "form": requests_form,
        "most": settings.RECADO_BATCH_MAX_MB,
    }
    return render(request, "web/batch_new.html", context, status=status)


def _key(token: uuid.UUID) -> str:
    return f"form:{token}"
