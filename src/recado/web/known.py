"""What is known of a message of which nobody can say whether it went out, for the person who must decide (pt-BR)."""

from __future__ import annotations

from recado.inbox.queries import replies_of
from recado.outbox.evidence import DOUBTFUL
from recado.outbox.models import GONE, Attempt, Message, Segment, Status
from recado.web.formatting import counted, date_and_time


def what_is_known(message: Message) -> list[str]:
    """Sentences, the weightiest first; none for a message that is in no doubt."""
    if message.status != Status.UNCERTAIN:
        return []
    doubtful = Attempt.objects.filter(segment__message=message, result__in=DOUBTFUL).order_by("-pk")
    told = [_try_words(attempt) for attempt in doubtful[:1]]
    tries = doubtful.count()
    if tries > 1:
        told.append(f"Foram {tries} tentativas assim: o cliente pode ter recebido mais de uma vez.")
    parts = list(Segment.objects.filter(message=message).values_list("status", flat=True))
    gone = sum(part in GONE for part in parts)
    if gone:
        of_all = counted(len(parts), "parte", "partes")
        told.append(f"Das {of_all} do texto, a operadora já aceitou {gone}; o que ela aceitou não sai de novo.")
    if message.type.status_report:
        told.append("O celular do cliente não confirmou até agora; se confirmar, a situação muda sozinha.")
    else:
        told.append("Este tipo de SMS não pede a confirmação do celular: só o cliente pode dizer.")
    if replies_of([message.number], since=message.created_at).exists():
        told.append("Este celular respondeu por SMS depois disso: leia a resposta na página da mensagem.")
    return told


def _try_words(attempt: Attempt) -> str:
    reason = attempt.reason or "Não houve resposta."
    return f"O texto foi passado ao aparelho “{attempt.phone_name}” em {date_and_time(attempt.started_at)}. {reason}"
