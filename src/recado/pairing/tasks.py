"""The life of a task: begun by a person, taken by a gateway, perhaps a question and its answer, and an end.

Every step is a compare-and-swap on the row, and every task has a deadline: what nobody ends is over by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from recado.pairing.finds import Find
from recado.pairing.models import QUESTIONS, PairingTask, Step, Work
from recado.phones.models import Phone

GATEWAY_PATIENCE = timedelta(seconds=20)
"""For a gateway to take the task; one that runs looks every second or two."""
SCAN_SECONDS = 12.0
ANSWER_PATIENCE = timedelta(seconds=60)
"""For the person; phones themselves give up after 30 to 60 s."""
PATIENCE = {Work.SCAN: timedelta(seconds=60), Work.PAIR: timedelta(seconds=240), Work.UNPAIR: timedelta(seconds=60)}
"""For the whole, once it was taken."""
KEPT = 20
"""Ended tasks that are kept; what was done stands in the audit and in the phone's changes."""

_NO_GATEWAY = "O serviço de envio não respondeu: nada foi feito."
_START_IT = "Confira se ele está em execução: sudo systemctl status recado-gateway (ou recado doctor)."
_LATE = "O tempo para terminar acabou."
_AGAIN = "Comece de novo, com o aparelho por perto."


class Busy(Exception):
    """Another task is under way: `task`."""

    def __init__(self, task: PairingTask) -> None:
        super().__init__(f"pairing task {task.pk} is under way")
        self.task = task


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person said."""

    agreed: bool
    pin: str


def begin(work: Work, *, actor: str, now: datetime, address: str = "", name: str = "", host: str = "") -> PairingTask:
    """Write down what `actor` wants. Raises `Busy` while another task is under way."""
    if task := under_way(now):
        raise Busy(task)
    try:
        with transaction.atomic():
            task = PairingTask.objects.create(
                work=work,
                address=address,
                name=name,
                host=host,
                asked_by=actor,
                asked_at=now,
                deadline=now + GATEWAY_PATIENCE,
            )
    except IntegrityError:
        # Somebody else began between the look and the leap.
        raise Busy(PairingTask.objects.get(under_way=True)) from None
    PairingTask.objects.filter(pk__lte=task.pk - KEPT, under_way=False).delete()
    return task


def begin_here(work: Work, *, actor: str, now: datetime, address: str) -> PairingTask:
    """Begin a task that the caller itself does, at a terminal. Raises `Busy` while another is under way."""
    with transaction.atomic():
        task = begin(work, actor=actor, now=now, address=address)
        limit = now + PATIENCE[work]
        PairingTask.objects.filter(pk=task.pk).update(step=Step.WORKING, deadline=limit)
        return task


def under_way(now: datetime) -> PairingTask | None:
    """The task that is not over; one whose time is up is ended first."""
    end_overdue(now)
    return PairingTask.objects.filter(under_way=True).first()


def end_overdue(now: datetime) -> None:
    """End what nobody ended in time."""
    overdue = PairingTask.objects.filter(under_way=True, deadline__lte=now)
    _fail(overdue.filter(step=Step.ASKED), _NO_GATEWAY, _START_IT, now)
    _fail(overdue.exclude(step=Step.ASKED), _LATE, _AGAIN, now)


def take(host: str, now: datetime) -> PairingTask | None:
    """Give the task that waits for the gateway of the machine `host`, which does it from now on."""
    waiting = PairingTask.objects.filter(under_way=True, step=Step.ASKED, deadline__gt=now)
    task = waiting.filter(Q(host="") | Q(host=host)).first()
    if task is None:
        return None
    limit = now + PATIENCE[Work(task.work)]
    if not waiting.filter(pk=task.pk).update(step=Step.WORKING, host=host, deadline=limit):
        return None
    task.step, task.host, task.deadline = Step.WORKING, host, limit
    return task


def ask(task: PairingTask, step: Step, number: str, now: datetime) -> bool:
    """Put a question, or a number to type, before the person; False when the task is over."""
    row = PairingTask.objects.filter(pk=task.pk, under_way=True, deadline__gt=now)
    return row.update(step=step, number=number[:16], answered=False, agreed=False, answer="") == 1


def answer(pk: int, number: str, given: Answer, now: datetime) -> bool:
    """Answer the open question about `number`; False when it is no longer asked."""
    row = PairingTask.objects.filter(pk=pk, under_way=True, step__in=QUESTIONS, answered=False, deadline__gt=now)
    fields = {"answered": True, "agreed": given.agreed, "answer": given.pin}
    return row.filter(number=number).update(**fields) == 1


def take_answer(task: PairingTask) -> Answer | None:
    """Give the answer once it is there, and forget the PIN; `Answer(False, "")` when the task is over."""
    row = PairingTask.objects.filter(pk=task.pk).first()
    if row is None or not row.under_way:
        return Answer(False, "")
    if not row.answered:
        return None
    PairingTask.objects.filter(pk=task.pk, under_way=True).update(step=Step.WORKING, answer="", number="")
    return Answer(row.agreed, row.answer)


def is_under_way(task: PairingTask) -> bool:
    """Whether nobody has ended the task yet."""
    return PairingTask.objects.filter(pk=task.pk, under_way=True).exists()


def finish(task: PairingTask, now: datetime, *, finds: tuple[Find, ...] = (), phone: Phone | None = None) -> bool:
    """All went well; False when somebody had ended the task before."""
    row = PairingTask.objects.filter(pk=task.pk, under_way=True)
    kept = [find.as_json() for find in finds]
    return row.update(step=Step.DONE, found=kept, phone=phone, **_ended(now)) == 1


def fail(task: PairingTask, reason: str, advice: str, now: datetime) -> bool:
    """It did not succeed; `reason` and `advice` are pt-BR. False when somebody had ended the task before."""
    return _fail(PairingTask.objects.filter(pk=task.pk, under_way=True), reason, advice, now)


def cancel(pk: int, actor: str, now: datetime) -> bool:
    """Whoever watches wants no more of it; False when it was over."""
    row = PairingTask.objects.filter(pk=pk, under_way=True)
    return _fail(row, f"Cancelado por {actor}.", "", now)


def abandon(host: str, now: datetime) -> None:
    """The gateway of `host` starts: what its predecessor had under way is over."""
    left = PairingTask.objects.filter(under_way=True, host=host).exclude(step=Step.ASKED)
    _fail(left, "O serviço de envio foi reiniciado no meio.", _AGAIN, now)


def last_result(now: datetime, within: timedelta = timedelta(minutes=10)) -> PairingTask | None:
    """How the last task ended, unless that is long ago."""
    last = PairingTask.objects.filter(under_way=False, ended_at__gte=now - within)
    return last.select_related("phone").order_by("-ended_at").first()


def last_scan(now: datetime, within: timedelta = timedelta(minutes=10)) -> PairingTask | None:
    """The last look around that brought something to light, unless it is old."""
    return PairingTask.objects.filter(work=Work.SCAN, step=Step.DONE, ended_at__gte=now - within).first()


def _fail(rows: QuerySet[PairingTask], reason: str, advice: str, now: datetime) -> bool:
    return rows.update(step=Step.FAILED, reason=reason[:300], advice=advice[:500], **_ended(now)) > 0


def _ended(now: datetime) -> dict[str, object]:
    return {"under_way": False, "ended_at": now, "answer": "", "number": ""}
