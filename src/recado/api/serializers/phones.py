"""Phones and the queue."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from recado.phones.fleet import is_held
from recado.phones.models import Condition, Phone


class PhoneSerializer(serializers.ModelSerializer[Phone]):
    """A phone as the gateway last told of it; `held`: a gateway looks after it now."""

    held = serializers.SerializerMethodField()
    condition = serializers.ChoiceField(choices=Condition.choices)
    condition_label = serializers.CharField(source="get_condition_display")

    class Meta:
        model = Phone
        fields = [
            "id",
            "name",
            "enabled",
            "paused",
            "held",
            "condition",
            "condition_label",
            "condition_since",
            "reason",
            "advice",
            "operator",
            "signal_percent",
            "last_seen_at",
            "last_sent_at",
        ]
        read_only_fields = fields

    def get_held(self, row: Phone) -> bool:
        return is_held(row, self.context["now"])


class QueueSerializer(serializers.Serializer[Any]):
    """The queue now; `oldest_at` null when it is empty."""

    waiting = serializers.IntegerField(help_text="Tudo o que espera a vez, também as linhas que ainda estão em lotes.")
    in_batches = serializers.IntegerField(help_text="Quantas dessas ainda esperam no seu lote.")
    paused = serializers.IntegerField(help_text="Mensagens de lotes pausados, que não estão em `waiting`.")
    sending = serializers.IntegerField()
    needs_a_person = serializers.IntegerField()
    oldest_at = serializers.DateTimeField(allow_null=True)


class HealthSerializer(serializers.Serializer[Any]):
    """`ok`: some phone can send; `degraded`: none can."""

    status = serializers.ChoiceField(choices=["ok", "degraded"])
    phones_ready = serializers.IntegerField()
    phones = serializers.IntegerField()
    queue = QueueSerializer()
