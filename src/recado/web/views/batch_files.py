"""What a person takes away of a batch: the lines with problems, how each line ended, and a model of the file."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from recado.batches.models import Batch, BatchFault
from recado.batches.operations import fates
from recado.outbox.models import CAUSES, SHOWN_STATUSES
from recado.outbox.numbers import show_mobile
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.audit import note
from recado.web.exports import comma
from recado.web.exports.document import Cell, Document
from recado.web.formatting import date_and_time

MODEL = (
    "celular;nome;vencimento\r\n(81) 90000-0001;Beatriz Souza;10/12/2026\r\n(81) 90000-0002;Carlos Lima;10/12/2026\r\n"
)
_CHUNK = 2000
FAULT_HEADS = ("Linha", "Problema", "Conteúdo da linha")
RESULT_HEADS = ("Linha", "Celular", "Situação", "Motivo", "Data e hora", "Mensagem")


@require_safe
@needs(Duty.SEND_BATCHES)
def batch_model(request: HttpRequest) -> HttpResponse:
    """A small table to begin with, as Excel opens it."""
    headers = {"Content-Disposition": 'attachment; filename="modelo-lote.csv"'}
    return HttpResponse("\ufeff" + MODEL, content_type="text/csv; charset=utf-8", headers=headers)


@require_safe
@needs(Duty.SEND_BATCHES)
def batch_faults_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The lines that give no SMS, with the reason."""
    batch = get_object_or_404(Batch, pk=pk)
    note(request, Deed.EXPORTED, f"linhas com problema do lote {pk}")
    rows = BatchFault.objects.filter(batch=batch).order_by("line").values_list("line", "reason", "content")
    return _answer(request, batch, "problemas", FAULT_HEADS, rows.iterator(chunk_size=_CHUNK))


@require_safe
@needs(Duty.EXPORT_DATA)
def batch_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How every line ended, in the order of the file."""
    batch = get_object_or_404(Batch, pk=pk)
    note(request, Deed.EXPORTED, f"resultado do lote {pk}")
    return _answer(request, batch, "resultado", RESULT_HEADS, result_rows(batch))


def result_rows(batch: Batch) -> Iterator[tuple[Cell, ...]]:
    """Each row under `RESULT_HEADS`; lines that gave none are in the list of problems."""
    statuses, causes = dict(SHOWN_STATUSES), dict(CAUSES)
    for fate in fates(batch.pk):
        moment = timezone.localtime(fate.moment).replace(tzinfo=None) if fate.moment else None
        waits = "Removida pelo prazo de guarda" if fate.removed else "Espera no lote"
        status = statuses.get(fate.shown_status, "") or fate.left_out or waits
        yield (fate.line, show_mobile(fate.number), status, causes.get(fate.cause, ""), moment, fate.message_id)


def _answer(
    request: HttpRequest, batch: Batch, name: str, heads: tuple[str, ...], rows: Iterator[tuple[Cell, ...]]
) -> HttpResponseBase:
    made = f"{date_and_time(timezone.now())}, por {request.user.get_username()}"
    document = Document(
        title=f"Lote {batch.pk}: {name}",
        name=f"lote-{batch.pk}-{name}",
        filters=[("Nome", batch.name), ("Exportado em", made)],
        heads=heads,
        rows=rows,
    )
    headers = {"Content-Disposition": f'attachment; filename="{document.name}.csv"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(comma.pieces(document), content_type="text/csv; charset=utf-8", headers=headers)
