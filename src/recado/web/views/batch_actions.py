"""What a person decides about a batch, each by POST; what cannot be taken back is asked first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from recado.batches import decisions
from recado.batches.models import BEFORE_SENDING, UNDER_WAY, Batch, State
from recado.batches.progress import progress_of
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.audit import note
from recado.web.formatting import counted
from recado.web.forms.batches import ReturnForm
from recado.web.views.deciding import decide


@require_POST
@needs(Duty.SEND_BATCHES)
def batch_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it go out, or ask for approval."""
    batch = get_object_or_404(Batch, pk=pk)
    try:
        with transaction.atomic():
            after = decisions.send(pk, actor=request.user.get_username(), now=timezone.now())
            note(request, Deed.BATCH_ASKED if after == State.WAITING else Deed.BATCH_STARTED, pk)
    except decisions.BatchRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect("batch", pk)
    if after == State.WAITING:
        messages.success(request, "Aprovação pedida. Outra pessoa que possa aprovar lotes o vê em Enviar SMS em lote.")
    else:
        messages.success(request, f"Lote em envio: {counted(batch.ready, 'mensagem', 'mensagens')}.")
    return redirect("batch", pk)


@require_POST
@needs(Duty.APPROVE_BATCHES)
def batch_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Another person lets it go out."""
    return _decide(request, pk, Deed.BATCH_APPROVED, decisions.approve, "Lote aprovado: está em envio.")


@require_http_methods(["GET", "POST"])
@needs(Duty.APPROVE_BATCHES)
def batch_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why it is not approved, and give it back with the reason."""
    batch = get_object_or_404(Batch.objects.select_related("type"), pk=pk)
    if request.method == "GET" and (batch.state != State.WAITING or batch.author == request.user.get_username()):
        return redirect("batch", pk)
    form = ReturnForm(request.POST if request.method == "POST" else None)
    if not (form.is_bound and form.is_valid()):
        context = {"heading": f"Devolver lote {pk}", "section": "batches", "batch": batch, "form": form}
        return render(request, "web/batch_return.html", context)

    def give_back(batch_id: int, *, actor: str, now: object) -> None:
        decisions.give_back(batch_id, note=form.cleaned_data["note"], actor=actor, now=timezone.now())

    return _decide(request, pk, Deed.BATCH_RETURNED, give_back, "Lote devolvido a quem o preparou.")


@require_POST
@needs(Duty.SEND_BATCHES)
def batch_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to its preparation."""
    batch = get_object_or_404(Batch, pk=pk)
    try:
        decisions.correct(pk, actor=request.user.get_username(), now=timezone.now())
    except decisions.BatchRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect("batch", pk)
    return redirect("batch_prepare", batch.pk)


@require_POST
@needs(Duty.SEND_BATCHES)
def batch_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing more of it goes out for now."""
    done = "Lote pausado. O SMS que já está no aparelho termina; os outros esperam."
    return _decide(request, pk, Deed.BATCH_PAUSED, decisions.pause, done)


@require_POST
@needs(Duty.SEND_BATCHES)
def batch_resume(request: HttpRequest, pk: int) -> HttpResponse:
    """It goes on."""
    return _decide(request, pk, Deed.BATCH_RESUMED, decisions.resume, "Lote de volta ao envio.")


@require_http_methods(["GET", "POST"])
@needs(Duty.SEND_BATCHES)
def batch_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how many would never go out; then cancel."""
    batch = get_object_or_404(Batch.objects.select_related("type"), pk=pk)
    if request.method == "POST":
        done = "Lote cancelado: o que não saiu não sai mais."
        return _decide(request, pk, Deed.BATCH_CANCELLED, decisions.cancel, done)
    if batch.state not in (*BEFORE_SENDING, *UNDER_WAY):
        return redirect("batch", pk)
    found = progress_of(batch)
    context = {
        "heading": f"Cancelar lote {pk}?",
        "section": "batches",
        "batch": batch,
        "progress": found,
        "unsent": batch.ready - found.over,
    }
    return render(request, "web/batch_cancel.html", context)


def _decide(request: HttpRequest, pk: int, deed: Deed, decision: Callable[..., None], done: str) -> HttpResponse:
    get_object_or_404(Batch, pk=pk)
    take = partial(decision, pk, actor=request.user.get_username(), now=timezone.now())
    decide(request, take, decisions.BatchRefused, deed=deed, subject=pk, done=done)
    return redirect("batch", pk)
