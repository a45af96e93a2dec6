"""RAs: opening, reiterating, closing, reading."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from recado.api.serializers.fields import MobileField, NamingSerializer, NumberField, StrictSerializer, TextField
from recado.api.serializers.messages import MessageSerializer, QueuedSerializer
from recado.service_requests.models import Requester, ServiceRequest
from recado.service_requests.operations import LONGEST_NOTE


class RequesterInSerializer(StrictSerializer):
    """Who asks. Without a mobile no SMS is sent."""

    name = TextField(required=False, max_length=60, allow_blank=True)
    mobile = MobileField(required=False, allow_blank=True)
    email = serializers.EmailField(required=False, max_length=254, allow_blank=True)


class OpeningSerializer(StrictSerializer):
    """A new RA."""

    subtype = NumberField(help_text="Especificação (`/request-subtypes`).")
    channel = NumberField(help_text="Meio de solicitação (`/channels`).")
    requester = RequesterInSerializer()
    property_id = serializers.RegexField(
        r"^[0-9]{1,12}$", required=False, max_length=12, help_text="Matrícula do imóvel."
    )
    description = TextField(required=False, max_length=400, allow_blank=True)


class ReiterationSerializer(StrictSerializer):
    """A reiteration: a requester of its own."""

    requester = RequesterInSerializer()


class ClosingSerializer(StrictSerializer):
    """The closing of an RA."""

    reason = NumberField(help_text="Motivo de encerramento (`/closing-reasons`).")
    closed_at = serializers.DateTimeField(
        required=False, help_text="Com fuso horário; sem ele, agora.", default_timezone=None
    )
    note = TextField(required=False, max_length=LONGEST_NOTE, allow_blank=True, help_text="Parecer.")

    def validate_closed_at(self, value: Any) -> Any:
        if timezone.is_naive(value):
            raise serializers.ValidationError("Informe o fuso horário: 2026-11-22T14:00:00-03:00.", code="no_zone")
        return value


class OpenedSerializer(serializers.Serializer[Any]):
    """What to hand to the customer: the RA's number and the requester's own protocol; `message` null without SMS."""

    number = serializers.IntegerField()
    protocol = serializers.CharField()
    message = QueuedSerializer(allow_null=True)
    url = serializers.CharField()


class ClosedSerializer(serializers.Serializer[Any]):
    """The SMS that the closing queued, one a mobile."""

    number = serializers.IntegerField()
    messages = QueuedSerializer(many=True)
    url = serializers.CharField()


class RequesterSerializer(serializers.ModelSerializer[Requester]):
    """A requester with their protocol."""

    class Meta:
        model = Requester
        fields = ["protocol", "name", "mobile", "email", "is_main", "created_at"]
        read_only_fields = fields


class ServiceRequestSerializer(serializers.ModelSerializer[ServiceRequest]):
    """An RA with its requesters and messages."""

    number = serializers.IntegerField(source="pk")
    subtype = serializers.IntegerField(source="subtype_id")
    channel = serializers.IntegerField(source="channel_id")
    closing_reason = serializers.IntegerField(source="closing_reason_id", allow_null=True)
    requesters = RequesterSerializer(many=True)
    messages = serializers.SerializerMethodField()

    class Meta:
        model = ServiceRequest
        fields = [
            "number",
            "status",
            "subtype",
            "channel",
            "property_id",
            "description",
            "opened_at",
            "opened_by",
            "reiterations",
            "closed_at",
            "closed_by",
            "closing_reason",
            "closing_note",
            "requesters",
            "messages",
        ]
        read_only_fields = fields

    def get_messages(self, row: ServiceRequest) -> list[dict[str, Any]]:
        return list(MessageSerializer(self.context["messages"], many=True).data)


class NamedSerializer(NamingSerializer):
    """A row of one of the company's tables."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class SubtypeSerializer(NamedSerializer):
    """A subtype with the type of request it belongs to."""

    request_type = serializers.CharField(source="type.name")


class MessageTypeSerializer(NamedSerializer):
    """A *Tipo de SMS*: `fields` names the tags that a send must fill."""

    active = serializers.BooleanField()
    fields_ = serializers.ListField(child=serializers.CharField())
