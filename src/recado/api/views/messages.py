"""Messages: send, read, list, search, discard, resend."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from recado.api.asked import checked, of_address
from recado.api.cursors import page_by_time
from recado.api.door import Door
from recado.api.idempotency import once
from recado.api.problems import Problem, refused_value
from recado.api.schema import IF_NONE_MATCH, KEYED, UNCHANGED
from recado.api.serializers.messages import (
    MessageDetailSerializer,
    MessagePageSerializer,
    MessageQuerySerializer,
    MessageSearchSerializer,
    MessageSerializer,
    QueuedSerializer,
    SendSerializer,
)
from recado.clients.scopes import Scope
from recado.numerals import counted
from recado.outbox import decisions
from recado.outbox.enqueue import Event, enqueue
from recado.outbox.models import Message, MessageType, Status
from recado.outbox.queries import Consultation
from recado.outbox.templates import TemplateRefused
from recado.people.models import Deed

TAG = ["Mensagens"]
DISCARDED = "Descartada pela integração."


def queued(message: Message) -> dict[str, Any]:
    """What the caller learns of a message just queued: nothing personal, since it is kept as the answer."""
    return {
        "id": message.pk,
        "status": message.status,
        "url": reverse("api:message", kwargs={"pk": message.pk}),
    }


class Messages(Door):
    """Send one; list a period."""

    scopes = {"GET": Scope.MESSAGES_READ, "POST": Scope.MESSAGES_SEND}

    @extend_schema(
        tags=TAG, summary="Enviar um SMS", request=SendSerializer, responses={201: QueuedSerializer}, parameters=[KEYED]
    )
    def post(self, request: Request) -> Response:
        """Põe um SMS na fila. 201: está gravado e será enviado; a situação se lê em `url`."""
        return once(self, timezone.now(), self._send)

    @extend_schema(
        tags=TAG,
        summary="Listar mensagens de um período",
        operation_id="messages_list",
        parameters=[MessageQuerySerializer],
        responses=MessagePageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Na ordem do envio, uma página por vez. Para procurar por celular, use POST /messages/search."""
        return found(self, MessageQuerySerializer(data=of_address(request)))

    def _send(self, key: str) -> Response:
        given = checked(SendSerializer(data=self.request.data))
        event = Event(
            given["type"],
            given["number"],
            self.own_key(key),
            given["fields"],
            protocol=given.get("protocol", ""),
            ra_number=given.get("ra_number"),
            actor=self.client.name,
        )
        try:
            message = enqueue(event, now=timezone.now(), refuses_faults=True)
        except MessageType.DoesNotExist:
            raise refused_value("/type", "no_such_type", "Este tipo de SMS não existe.") from None
        except TemplateRefused as refusal:
            raise refused_value("/fields", "text_refused", str(refusal)) from refusal
        if message is None:
            raise Problem(409, "type_inactive", "Este tipo de SMS está desativado: nada foi enviado.")
        return self.made(queued(message))


class MessageSearch(Door):
    """The list, with the mobile."""

    scopes = {"POST": Scope.MESSAGES_READ}

    @extend_schema(
        tags=TAG,
        summary="Procurar mensagens, também por celular",
        request=MessageSearchSerializer,
        responses=MessagePageSerializer,
    )
    def post(self, request: Request) -> Response:
        """Os filtros da lista e o celular, que assim não fica em registros de endereços."""
        return found(self, MessageSearchSerializer(data=request.data))


class OneMessage(Door):
    """One message."""

    scopes = {"GET": Scope.MESSAGES_READ}

    @extend_schema(
        tags=TAG,
        summary="Ler uma mensagem",
        operation_id="message_read",
        responses={200: MessageDetailSerializer, 304: UNCHANGED},
        parameters=[IF_NONE_MATCH],
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """A situação, o motivo e cada parte. Com If-None-Match, 304 enquanto nada mudou."""
        message = _message(pk)
        if message.created_by != self.client.name:
            self.note(Deed.MESSAGE_VIEWED, pk)
        return self.shown(MessageDetailSerializer(message).data)


class MessageCancel(Door):
    """Discard one that has not gone out."""

    scopes = {"POST": Scope.MESSAGES_DECIDE}

    @extend_schema(tags=TAG, summary="Descartar uma mensagem", request=None, responses=MessageSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Só o que ainda não saiu: na fila, com erro, talvez enviada, expirada. Repetir não muda nada."""
        message = _message(pk)
        if message.status != Status.CANCELLED:
            try:
                decisions.discard(pk, note=DISCARDED, actor=self.client.name, now=timezone.now())
            except decisions.DecisionRefused as refusal:
                raise Problem(409, "not_cancellable", str(refusal)) from refusal
            self.note(Deed.MESSAGE_DISCARDED, pk)
        return Response(MessageSerializer(_message(pk)).data)


class MessageResend(Door):
    """Send one again."""

    scopes = {"POST": Scope.MESSAGES_DECIDE}

    @extend_schema(
        tags=TAG,
        summary="Reenviar uma mensagem",
        request=None,
        responses={201: QueuedSerializer},
        parameters=[KEYED],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Uma com erro, talvez enviada ou expirada volta à fila; uma não entregue segue em mensagem nova."""
        _message(pk)
        return once(self, timezone.now(), lambda key: self._resend(pk))

    def _resend(self, pk: int) -> Response:
        try:
            message = decisions.resend(pk, actor=self.client.name, now=timezone.now())
        except decisions.DecisionRefused as refusal:
            raise Problem(409, "not_resendable", str(refusal)) from refusal
        self.note(Deed.MESSAGE_RESENT, pk)
        return self.made(queued(message))


def found(door: Door, form: MessageQuerySerializer) -> Response:
    """The page that a checked `form` asks for. Raises ValidationError, Problem."""
    asked = checked(form)
    query = Consultation(
        asked["start"],
        asked["end"],
        statuses=tuple(Status(status) for status in asked.get("status", ())),
        type_id=asked.get("type"),
        number=asked.get("number", ""),
        protocol=asked.get("protocol", ""),
        ra_number=asked.get("ra_number"),
        phone_id=asked.get("phone"),
        created_by=asked.get("created_by", ""),
    )
    rows = query.every_row().select_related("type")
    page, following = page_by_time(rows, "moment", after=asked.get("cursor"), limit=asked["limit"])
    door.note(Deed.EXPORTED, "mensagens", f"{counted(len(page), 'mensagem', 'mensagens')} pela API")
    return Response({"messages": MessageSerializer(page, many=True).data, "next": following})


def _message(pk: int) -> Message:
    return get_object_or_404(Message.objects.prefetch_related("segments"), pk=pk)
