"""One batch: how it stands, row by row, and what its maker decides: send, pause, resume, cancel."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from recado.api.asked import checked, of_address
from recado.api.cursors import page_of
from recado.api.door import Door
from recado.api.problems import Problem
from recado.api.serializers.batches import (
    BatchDetailSerializer,
    BatchSerializer,
    FaultPageSerializer,
    LinesQuerySerializer,
    RowPageSerializer,
)
from recado.batches import decisions, operations
from recado.batches.models import Batch, BatchFault, State
from recado.batches.progress import progress_of
from recado.batches.reckoning import reckon
from recado.clients.scopes import Scope
from recado.people.actors import PROGRAM
from recado.people.models import Deed

TAG = ["Lotes"]
_FORESEEN = (State.READ, State.WAITING, State.RUNNING)
_ON_ITS_WAY = (State.WAITING, State.RUNNING, State.PAUSED, State.DONE)


class OneBatch(Door):
    """One batch."""

    scopes = {"GET": Scope.BATCHES_READ}

    @extend_schema(tags=TAG, summary="Ler um lote", operation_id="batch_read", responses=BatchDetailSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Situação, linhas contadas, mensagens por situação, andamento e previsão de término."""
        return Response(_detail(_batch(pk)))


class BatchRows(Door):
    """The rows of one batch."""

    scopes = {"GET": Scope.BATCHES_READ}

    @extend_schema(
        tags=TAG,
        summary="Linhas de um lote",
        operation_id="batch_rows",
        parameters=[LinesQuerySerializer],
        responses=RowPageSerializer,
    )
    def get(self, request: Request, pk: int) -> Response:
        """O que foi feito de cada linha que pode sair, na ordem. Somem 30 dias depois do fim do lote."""
        batch, asked = _batch(pk), _lines(request)
        if batch.author != self.client.name:
            self.note(Deed.BATCH_VIEWED, pk, "linhas")
        found = operations.fates(pk, after_line=asked["after"])
        page, more = page_of(found, asked["limit"])
        following = page[-1].line if more else None
        return Response(RowPageSerializer({"rows": page, "next": following}).data)


class BatchFaults(Door):
    """The lines of one batch that give no SMS."""

    scopes = {"GET": Scope.BATCHES_READ}

    @extend_schema(
        tags=TAG,
        summary="Linhas que ficaram fora de um lote",
        operation_id="batch_faults",
        parameters=[LinesQuerySerializer],
        responses=FaultPageSerializer,
    )
    def get(self, request: Request, pk: int) -> Response:
        """As linhas com problema ou repetidas, com o motivo, na ordem."""
        asked = _lines(request)
        found = BatchFault.objects.filter(batch=_batch(pk), line__gt=asked["after"]).order_by("line")
        page, more = page_of(found[: asked["limit"] + 1], asked["limit"])
        return Response(FaultPageSerializer({"faults": page, "next": page[-1].line if more else None}).data)


class BatchSend(Door):
    """Send what was read."""

    scopes = {"POST": Scope.BATCHES_WRITE}

    @extend_schema(
        tags=TAG, summary="Enviar um lote conferido", operation_id="batch_send", request=None, responses=BatchSerializer
    )
    def post(self, request: Request, pk: int) -> Response:
        """Põe em envio um lote já lido, ou o deixa à espera da aprovação de uma pessoa. Repetir não muda nada."""

        def send(batch_id: int, *, actor: str, now: datetime) -> Deed:
            asked = decisions.send(batch_id, actor=actor, now=now) == State.WAITING
            return Deed.BATCH_ASKED if asked else Deed.BATCH_STARTED

        return _decide(self, pk, send, _ON_ITS_WAY)


class BatchPause(Door):
    """Pause one."""

    scopes = {"POST": Scope.BATCHES_WRITE}

    @extend_schema(
        tags=TAG, summary="Pausar um lote", operation_id="batch_pause", request=None, responses=BatchSerializer
    )
    def post(self, request: Request, pk: int) -> Response:
        """Não envia mais nada dele, por ora. Repetir não muda nada."""
        return _decide(self, pk, _with(decisions.pause, Deed.BATCH_PAUSED), (State.PAUSED,))


class BatchResume(Door):
    """Resume one."""

    scopes = {"POST": Scope.BATCHES_WRITE}

    @extend_schema(
        tags=TAG, summary="Retomar um lote", operation_id="batch_resume", request=None, responses=BatchSerializer
    )
    def post(self, request: Request, pk: int) -> Response:
        """Volta a enviar. O que uma pessoa pausou, só uma pessoa retoma. Repetir não muda nada."""
        last = _batch(pk).changes.first()
        if last is not None and last.after == State.PAUSED and last.actor not in (self.client.name, PROGRAM):
            raise Problem(409, "paused_by_person", f"{last.actor} pausou este lote: só uma pessoa o retoma, na tela.")
        return _decide(self, pk, _with(decisions.resume, Deed.BATCH_RESUMED), (State.RUNNING,))


class BatchCancel(Door):
    """Cancel one."""

    scopes = {"POST": Scope.BATCHES_WRITE}

    @extend_schema(
        tags=TAG, summary="Cancelar um lote", operation_id="batch_cancel", request=None, responses=BatchSerializer
    )
    def post(self, request: Request, pk: int) -> Response:
        """O que não saiu não sai mais. Não se desfaz. Repetir não muda nada."""
        return _decide(self, pk, _with(decisions.cancel, Deed.BATCH_CANCELLED), (State.CANCELLED,))


def _decide(door: Door, pk: int, decision: Callable[..., Deed], reached: Collection[State]) -> Response:
    """Take the decision on a batch that the caller made, unless it stands there already."""
    batch = _batch(pk)
    if batch.author != door.client.name:
        raise Problem(403, "not_own", "Só quem fez o lote decide sobre ele; uma pessoa pode fazê-lo na tela.")
    if batch.state not in reached:
        try:
            with transaction.atomic():
                deed = decision(pk, actor=door.client.name, now=timezone.now())
                door.note(deed, pk)
        except decisions.BatchRefused as refusal:
            raise Problem(409, "not_in_state", str(refusal)) from refusal
    return Response(BatchSerializer(_batch(pk)).data)


def _with(decision: Callable[..., None], deed: Deed) -> Callable[..., Deed]:
    def take(batch_id: int, *, actor: str, now: datetime) -> Deed:
        decision(batch_id, actor=actor, now=now)
        return deed

    return take


def _detail(batch: Batch) -> dict[str, Any]:
    found = progress_of(batch)
    shown = dict(BatchSerializer(batch).data)
    shown["messages"] = found.statuses
    shown["progress"] = {"over": found.over, "sent": found.sent, "waiting": found.waiting}
    shown["forecast"] = None
    if batch.state in _FORESEEN:
        end = reckon(batch, timezone.now())
        shown["forecast"] = {"end": end.end, "late": end.late, "reason": end.why}
    return shown


def _lines(request: Request) -> dict[str, Any]:
    return checked(LinesQuerySerializer(data=of_address(request)))


def _batch(pk: int) -> Batch:
    return get_object_or_404(Batch.objects.select_related("type"), pk=pk)
