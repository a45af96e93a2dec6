"""The company's tables, whose numbers the other calls name: subtypes, channels, closing reasons, message types."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from recado.api.door import Door
from recado.api.serializers.requests import MessageTypeSerializer, NamedSerializer, SubtypeSerializer
from recado.outbox.models import MessageType
from recado.outbox.types import fields_of
from recado.service_requests.models import Channel, ClosingReason, Subtype

TAG = ["Tabelas"]


class Subtypes(Door):
    """*Especificações*."""

    @extend_schema(tags=TAG, summary="Especificações", responses=SubtypeSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Cada especificação com o tipo de solicitação dela."""
        return Response(SubtypeSerializer(Subtype.objects.select_related("type"), many=True).data)


class Channels(Door):
    """*Meios de solicitação*."""

    @extend_schema(tags=TAG, summary="Meios de solicitação", responses=NamedSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Os meios, pelo número."""
        return Response(NamedSerializer(Channel.objects.all(), many=True).data)


class ClosingReasons(Door):
    """*Motivos de encerramento*."""

    @extend_schema(tags=TAG, summary="Motivos de encerramento", responses=NamedSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Os motivos, pelo número."""
        return Response(NamedSerializer(ClosingReason.objects.all(), many=True).data)


class MessageTypes(Door):
    """*Tipos de SMS*."""

    @extend_schema(tags=TAG, summary="Tipos de SMS", responses=MessageTypeSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Os tipos, com as tags que um envio preenche."""
        rows = [
            {"id": row.pk, "name": row.name, "active": row.active, "fields": fields_of(row)}
            for row in MessageType.objects.all()
        ]
        return Response(rows)
