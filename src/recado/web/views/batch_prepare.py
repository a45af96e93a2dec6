"""The preparation of a batch: which column is what, the text with real rows in it, how long it is worth sending."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from recado.batches import decisions, drafting
from recado.batches.columns import MOBILE, tags_of
from recado.batches.drafting import Shown
from recado.batches.models import Batch, Source, State
from recado.batches.tables import TAB_WORD, FileRefused, Record
from recado.outbox.templates import TemplateRefused
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.audit import note_view
from recado.web.batch_words import delimiter_words, mobile_words
from recado.web.forms.batches import CutForm, PrepareForm

GONE = "O arquivo deste lote não está mais no servidor. Envie-o de novo em um lote novo."


@require_http_methods(["GET", "POST"])
@needs(Duty.SEND_BATCHES)
def batch_prepare(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the table and the text; then have every line read."""
    batch = get_object_or_404(Batch.objects.select_related("type"), pk=pk)
    if batch.state != State.DRAFT:
        return redirect("batch", pk)
    form = _form(request, batch)
    looks = request.method != "POST" or "ver" in request.POST
    if looks or not form.is_valid():
        if looks and form.is_bound:
            form.is_valid()
        return _show(request, batch, form)
    with transaction.atomic():
        Batch.objects.filter(pk=pk, state=State.DRAFT).update(**_wanted(form))
        try:
            decisions.begin_reading(pk, actor=request.user.get_username(), now=timezone.now())
        except decisions.BatchRefused as refusal:
            messages.warning(request, str(refusal))
    return redirect("batch", pk)


@require_http_methods(["GET", "POST"])
@needs(Duty.SEND_BATCHES)
def batch_cut(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask by which character the file is cut, and how its accents are written; then guess its columns anew."""
    batch = get_object_or_404(Batch, pk=pk)
    if batch.state != State.DRAFT or not batch.delimiter:
        return redirect("batch", pk)
    shown = TAB_WORD if batch.delimiter == "\t" else batch.delimiter
    initial = {"delimiter": shown, "encoding": batch.encoding}
    form = CutForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            drafting.cut_otherwise(batch, **form.cleaned_data)
        except (FileRefused, decisions.BatchRefused) as refusal:
            form.add_error(None, str(refusal))
        except FileNotFoundError:
            form.add_error(None, GONE)
        else:
            messages.success(request, "O arquivo foi lido de novo. Confira as colunas.")
            return redirect("batch_prepare", pk)
    try:
        rows = drafting.sample(batch)
        note_view(request, Deed.BATCH_VIEWED, pk, "primeiras linhas")
    except (FileRefused, FileNotFoundError):
        rows = []
    context = {"heading": "Como o arquivo é lido", "section": "batches", "batch": batch, "form": form, "rows": rows}
    return render(request, "web/batch_cut.html", context)


@require_POST
@needs(Duty.SEND_BATCHES)
def batch_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The first rows as they would go out with what is being typed; nothing once the form itself was taken."""
    batch = get_object_or_404(Batch.objects.select_related("type"), pk=pk)
    if batch.state != State.DRAFT:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    form = _form(request, batch)
    form.is_valid()
    note_view(request, Deed.BATCH_VIEWED, pk, "primeiras linhas")
    return render(request, "web/batch_preview.html", _previews(batch, form))


def _form(request: HttpRequest, batch: Batch) -> PrepareForm:
    data = request.POST if request.method == "POST" else None
    return PrepareForm(data, batch=batch, sent_before=drafting.earlier_of(batch) is not None)


def _wanted(form: PrepareForm) -> dict[str, Any]:
    given = form.cleaned_data
    return {
        "name": given["name"],
        "type": given["type"],
        "template": given["template"],
        "has_header": given["has_header"],
        "skip_told": given["skip_told"],
        "mapping": form.mapping,
        "expires_at": form.expires_at,
    }


def _show(request: HttpRequest, batch: Batch, form: PrepareForm) -> HttpResponse:
    try:
        rows, gone = drafting.sample(batch, drafting.LOOKED_AT), ""
        note_view(request, Deed.BATCH_VIEWED, batch.pk, "primeiras linhas")
    except (FileRefused, FileNotFoundError):
        rows, gone = [], GONE
    columns = [
        {
            "name": name,
            "tag": form[f"tag_{place}"],
            "examples": [row.cells[place] for row in rows[: drafting.SHOWN] if place < len(row.cells)],
        }
        for place, name in enumerate(batch.columns)
    ]
    context = {
        "heading": f"Preparar lote {batch.pk}",
        "section": "batches",
        "batch": batch,
        "form": form,
        "columns": columns,
        "delimiter": delimiter_words(batch.delimiter) if batch.delimiter else "",
        "gone": gone,
        "mobile_note": "" if gone else _mobile_note(batch, form, rows),
        "earlier": drafting.earlier_of(batch),
        "tags": _tags(batch, form),
        **_previews(batch, form),
    }
    return render(request, "web/batch_prepare.html", context)


def _mobile_note(batch: Batch, form: PrepareForm, rows: Sequence[Record]) -> str:
    """What is to be said of the mobiles' column, which of a file is only guessed."""
    if batch.source != Source.FILE:
        return ""
    chosen = (form.mapping if form.is_bound else batch.mapping).get(MOBILE)
    return mobile_words(drafting.likely_mobiles(batch, rows), "" if chosen is None else batch.columns[chosen])


def _tags(batch: Batch, form: PrepareForm) -> list[str]:
    """What the buttons put into the text."""
    mapping = form.mapping if form.is_bound else batch.mapping
    return [*tags_of(mapping), "EMPRESA", "TELEFONE"]


def _previews(batch: Batch, form: PrepareForm) -> dict[str, Any]:
    shown: list[Shown] = []
    fault = ""
    given = form.cleaned_data if form.is_bound else {}
    mapping = form.mapping if form.is_bound else batch.mapping
    template = str(given.get("template", form["template"].value() or ""))
    if not template.strip():
        fault = "Escreva o texto para ver como fica."
    elif form.is_bound and "template" in form.errors:
        fault = " ".join(str(error) for error in form.errors["template"])
    elif MOBILE not in mapping:
        fault = "Escolha a coluna do celular para ver como fica."
    else:
        batch.has_header = given.get("has_header", batch.has_header)
        try:
            shown = drafting.previews(batch, template, given.get("type", batch.type), mapping)
        except TemplateRefused as refusal:
            fault = str(refusal)
        except (FileRefused, FileNotFoundError):
            fault = GONE
    return {"previews": shown, "preview_fault": fault}
