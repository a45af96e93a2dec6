"""Messages: what is asked for, and what is told of them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from recado.api.serializers.fields import (
    LARGEST_KEY,
    DayField,
    MobileField,
    NumberField,
    StrictSerializer,
    TextField,
)
from recado.gsm.segment import MAX_CHARACTERS
from recado.outbox.models import CAUSES, Message, Status
from recado.outbox.own_types import OwnType

LONGEST_PROTOCOL = 14
MOST_ROWS = 200


class SendSerializer(StrictSerializer):
    """One SMS to send."""

    type = NumberField(default=OwnType.BY_HAND.value, help_text="Tipo de SMS; sem ele, 6 (Envio avulso).")
    number = MobileField()
    text = TextField(
        required=False,
        max_length=MAX_CHARACTERS,
        help_text="O texto, para os tipos cujo modelo tem {TEXTO}. O mesmo que fields.TEXTO.",
    )
    fields_ = serializers.DictField(
        child=TextField(max_length=MAX_CHARACTERS, allow_blank=True),
        required=False,
        help_text='Valores das tags do modelo do tipo, pelo nome: {"PROTOCOLO": "20261000000012"}.',
    )
    protocol = serializers.RegexField(
        r"^[0-9]{1,14}$", required=False, max_length=LONGEST_PROTOCOL, help_text="Protocolo a que o SMS se refere."
    )
    ra_number = NumberField(required=False, help_text="Número do RA a que o SMS se refere.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        values = attrs.setdefault("fields", {})
        if "text" in attrs:
            if "TEXTO" in values:
                raise serializers.ValidationError({"text": "Informe text ou fields.TEXTO, não os dois."})
            values["TEXTO"] = attrs["text"]
        return attrs


class QueuedSerializer(serializers.Serializer[Any]):
    """A message that was just queued."""

    id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Status.choices)
    url = serializers.CharField(help_text="Onde ler a situação dela.")


class PartSerializer(serializers.Serializer[Any]):
    """One part of a message: one SMS on the air."""

    index = serializers.IntegerField()
    total = serializers.IntegerField()
    status = serializers.CharField()
    sent_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)


class MessageSerializer(serializers.ModelSerializer[Message]):
    """A message as it stands."""

    status_label = serializers.CharField(help_text="A situação, em português.")
    cause = serializers.ChoiceField(choices=[("", "Nenhum"), *CAUSES], help_text="Motivo, quando algo a impede.")
    cause_label = serializers.CharField(source="get_cause_display")
    type = serializers.IntegerField(source="type_id")
    replaces = serializers.IntegerField(source="replaces_id", allow_null=True)
    phone = serializers.IntegerField(source="phone_id", allow_null=True)

    class Meta:
        model = Message
        fields = [
            "id",
            "type",
            "number",
            "text",
            "status",
            "status_label",
            "cause",
            "cause_label",
            "reason",
            "attempts",
            "protocol",
            "ra_number",
            "created_by",
            "created_at",
            "moment",
            "expires_at",
            "sent_at",
            "phone",
            "replaces",
        ]
        read_only_fields = fields


class MessageDetailSerializer(MessageSerializer):
    """A message with its parts."""

    parts = PartSerializer(source="segments", many=True)

    class Meta(MessageSerializer.Meta):
        fields = [*MessageSerializer.Meta.fields, "parts"]
        read_only_fields = fields


class MessagePageSerializer(serializers.Serializer[Any]):
    """A page of messages; `next` is the cursor of the following one, null on the last."""

    messages = MessageSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class PeriodSerializer(StrictSerializer):
    """Local days, both whole and inclusive."""

    start = DayField(required=False, help_text="Primeiro dia; sem ele, hoje.")
    end = DayField(required=False, help_text="Último dia; sem ele, hoje ou o primeiro, o que vier depois.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        today = timezone.localdate()
        start = attrs.setdefault("start", min(today, attrs.get("end", today)))
        end = attrs.setdefault("end", max(today, start))
        if end < start:
            raise serializers.ValidationError({"end": "A data final deve ser igual ou posterior à data inicial."})
        return attrs


class MessageQuerySerializer(PeriodSerializer):
    """The filters of *Consultar Mensagens*; the mobile only by POST, since addresses are kept in logs."""

    status = serializers.ListField(
        child=serializers.ChoiceField(choices=Status.choices), required=False, help_text="Uma ou mais situações."
    )
    type = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)
    protocol = serializers.RegexField(r"^[0-9]{1,14}$", required=False, max_length=LONGEST_PROTOCOL)
    ra_number = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)
    phone = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)
    created_by = TextField(required=False, max_length=150)
    cursor = TextField(required=False, max_length=80, help_text="O `next` da página anterior.")
    limit = serializers.IntegerField(default=50, min_value=1, max_value=MOST_ROWS)


class MessageSearchSerializer(MessageQuerySerializer):
    """The same filters and the mobile."""

    number = MobileField(required=False)
