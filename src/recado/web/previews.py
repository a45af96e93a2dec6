"""What a customer will read, before anything is sent: the type's text, filled, folded and cut as the sender does it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from recado.gsm import EncodeError, EncodingPolicy, segment
from recado.outbox.enqueue import company_values
from recado.outbox.models import MessageType
from recado.outbox.templates import TemplateRefused, fill


@dataclass(frozen=True, slots=True)
class Preview:
    """The text as it arrives, its number of SMS, and whether letters were `changed` for it.

    Or `fault`, a pt-BR sentence: why nothing will arrive.
    """

    text: str = ""
    parts: int = 0
    changed: bool = False
    fault: str = ""


def preview(type_id: int, *, protocol: str, ra_number: str, notice: str = "") -> Preview:
    """Fill the text of a message type for one protocol and RA; never raises for what a type's text may hold."""
    message_type = MessageType.objects.filter(pk=type_id).first()
    if message_type is None:
        return Preview(fault="Este tipo de SMS não existe. Nenhum SMS será enviado.")
    if not message_type.active:
        return Preview(fault=f"O tipo “{message_type.name}” está desativado. Nenhum SMS será enviado.")
    try:
        values = {**company_values(), "PROTOCOLO": protocol, "RA": ra_number, "AVALIACAO": notice}
        text = fill(message_type.template, values)
        cut = segment(text, EncodingPolicy(message_type.encoding))
    except (TemplateRefused, EncodeError) as refusal:
        return Preview(fault=f"O texto deste tipo precisa de correção: {refusal}")
    return Preview(text=cut.text, parts=len(cut.parts), changed=bool(cut.changes))


def sample_protocol() -> str:
    """A protocol of this year that only shows the shape."""
    return f"{timezone.localtime().year}1000000000"
