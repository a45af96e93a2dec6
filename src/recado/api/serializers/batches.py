"""Batches: what is asked for, and what is told of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from recado.api.serializers.fields import FlagField, NumberField, StrictSerializer, TextField
from recado.batches.columns import LONGEST_TAG
from recado.batches.models import Batch, BatchFault, State
from recado.outbox.models import HANDED_OVER, SHOWN_STATUSES, Status
from recado.outbox.numbers import LONGEST_INPUT

MOST_ROWS = 2000
MOST_A_PAGE = 1000
LONGEST_TEXT = 1000
LONGEST_VALUE = 300
FURTHEST = timedelta(days=366)
_MESSAGES = (
    f"Mensagens por situação: {', '.join(status for status, _ in SHOWN_STATUSES)}. "
    f"As que estão em {HANDED_OVER}, só entregues ao aparelho que envia, não se contam em {Status.SENT.value}."
)


class LimitField(serializers.DateTimeField):
    """A moment to come, within a year."""

    def to_internal_value(self, value: Any) -> datetime:
        at: datetime = super().to_internal_value(value)
        now = timezone.now()
        if not now < at <= now + FURTHEST:
            raise serializers.ValidationError("Deve ser um momento futuro, dentro de um ano.", code="out_of_range")
        return at


class _BatchSerializer(StrictSerializer):
    name = TextField(max_length=100, help_text="Nome do lote, como as pessoas o veem.")
    text = TextField(
        max_length=LONGEST_TEXT, help_text="O texto, com as tags entre chaves: {NOME}. Iguais para todo o lote."
    )
    type = NumberField(required=False, help_text="Tipo de SMS; sem ele, o primeiro dos que servem a lotes.")
    expires_at = LimitField(required=False, help_text="O que não saiu até então expira.")


class NewRowSerializer(StrictSerializer):
    """One SMS of the batch."""

    number = TextField(max_length=LONGEST_INPUT, allow_blank=True, help_text="Celular, como em POST /messages.")
    fields_ = serializers.DictField(
        child=TextField(max_length=LONGEST_VALUE, allow_blank=True),
        required=False,
        help_text='Valores das tags do texto, pelo nome em maiúsculas: {"NOME": "Ana"}.',
    )
    reference = TextField(required=False, max_length=60, help_text="Um nome seu para a linha, para achá-la depois.")
    expires_at = LimitField(required=False, help_text="Limite desta linha.")

    def validate_fields(self, values: dict[str, str]) -> dict[str, str]:
        if any(len(name) > LONGEST_TAG for name in values):
            raise serializers.ValidationError(f"O nome de uma tag tem até {LONGEST_TAG} caracteres.")
        return values


class NewBatchSerializer(_BatchSerializer):
    """A batch of rows at hand."""

    rows = serializers.ListField(child=NewRowSerializer(), min_length=1, max_length=MOST_ROWS)
    skip_told = FlagField(default=False, help_text="Deixa fora quem já recebeu este tipo hoje.")
    one_per_number = FlagField(default=True, help_text="Um só SMS por celular: os outros ficam fora como repetidos.")


class TableQuerySerializer(_BatchSerializer):
    """How a table in the body is to be read; in the address, for it holds nothing personal."""

    skip_told = serializers.BooleanField(default=False, help_text="Deixa fora quem já recebeu este tipo hoje.")
    again = serializers.BooleanField(default=False, help_text="Aceita um arquivo que já foi usado em outro lote.")


class CountsSerializer(serializers.ModelSerializer[Batch]):
    """What the reading found; `parts`: SMS that the ready rows take."""

    rows = serializers.IntegerField(source="rows_read")

    class Meta:
        model = Batch
        fields = ["rows", "ready", "parts", "invalid", "repeated", "opted_out", "told", "expired"]
        read_only_fields = fields


class BatchSerializer(serializers.ModelSerializer[Batch]):
    """A batch as it stands."""

    state = serializers.ChoiceField(choices=State.choices)
    state_label = serializers.CharField(source="get_state_display", help_text="A situação, em português.")
    type = serializers.IntegerField(source="type_id")
    created_by = serializers.CharField(source="author")
    counts = CountsSerializer(source="*")

    class Meta:
        model = Batch
        fields = [
            "id",
            "name",
            "type",
            "state",
            "state_label",
            "state_since",
            "created_by",
            "created_at",
            "approved_by",
            "started_at",
            "finished_at",
            "expires_at",
            "fault",
            "counts",
        ]
        read_only_fields = fields


class ProgressSerializer(serializers.Serializer[Any]):
    """Of the `ready` rows: those that ended, those that went out (or a phone took), those that are no messages yet."""

    over = serializers.IntegerField()
    sent = serializers.IntegerField()
    waiting = serializers.IntegerField()


class ForecastSerializer(serializers.Serializer[Any]):
    """When it ends at the phones' pace; `late`: SMS that the limit leaves unsent; `reason`: why nobody can say."""

    end = serializers.DateTimeField(allow_null=True)
    late = serializers.IntegerField()
    reason = serializers.CharField(allow_blank=True)


