"""The words that messages, types and tries have in common: where a message stands, why, how it is written."""

from __future__ import annotations

from django.db import models

from recado.gsm import EncodingPolicy
from recado.gsm.causes import Cause


class Status(models.TextChoices):
    """Where a message stands. `SENT_GROUP` is *Enviadas* on the query screen, the rest *Não Enviadas*."""

    QUEUED = "queued", "Na fila"
    SENDING = "sending", "Enviando"
    SENT = "sent", "Enviada"
    DELIVERED = "delivered", "Entregue"
    UNDELIVERED = "undelivered", "Não entregue"
    FAILED = "failed", "Com erro"
    UNCERTAIN = "uncertain", "Talvez enviada"
    EXPIRED = "expired", "Expirada"
    CANCELLED = "cancelled", "Descartada"


HANDED_OVER, HANDED_OVER_LABEL = "handed_over", "Entregue ao aparelho"
"""What is shown of a sent message of which a phone that sends by itself has not told more than that it has it."""
HANDED_OVER_NOTE = "O aparelho recebeu o texto e o envia sozinho."

SHOWN_STATUSES: tuple[tuple[str, str], ...] = tuple(
    shown
    for status, label in Status.choices
    for shown in ([(status, label), (HANDED_OVER, HANDED_OVER_LABEL)] if status == Status.SENT else [(status, label)])
)
"""What a screen calls a message, and its label in pt-BR: each status, and HANDED_OVER after SENT."""

SENT_GROUP = (Status.SENT, Status.DELIVERED, Status.UNDELIVERED)
NOT_SENT_GROUP = tuple(status for status in Status if status not in SENT_GROUP)
NEEDS_A_PERSON = (Status.FAILED, Status.UNCERTAIN)


class Priority(models.IntegerChoices):
    """Lower goes first."""

    URGENT = 1, "Urgente"
    NORMAL = 5, "Normal"
    BULK = 9, "Em lote"


ENCODINGS = [
    (EncodingPolicy.FOLD.value, "Sem acentos que o SMS não tem"),
    (EncodingPolicy.UCS2.value, "Com todos os caracteres (UCS-2)"),
    (EncodingPolicy.SHIFT.value, "Tabelas portuguesas"),
    (EncodingPolicy.AUTO.value, "Menos partes sem mudar caracteres"),
]

CAUSES = [
    (Cause.NUMBER_INVALID.value, "Número inexistente"),
    (Cause.UNREACHABLE.value, "Celular fora de alcance"),
    (Cause.NETWORK.value, "Rede ocupada"),
    (Cause.NO_CREDIT.value, "Chip sem saldo (provável)"),
    (Cause.BARRED.value, "Chip sem permissão de enviar"),
    (Cause.PHONE_DOWN.value, "Aparelho desconectado"),
    (Cause.PHONE_MEMORY.value, "Memória do aparelho"),
    (Cause.SIM.value, "Problema no chip"),
    (Cause.SMSC.value, "Central de SMS não responde"),
    (Cause.OURS.value, "Falha do Recado"),
    (Cause.UNCERTAIN.value, "Talvez enviada"),
    (Cause.EXPIRED.value, "Prazo acabou"),
    (Cause.OPTED_OUT.value, "Cliente pediu para não receber"),
    (Cause.UNKNOWN.value, "Motivo desconhecido"),
]


def shown_status(status: str, handed_over: bool) -> str:
    """A status as screens tell it: what a phone took to send by itself is no more than HANDED_OVER."""
    return HANDED_OVER if handed_over and status == Status.SENT else status
