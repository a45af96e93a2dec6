"""RAs: open, reiterate, close, read."""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from django.db.models import Model
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from recado.api.asked import checked
from recado.api.door import Door
from recado.api.idempotency import once
from recado.api.problems import Problem, refused_value
from recado.api.schema import IF_NONE_MATCH, KEYED, UNCHANGED
from recado.api.serializers.requests import (
    ClosedSerializer,
    ClosingSerializer,
    OpenedSerializer,
    OpeningSerializer,
    ReiterationSerializer,
    ServiceRequestSerializer,
)
from recado.api.views.messages import queued
from recado.clients.scopes import Scope
from recado.outbox.models import Message
from recado.people.models import Deed
from recado.service_requests.models import Channel, ClosingReason, ServiceRequest, Subtype
from recado.service_requests.operations import (
    NewRequester,
    Opened,
    OperationRefused,
    close_service_request,
    open_service_request,
    reiterate,
)

M = TypeVar("M", bound=Model)

TAG = ["RA"]
# A key of a call becomes the token of the form that the operations know: any constant does.
_NAMESPACE = uuid.UUID("6f1d3c52-8f0e-4a57-9d0b-0a9f5d1f7c11")


class Requests(Door):
    """Open an RA."""

    scopes = {"POST": Scope.REQUESTS_WRITE}

    @extend_schema(
        tags=TAG, summary="Inserir RA", request=OpeningSerializer, responses={201: OpenedSerializer}, parameters=[KEYED]
    )
    def post(self, request: Request) -> Response:
        """Insere um RA, dá o protocolo ao solicitante e põe o SMS do protocolo na fila."""
        return once(self, timezone.now(), self._open)

    def _open(self, key: str) -> Response:
        given = checked(OpeningSerializer(data=self.request.data))
        opened = open_service_request(
            subtype=_named(Subtype, "subtype", given, "Esta especificação não existe."),
            channel=_named(Channel, "channel", given, "Este meio de solicitação não existe."),
            requester=_requester(given["requester"]),
            property_id=given.get("property_id", ""),
            description=given.get("description", ""),
            actor=self.client.name,
            form_token=_token(self, key),
        )
        self.note(Deed.REQUEST_OPENED, opened.service_request.pk)
        return self.made(_told(opened))


class Reiterations(Door):
    """Reiterate an RA."""

    scopes = {"POST": Scope.REQUESTS_WRITE}

    @extend_schema(
        tags=TAG,
        summary="Reiterar RA",
        request=ReiterationSerializer,
        responses={201: OpenedSerializer},
        parameters=[KEYED],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Soma uma reiteração, com solicitante e protocolo próprios, e põe o SMS na fila."""
        _request(pk)
        return once(self, timezone.now(), lambda key: self._reiterate(pk, key))

    def _reiterate(self, pk: int, key: str) -> Response:
        requester = _requester(checked(ReiterationSerializer(data=self.request.data))["requester"])
        try:
            opened = reiterate(pk, requester=requester, actor=self.client.name, form_token=_token(self, key))
        except OperationRefused as refusal:
            raise Problem(409, "already_closed", str(refusal)) from refusal
        self.note(Deed.REQUEST_REITERATED, pk)
        return self.made(_told(opened))


class Closing(Door):
    """Close an RA."""

    scopes = {"POST": Scope.REQUESTS_WRITE}

    @extend_schema(
        tags=TAG,
        summary="Encerrar RA",
        request=ClosingSerializer,
        responses={201: ClosedSerializer},
        parameters=[KEYED],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Encerra o RA; com motivo de sucesso, cada celular avisado na abertura recebe o SMS de atendido."""
        _request(pk)
        return once(self, timezone.now(), lambda key: self._close(pk))

    def _close(self, pk: int) -> Response:
        given = checked(ClosingSerializer(data=self.request.data))
        reason = _named(ClosingReason, "reason", given, "Este motivo de encerramento não existe.")
        now = timezone.now()
        try:
            told = close_service_request(
                pk,
                reason=reason,
                closed_at=given.get("closed_at", now),
                note=given.get("note", ""),
                actor=self.client.name,
                now=now,
            )
        except OperationRefused as refusal:
            if refusal.field:
                raise refused_value(f"/{refusal.field}", "refused", str(refusal)) from refusal
            raise Problem(409, "already_closed", str(refusal)) from refusal
        self.note(Deed.REQUEST_CLOSED, pk)
        url = reverse("api:request", kwargs={"pk": pk})
        return self.made({"number": pk, "messages": [queued(message) for message in told], "url": url})


class OneRequest(Door):
    """One RA."""

    scopes = {"GET": Scope.REQUESTS_READ}

    @extend_schema(
        tags=TAG,
        summary="Ler RA",
        operation_id="request_read",
        responses={200: ServiceRequestSerializer, 304: UNCHANGED},
        parameters=[IF_NONE_MATCH],
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """O RA com os solicitantes, seus protocolos e as mensagens. Com If-None-Match, 304 enquanto nada mudou."""
        return _shown(self, _request(pk))


class RequestByProtocol(Door):
    """One RA, by the protocol of any of its requesters."""

    scopes = {"GET": Scope.REQUESTS_READ}

    @extend_schema(
        tags=TAG,
        summary="Achar RA pelo protocolo",
        operation_id="request_by_protocol",
        responses={200: ServiceRequestSerializer, 304: UNCHANGED},
        parameters=[IF_NONE_MATCH],
    )
    def get(self, request: Request, protocol: str) -> HttpResponse:
        """O RA a que o protocolo pertence, como em Ler RA."""
        row = ServiceRequest.objects.filter(requesters__protocol=protocol).first()
        if row is None:
            raise Http404
        return _shown(self, row)


def _shown(door: Door, row: ServiceRequest) -> HttpResponse:
    if row.opened_by != door.client.name:
        door.note(Deed.REQUEST_VIEWED, row.pk)
    messages = Message.objects.filter(ra_number=row.pk).select_related("type").order_by("pk")
    return door.shown(ServiceRequestSerializer(row, context={"messages": messages}).data)


def _told(opened: Opened) -> dict[str, Any]:
    number = opened.service_request.pk
    return {
        "number": number,
        "protocol": opened.requester.protocol,
        "message": queued(opened.message) if opened.message else None,
        "url": reverse("api:request", kwargs={"pk": number}),
    }


def _named(table: type[M], field: str, given: dict[str, Any], refusal: str) -> M:
    """The row of `table` whose number is in the `field` of the body. Raises Problem with `refusal` (pt-BR)."""
    row = table._default_manager.filter(pk=given[field]).first()
    if row is None:
        raise refused_value(f"/{field}", f"no_such_{field}", refusal)
    return row


def _requester(given: dict[str, str]) -> NewRequester:
    return NewRequester(given.get("name", ""), given.get("mobile", ""), given.get("email", ""))


def _token(door: Door, key: str) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, f"{door.client.client_id}:{key}")


def _request(pk: int) -> ServiceRequest:
    return get_object_or_404(ServiceRequest, pk=pk)
