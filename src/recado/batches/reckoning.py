"""When a batch will end, and how much of it will be too late, beside all else that waits.

The queue's own forecast tells it (`outbox.forecast`), with the rows of a batch that is not sent yet behind all others:
this screen and that of the queue tell one end, and what the one does not reckon with the other does not either.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from recado.batches.behind import behind_the_queue, parts_each, rows_behind
from recado.batches.models import Batch, State
from recado.outbox.forecast import QueueForecast, forecast
from recado.outbox.models import Message, Status
from recado.phones.models import Phone


@dataclass(frozen=True, slots=True)
class Reckoning:
    """`end`: local time, None when nobody can say (`why`, pt-BR). `late`: how many parts the limit leaves unsent."""

    end: datetime | None
    late: int = 0
    why: str = ""


def reckon(batch: Batch, now: datetime) -> Reckoning:
    """How the batch will go, as far as it is not sent."""
    behind, _ = behind_the_queue()
    if batch.state != State.RUNNING:
        behind += rows_behind(batch)
    found = forecast(list(Phone.objects.filter(enabled=True)), now, behind)
    # What is in no phone's way any more ends at once.
    end = found.outlook.ends.get(batch.pk, timezone.localtime(now))
    return Reckoning(end, round(found.outlook.late.get(batch.pk, 0)), "" if end else _why(batch, found))


def waiting_parts(batch: Batch) -> int:
    """SMS of the batch that have not gone out: rows, and messages in the queue, taken to be like its others."""
    if batch.state in (State.DONE, State.CANCELLED):
        return 0
    queued = Message.objects.filter(batch=batch.pk, status__in=(Status.QUEUED, Status.SENDING)).count()
    if not batch.fed:
        return batch.parts
    return round((batch.ready - batch.fed + queued) * parts_each(batch))


def _why(batch: Batch, found: QueueForecast) -> str:
    if not found.at_work:
        return "Nenhum aparelho pronto para enviar: sem ele não há como dizer quando termina."
    if batch.type_id in found.stuck_types:
        return "Nenhum aparelho pronto envia este tipo: sem ele não há como dizer quando termina."
    if stuck := {load.ddd for load in found.outlook.stuck if load.batch == batch.pk}:
        ddds = ", ".join(sorted(stuck))
        return (
            f"Não dá para dizer quando termina: o aparelho preferido do DDD {ddds} está parado, e nenhum outro assume."
        )
    return "Pelas regras dos aparelhos e o horário do tipo, o lote não termina em três anos."
