"""When messages of a type are made, and which of them a change of it touches."""

from __future__ import annotations

from collections.abc import Iterable

from recado.billing.models import BillingType
from recado.outbox.models import MessageType
from recado.outbox.own_types import OwnType
from recado.web.formatting import counted

_OWN: dict[int, str] = {
    OwnType.OPENED: "Ao inserir um RA.",
    OwnType.REITERATED: "Ao reiterar um RA.",
    OwnType.CLOSED: "Ao encerrar um RA com um motivo que avisa o cliente.",
    OwnType.NOT_REGISTERED: "Quando um RA que veio de fora não pôde ser registrado.",
    OwnType.ORDER_DONE: "Quando uma ordem de serviço é concluída com sucesso.",
    OwnType.BY_HAND: "Quando uma pessoa ou um sistema o envia, um a um.",
}
_BILLING = "Na transmissão do faturamento."
_CHOSEN = "Quando alguém o escolhe, num lote ou por outro sistema."


def event_words(types: Iterable[MessageType]) -> dict[int, str]:
    """For the key of each type, when its messages are made."""
    billing = set(BillingType.objects.values_list("type_id", flat=True))
    return {row.pk: _OWN.get(row.pk) or (_BILLING if row.pk in billing else _CHOSEN) for row in types}


# What a message takes along when it is queued; what is asked of its type when it goes out.
_TAKEN_ALONG = ("template", "encoding", "priority", "validity_minutes")
_ASKED_LATER = ("hours", "max_attempts", "on_uncertain")


def effect_words(before: MessageType, after: MessageType, waiting: int) -> list[str]:
    """What becomes of messages when `before` is changed to `after`; `waiting` of them stand in the queue."""
    along, later = (
        any(getattr(before, name) != getattr(after, name) for name in names) for names in (_TAKEN_ALONG, _ASKED_LATER)
    )
    said = []
    if along and later:
        said.append(
            "Horário, tentativas e o que fazer na dúvida valem já, também para as mensagens que esperam na fila; o"
            " resto, para as que entrarem a partir de agora."
        )
    elif along:
        said.append("Vale para as mensagens que entrarem na fila a partir de agora.")
    elif later:
        said.append("Vale já, também para as mensagens que esperam na fila.")
    if before.active and not after.active:
        said.append("Nenhuma mensagem nova sai com este tipo.")
        if waiting == 1:
            said.append("1 mensagem dele já está na fila e sai assim mesmo; descarte-a se não deve sair.")
        elif waiting:
            held = counted(waiting, "mensagem", "mensagens")
            said.append(f"{held} dele já estão na fila e saem assim mesmo; descarte as que não devem sair.")
    return said
