"""Batches: made of rows or of a table, and listed. `one_batch` has what follows.

Rows at hand go out at once; a table is read by `recado jobs` first, and sent by another call when it is read. What is
larger than one person may send alone waits in both ways for a person: no token approves anything.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.http import UnreadablePostError
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from recado.api.asked import checked, of_address
from recado.api.cursors import page_by_time
from recado.api.door import Door
from recado.api.idempotency import once
from recado.api.problems import Problem, refused_value
from recado.api.schema import KEYED
from recado.api.serializers.batches import (
    BatchPageSerializer,
    BatchQuerySerializer,
    BatchSerializer,
    CountsSerializer,
    MadeSerializer,
    NewBatchSerializer,
    TableQuerySerializer,
)
from recado.api.views.one_batch import TAG
from recado.batches import decisions, drafting, operations, storage
from recado.batches.columns import MOBILE, tags_of
from recado.batches.composing import check
from recado.batches.models import Batch, State
from recado.batches.operations import NewRow
from recado.batches.tables import FileRefused
from recado.clients.scopes import Scope
from recado.outbox.enqueue import company_values
from recado.outbox.models import MessageType
from recado.outbox.templates import TemplateRefused
from recado.people.models import Deed

TABLE = "text/csv"
TABLE_PARAMETERS = [
    OpenApiParameter(name, kind, description=f"Só com {TABLE}: {words}")
    for name, kind, words in (
        ("name", OpenApiTypes.STR, "nome do lote."),
        ("text", OpenApiTypes.STR, "o texto, com as tags das colunas: “Nome do cliente” é {NOME_DO_CLIENTE}."),
        ("type", OpenApiTypes.INT64, "tipo de SMS."),
        ("expires_at", OpenApiTypes.DATETIME, "o que não saiu até então expira."),
        ("skip_told", OpenApiTypes.BOOL, "deixa fora quem já recebeu este tipo hoje."),
        ("again", OpenApiTypes.BOOL, "aceita um arquivo que já foi usado em outro lote."),
    )
]
_PIECE = 256 * 1024
_MEGABYTE = 1024 * 1024


class Batches(Door):
    """Make one; list them."""

    scopes = {"GET": Scope.BATCHES_READ, "POST": Scope.BATCHES_WRITE}

    def streams(self, request: Request) -> bool:
        """A table may be larger than memory should hold."""
        return request.method == "POST" and request._request.content_type == TABLE

    def most_bytes(self, request: Request) -> int:
        """A table may be as large as on the screen."""
        return settings.RECADO_BATCH_MAX_MB * _MEGABYTE if self.streams(request) else super().most_bytes(request)

    @extend_schema(
        tags=TAG,
        summary="Listar lotes",
        operation_id="batches_list",
        parameters=[BatchQuerySerializer],
        responses=BatchPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Os mais novos primeiro, uma página por vez."""
        asked = checked(BatchQuerySerializer(data=of_address(request)))
        rows = Batch.objects.order_by("-created_at", "-pk")
        if state := asked.get("state"):
            rows = rows.filter(state=state)
        if author := asked.get("created_by"):
            rows = rows.filter(author=author)
        page, following = page_by_time(
            rows, "created_at", after=asked.get("cursor"), limit=asked["limit"], newest_first=True
        )
        return Response({"batches": BatchSerializer(page, many=True).data, "next": following})

    @extend_schema(
        tags=TAG,
        summary="Enviar um lote",
        request={"application/json": NewBatchSerializer, TABLE: OpenApiTypes.STR},
        responses={201: MadeSerializer},
        parameters=[KEYED, *TABLE_PARAMETERS],
    )
    def post(self, request: Request) -> Response:
        """JSON com até 2.000 linhas: sai logo ou, conforme o tamanho, aguarda a aprovação de uma pessoa.

        Ou `text/csv`, uma tabela como a da tela, com os campos do lote no endereço (`?name=…&text=…`): é lida em
        seguida (`reading`) e, já conferida (`read`), enviada por `POST /batches/N/send`. Linhas que não podem sair
        ficam fora, com o motivo.
        """
        if not self.streams(request):
            return once(self, timezone.now(), self._of_rows)
        with storage.new_upload() as upload:
            self._receive(request, upload)
            path = Path(upload.name)
            self.raw_body = storage.fingerprint(path).encode()
            return once(self, timezone.now(), lambda key: self._of_table(path, key))

    def _of_rows(self, key: str) -> Response:
        given = checked(NewBatchSerializer(data=self.request.data))
        rows = [
            NewRow(row["number"], row.get("fields", {}), row.get("reference", ""), row.get("expires_at"))
            for row in given["rows"]
        ]
        try:
            # In the transaction of the answer: the rows are one lot, so this costs nobody a long wait.
            batch = operations.create(
                rows,
                type_id=_type(given.get("type"), "/type").pk,
                template=given["text"],
                name=given["name"],
                author=self.client.name,
                key=self.own_key(key),
                now=timezone.now(),
                expires_at=given.get("expires_at"),
                one_per_number=given["one_per_number"],
                skip_told=given["skip_told"],
            )
        except TemplateRefused as refusal:
            raise refused_value("/text", "text_refused", str(refusal)) from refusal
        self.note(Deed.BATCH_MADE, batch.pk)
        if batch.state in (State.WAITING, State.RUNNING):
            self.note(Deed.BATCH_ASKED if batch.state == State.WAITING else Deed.BATCH_STARTED, batch.pk)
        return self.made(_told(batch))

    def _of_table(self, upload: Path, key: str) -> Response:
        given = checked(TableQuerySerializer(data=of_address(self.request)))
        message_type, now = _type(given.get("type"), "?type"), timezone.now()
        try:
            batch = drafting.from_file(upload, "pela API.csv", author=self.client.name, key=self.own_key(key), now=now)
        except FileRefused as refusal:
            raise refused_value("", "table_refused", str(refusal)) from refusal
        if batch.state != State.DRAFT:
            return self.made(_told(batch))
        if MOBILE not in batch.mapping:
            raise refused_value("", "no_mobile_column", "Nenhuma coluna é a do celular: chame-a “celular”.")
        try:
            check(given["text"], tags_of(batch.mapping), company_values())
        except TemplateRefused as refusal:
            raise refused_value("?text", "text_refused", str(refusal)) from refusal
        earlier = drafting.earlier_of(batch)
        if earlier is not None and not given["again"]:
            raise Problem(
                409,
                "table_used_before",
                f"Esta mesma tabela já foi usada no lote {earlier.pk}. Se é isso mesmo: again=true.",
            )
        batch.name, batch.type, batch.template = given["name"], message_type, given["text"]
        batch.skip_told, batch.expires_at = given["skip_told"], given.get("expires_at")
        batch.save()
        decisions.begin_reading(batch.pk, actor=self.client.name, now=now)
        self.note(Deed.BATCH_MADE, batch.pk)
        return self.made(_told(Batch.objects.get(pk=batch.pk)))

    def _receive(self, request: Request, upload: IO[bytes]) -> None:
        """Write the body to `upload`: all of it, since a table that was cut short looks like a table."""
        wanted, written = int(request.META.get("CONTENT_LENGTH") or 0), 0
        try:
            while piece := request._request.read(_PIECE):
                written += upload.write(piece)
        except UnreadablePostError:
            written = -1
        if written != wanted:
            raise Problem(400, "malformed", "O corpo não chegou inteiro. Repita a chamada com a mesma Idempotency-Key.")
        upload.flush()


def _told(batch: Batch) -> dict[str, Any]:
    """What the caller learns of a batch just made: nothing personal, since it is kept as the answer."""
    url = reverse("api:batch", kwargs={"pk": batch.pk})
    return {"id": batch.pk, "state": batch.state, "counts": dict(CountsSerializer(batch).data), "url": url}


def _type(wanted: int | None, pointer: str) -> MessageType:
    usable = drafting.usable_types()
    if wanted is None:
        found = usable.order_by("-priority", "pk").first()
        if found is None:
            raise Problem(409, "type_inactive", str(drafting.NoType()))
        return found
    chosen = usable.filter(pk=wanted).first()
    if chosen is None:
        detail = "Este tipo não existe, está desativado ou não respeita quem pediu para não receber."
        raise refused_value(pointer, "no_such_type", detail)
    return chosen