class BatchDetailSerializer(BatchSerializer):
    """A batch with its messages counted."""

    messages = serializers.DictField(child=serializers.IntegerField(), help_text=_MESSAGES)
    progress = ProgressSerializer()
    forecast = ForecastSerializer(allow_null=True, help_text="Só do que está conferido, aguarda ou está em envio.")

    class Meta(BatchSerializer.Meta):
        fields = [*BatchSerializer.Meta.fields, "messages", "progress", "forecast"]
        read_only_fields = fields


class MadeSerializer(serializers.Serializer[Any]):
    """A batch just made."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=State.choices)
    counts = CountsSerializer()
    url = serializers.CharField(help_text="Onde ler o lote.")


class BatchPageSerializer(serializers.Serializer[Any]):
    """A page of batches, the newest first; `next` is the cursor of the following one, null on the last."""

    batches = BatchSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class BatchQuerySerializer(StrictSerializer):
    """Which batches."""

    state = serializers.ChoiceField(choices=State.choices, required=False)
    created_by = TextField(required=False, max_length=150)
    cursor = TextField(required=False, max_length=80, help_text="O `next` da página anterior.")
    limit = serializers.IntegerField(default=50, min_value=1, max_value=200)


class LinesQuerySerializer(StrictSerializer):
    """Which lines of a batch."""

    after = serializers.IntegerField(
        default=0, min_value=0, max_value=2**31 - 1, help_text="Linhas depois desta: o `next` da página anterior."
    )
    limit = serializers.IntegerField(default=200, min_value=1, max_value=MOST_A_PAGE)


class RowSerializer(serializers.Serializer[Any]):
    """A row: `message` and `status` once it is a message; `left_out` says why it never will be.

    `status` is that of the message, but for what a phone only took, which is told apart, as in the batch's counts.
    """

    line = serializers.IntegerField()
    reference = serializers.CharField(allow_blank=True)
    number = serializers.CharField()
    message = serializers.IntegerField(source="message_id", allow_null=True)
    status = serializers.ChoiceField(source="shown_status", choices=[("", "Ainda no lote"), *SHOWN_STATUSES])
    cause = serializers.CharField(allow_blank=True)
    moment = serializers.DateTimeField(allow_null=True)
    left_out = serializers.CharField(allow_blank=True)


class RowPageSerializer(serializers.Serializer[Any]):
    """Rows in the order of their lines; `next` is null on the last page."""

    rows = RowSerializer(many=True)
    next = serializers.IntegerField(allow_null=True)


class FaultSerializer(serializers.ModelSerializer[BatchFault]):
    """A line that gives no SMS, and why."""

    class Meta:
        model = BatchFault
        fields = ["line", "kind", "reason"]
        read_only_fields = fields


class FaultPageSerializer(serializers.Serializer[Any]):
    """Lines left out, in their order; `next` is null on the last page."""

    faults = FaultSerializer(many=True)
    next = serializers.IntegerField(allow_null=True)
