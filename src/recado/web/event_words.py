"""When messages of a type are made, in a sentence for the list of types."""

from __future__ import annotations

from collections.abc import Iterable

from recado.billing.models import BillingType
from recado.outbox.models import MessageType

# By the keys of the types that Recado came with, which are GSAN's (`0002_message_types`).
_OWN = {
    1: "Ao inserir um RA.",
    2: "Ao reiterar um RA.",
    3: "Ao encerrar um RA com um motivo que avisa o cliente.",
    4: "Quando um RA que veio de fora não pôde ser registrado.",
    5: "Quando uma ordem de serviço é concluída com sucesso.",
    6: "Quando uma pessoa ou um sistema o envia, um a um.",
}
_BILLING = "Na transmissão do faturamento."
_CHOSEN = "Quando alguém o escolhe, num lote ou por outro sistema."


def event_words(types: Iterable[MessageType]) -> dict[int, str]:
    """For the key of each type, when its messages are made."""
    billing = set(BillingType.objects.values_list("type_id", flat=True))
    return {row.pk: _OWN.get(row.pk) or (_BILLING if row.pk in billing else _CHOSEN) for row in types}
