"""What people decide about a batch: read it, correct it, send it, approve or return it, pause, resume, cancel.

Each is a compare-and-swap on the state, so that two who press at once do not both succeed, and holds or lets go the
batch's messages in the same transaction. Who made a batch never approves it.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction

from recado import parameters
from recado.batches import states
from recado.batches.models import BEFORE_SENDING, UNDER_WAY, Batch, State
from recado.batches.reading import start_again
from recado.batches.storage import forget
from recado.outbox import holding


class BatchRefused(ValueError):
    """The batch does not stand where the decision needs it, or the person may not take it; the text is pt-BR."""


def begin_reading(batch_id: int, *, actor: str, now: datetime) -> None:
    """Read the table anew with the mapping and the text that the batch has."""
    batch = Batch.objects.get(pk=batch_id)
    with transaction.atomic():
        start_again(batch)
        _move(batch, State.DRAFT, State.READING, actor, now)


def correct(batch_id: int, *, actor: str, now: datetime) -> None:
    """Back to its making: another text, another column. Its author may do so while it waits for approval, too."""
    batch = Batch.objects.get(pk=batch_id)
    with transaction.atomic():
        if batch.state == State.WAITING and actor == batch.author:
            _move(batch, State.WAITING, State.READ, actor, now, note="O pedido de aprovação foi retirado.")
        _move(batch, State.READ, State.DRAFT, actor, now)


def needs_approval(batch: Batch) -> bool:
    """True when the batch is larger than what one person may send alone."""
    return batch.parts > parameters.get().batch_approval


def send(batch_id: int, *, actor: str, now: datetime, approval: bool | None = None) -> State:
    """Let the batch go out, or ask for approval; give the state it has now. `approval`: None as the parameter says."""
    batch = Batch.objects.get(pk=batch_id)
    if not batch.ready:
        raise BatchRefused("Nenhuma linha deste lote pode ser enviada. Corrija o arquivo e prepare o lote de novo.")
    wanted = needs_approval(batch) if approval is None else approval
    if wanted:
        _move(batch, State.READ, State.WAITING, actor, now)
        return State.WAITING
    _move(batch, State.READ, State.RUNNING, actor, now, started_at=now)
    _forget_once_sure(batch_id)
    return State.RUNNING


def approve(batch_id: int, *, actor: str, now: datetime) -> None:
    """Another person lets it go out."""
    batch = Batch.objects.get(pk=batch_id)
    if actor == batch.author:
        raise BatchRefused("Quem prepara um lote não o aprova. Peça a outra pessoa que possa aprovar lotes.")
    _move(batch, State.WAITING, State.RUNNING, actor, now, started_at=now, approved_by=actor)
    _forget_once_sure(batch_id)


def give_back(batch_id: int, *, note: str, actor: str, now: datetime) -> None:
    """Another person does not let it go out, and says why. Its author corrects or cancels it instead."""
    batch = Batch.objects.get(pk=batch_id)
    if actor == batch.author:
        raise BatchRefused("Quem prepara um lote não o devolve. Volte ao preparo para corrigi-lo, ou cancele o lote.")
    _move(batch, State.WAITING, State.READ, actor, now, note=note, fault=note[:400])


def pause(batch_id: int, *, actor: str, now: datetime) -> None:
    """Send nothing more of it for now; what is on its way is ended."""
    batch = Batch.objects.get(pk=batch_id)
    with transaction.atomic():
        _move(batch, State.RUNNING, State.PAUSED, actor, now)
        holding.hold(batch_id)


def resume(batch_id: int, *, actor: str, now: datetime) -> None:
    """Go on with it."""
    batch = Batch.objects.select_related("type").get(pk=batch_id)
    if not batch.type.active:
        raise BatchRefused(f"O tipo “{batch.type.name}” está desativado. Ative-o para retomar o lote.")
    with transaction.atomic():
        _move(batch, State.PAUSED, State.RUNNING, actor, now, fault="")
        holding.release(batch_id, now)


def cancel(batch_id: int, *, actor: str, now: datetime, note: str = "") -> None:
    """Send nothing more of it, ever: what has not gone out is discarded, in the queue within seconds."""
    batch = Batch.objects.get(pk=batch_id)
    before = State(batch.state)
    if before not in (*BEFORE_SENDING, *UNDER_WAY):
        raise _refusal(batch)
    with transaction.atomic():
        _move(batch, before, State.CANCELLED, actor, now, note=note, finished_at=now)
        holding.hold(batch_id)
    _forget_once_sure(batch_id)


def _forget_once_sure(batch_id: int) -> None:
    """Remove the files once the decision is committed: where the caller's transaction fails, it may be read again."""
    transaction.on_commit(partial(forget, batch_id))


def _move(
    batch: Batch, before: State, after: State, actor: str, now: datetime, note: str = "", **fields: object
) -> None:
    if not states.change(batch.pk, before, after, at=now, actor=actor, note=note, **fields):
        raise _refusal(batch)


def _refusal(batch: Batch) -> BatchRefused:
    label = State(Batch.objects.values_list("state", flat=True).get(pk=batch.pk)).label
    return BatchRefused(f"O lote {batch.pk} agora está “{label}”: isso não pode mais ser feito com ele.")
