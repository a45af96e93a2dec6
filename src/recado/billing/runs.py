"""The three steps: asked for by a person or a timer, carried on a piece at a time by whoever is alive.

One step at a time in the whole of billing, held by the database: who asks for another meanwhile is refused with words.
A run belongs to the worker that holds its lease; when that one dies, the next to come goes on at the cursor. Every
piece is one transaction, and harmless to repeat.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from recado.billing import preparing, returning, transmitting
from recado.billing.models import Kind, Run
from recado.billing.setups import NoSetup
from recado.billing.transmitting import TransmitRefused
from recado.phones.leases import this_process

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
_LONGEST_NAME = 80


class RunRefused(ValueError):
    """The step cannot begin now; the text (pt-BR) says why."""


def ask(
    step: Run.Step,
    kind: Kind = Kind.BILL,
    *,
    group: str = "",
    month: date | None = None,
    actor: str,
    now: datetime,
    mine: bool = False,
) -> Run:
    """Begin a step for a group and month, or for all. Raises RunRefused.

    The job carries it on; with `mine`, this process, by `finish`: the job is not to come first.
    """
    run = Run(step=step, kind=kind, group=group, month=month, asked_at=now, asked_by=actor)
    if mine:
        run.worker, run.lease_until = _me(), now + LEASE
    try:
        with transaction.atomic():
            run.save(force_insert=True)
            return run
    except IntegrityError:
        raise RunRefused(_busy(now)) from None


def carry_on(now: datetime) -> bool:
    """Do one piece of the step that is under way; True when more is waiting. The job of `recado jobs`."""
    run = Run.objects.filter(state=Run.State.RUNNING).first()
    return run is not None and advance(run, now)


def finish(run: Run, clock: Callable[[], datetime], *, told: Callable[[Run], None] = lambda run: None) -> Run:
    """Carry `run` on to its end here and now; `told` hears of every piece. For the command line."""
    while advance(run, clock()):
        told(run)
    run.refresh_from_db()
    return run


def advance(run: Run, now: datetime) -> bool:
    """Do one piece of `run` if nobody else has it in hand; True when more of it is waiting for us."""
    me = _me()
    mine = Run.objects.filter(pk=run.pk, state=Run.State.RUNNING)
    free = mine.filter(Q(worker=me) | Q(lease_until=None) | Q(lease_until__lte=now))
    if not free.update(worker=me, lease_until=now + LEASE):
        return False
    run.refresh_from_db()
    try:
        more = _PIECES[Run.Step(run.step)](run, now, lambda: renew(run))
    except (NoSetup, TransmitRefused) as refusal:
        _end(run, Run.State.FAILED, now, str(refusal))
        return False
    if not more:
        _end(run, Run.State.DONE, now)
    return more


def renew(run: Run) -> None:
    """Keep the lease while one long piece goes on. Raises LeaseLost when another worker has taken over."""
    kept = Run.objects.filter(pk=run.pk, worker=_me(), state=Run.State.RUNNING)
    if not kept.update(lease_until=_clock() + LEASE):
        raise LeaseLost


class LeaseLost(Exception):
    """This process was away for so long that another one carries the step on."""


def _end(run: Run, state: Run.State, now: datetime, fault: str = "") -> None:
    ended = Run.objects.filter(pk=run.pk, state=Run.State.RUNNING)
    ended.update(state=state, ended_at=now, fault=fault[:400], lease_until=None)
    logger.info("billing run %s (%s): %s", run.pk, run.step, state)


def _busy(now: datetime) -> str:
    run = Run.objects.filter(state=Run.State.RUNNING).first()
    if run is None:
        return "Outra etapa acabou de terminar. Tente de novo."
    at = timezone.localtime(run.asked_at)
    return (
        f"A etapa {run.title}, pedida por {run.asked_by} em {at:%d/%m/%Y} às {at.hour}h{at:%M}, está em andamento. "
        f"{run.unattended(now) or 'Espere que ela termine.'}"
    )


def _clock() -> datetime:
    """A long piece outlives the time it was begun with."""
    return datetime.now(UTC)


def _me() -> str:
    # A long host's name does not fit in the row: what tells two processes apart stands at the end.
    return this_process()[-_LONGEST_NAME:]


_PIECES: dict[Run.Step, Callable[[Run, datetime, Callable[[], None]], bool]] = {
    Run.Step.PREPARE: preparing.piece,
    Run.Step.TRANSMIT: transmitting.piece,
    Run.Step.RETURN: returning.piece,
}
