"""*Retorno*: what became of each notice, asked of the outbox and the mail queue, and kept with the notice.

    sent          the network, or the company's mail server, took it       (an SMS without a receipt may stay so)
    delivered     the customer's phone confirmed
    invalid       the number or address does not exist
    failed        given up, or refused, or never arrived
    expired       its time ran out first
    unconfirmed   nobody knows whether it went out
    cancelled     a person, or the customer's own wish, stopped it

What still waits stays *Transmitida*, and what may yet change is asked again by the next *Retorno*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from recado.batches.models import Batch, RowState
from recado.batches.operations import Fate, fates
from recado.billing.models import OPEN, Channel, Kind, Notice, NoticeState, Run
from recado.gsm.causes import Cause
from recado.mail.models import Fault, MailStatus
from recado.outbox.models import Status

AT_ONCE = 500
_DECIDABLE = (NoticeState.INVALID, NoticeState.EXPIRED, NoticeState.CANCELLED)
_OF_A_MESSAGE = {
    Status.QUEUED: NoticeState.TRANSMITTED,
    Status.SENDING: NoticeState.TRANSMITTED,
    Status.SENT: NoticeState.SENT,
    Status.DELIVERED: NoticeState.DELIVERED,
    Status.UNDELIVERED: NoticeState.FAILED,
    Status.FAILED: NoticeState.FAILED,
    Status.UNCERTAIN: NoticeState.UNCONFIRMED,
    Status.EXPIRED: NoticeState.EXPIRED,
    Status.CANCELLED: NoticeState.CANCELLED,
}
_OF_A_MAIL = {
    MailStatus.WAITING: NoticeState.TRANSMITTED,
    MailStatus.SENDING: NoticeState.TRANSMITTED,
    MailStatus.SENT: NoticeState.SENT,
    MailStatus.FAILED: NoticeState.FAILED,
    MailStatus.UNCERTAIN: NoticeState.UNCONFIRMED,
    MailStatus.EXPIRED: NoticeState.EXPIRED,
    MailStatus.CANCELLED: NoticeState.CANCELLED,
}
_LEFT_OUT = {
    str(RowState.OPTED_OUT.label): NoticeState.CANCELLED,
    str(RowState.TOLD.label): NoticeState.CANCELLED,
    str(RowState.EXPIRED.label): NoticeState.EXPIRED,
}


def piece(run: Run, now: datetime, renew: Callable[[], None]) -> bool:
    """Ask after one batch, or after some e-mails; True while there are more."""
    if not run.phase:
        run.phase, run.total = "batches", _open(run).count()
        run.save(update_fields=["phase", "total"])
        return True
    if run.phase == "batches":
        waiting = _open(run).filter(channel=Channel.SMS, run__batch__gt=run.cursor)
        batch = waiting.order_by("run__batch").values_list("run__batch", flat=True).first()
        if batch is None:
            run.phase, run.cursor = "mails", 0
            run.save(update_fields=["phase", "cursor"])
            return True
        _ask_batch(run, batch, now, renew)
        return True
    return _ask_mails(run, now)


def _open(run: Run) -> QuerySet[Notice]:
    # What was over may have been sent again, or given up, by a person.
    decided = Q(channel=Channel.EMAIL, mail__moment__gt=F("moment"))
    decidable = Q(channel=Channel.SMS, state__in=_DECIDABLE, message__isnull=False)
    found = Notice.objects.filter(Q(state__in=OPEN) | decided | decidable, kind=run.kind)
    if run.group:
        found = found.filter(group=run.group)
    return found.filter(month=run.month) if run.month else found


def _ask_batch(run: Run, batch_id: int, now: datetime, renew: Callable[[], None]) -> None:
    lot: list[Fate] = []
    seen = 0
    if Batch.objects.filter(pk=batch_id).exists():
        for fate in fates(batch_id):
            lot.append(fate)
            if len(lot) == AT_ONCE:
                seen += _keep_fates(run, lot, now)
                renew()
                lot = []
    seen += _keep_fates(run, lot, now)
    run.cursor = batch_id
    run.done += seen
    run.save(update_fields=["cursor", "done", "counts"])


def _keep_fates(run: Run, lot: Sequence[Fate], now: datetime) -> int:
    with transaction.atomic():
        asked = _open(run).in_bulk([int(fate.reference) for fate in lot if fate.reference.isdigit()])
        changed = []
        for fate in lot:
            notice = asked.get(int(fate.reference)) if fate.reference.isdigit() else None
            if notice is None:
                continue
            state = _state_of(fate)
            if state == notice.state == NoticeState.TRANSMITTED:
                continue
            if state is not None and (notice.state != state or notice.message != fate.message_id):
                notice.state, notice.message, notice.moment = state, fate.message_id, fate.moment or now
                notice.reason = fate.left_out
                changed.append(notice)
        Notice.objects.bulk_update(changed, ["state", "message", "moment", "reason"], batch_size=200)
        _count(run, changed)
    return len(asked)


def _state_of(fate: Fate) -> NoticeState | None:
    if fate.left_out:
        return _LEFT_OUT.get(fate.left_out, NoticeState.CANCELLED)
    if fate.status in (Status.FAILED, Status.UNDELIVERED) and fate.cause == Cause.NUMBER_INVALID:
        return NoticeState.INVALID
    return _OF_A_MESSAGE.get(Status(fate.status)) if fate.status else None


def _ask_mails(run: Run, now: datetime) -> bool:
    waiting = _open(run).filter(channel=Channel.EMAIL, pk__gt=run.cursor).select_related("mail").order_by("pk")
    lot = list(waiting[:AT_ONCE])
    with transaction.atomic():
        changed = []
        for notice in lot:
            mail = notice.mail
            state = _OF_A_MAIL.get(MailStatus(mail.status)) if mail else None
            if mail and mail.status == MailStatus.FAILED and mail.fault == Fault.ADDRESS:
                state = NoticeState.INVALID
            if mail and state is not None and (notice.state, notice.to) != (state, mail.to):
                notice.state, notice.to, notice.moment, notice.reason = state, mail.to, mail.moment, mail.reason
                changed.append(notice)
        Notice.objects.bulk_update(changed, ["state", "to", "moment", "reason"], batch_size=200)
        _count(run, changed)
        if lot:
            run.cursor = lot[-1].pk
        run.done += len(lot)
        run.save(update_fields=["cursor", "done", "counts"])
    return bool(lot)


def _count(run: Run, changed: Sequence[Notice]) -> None:
    counts = Counter(run.counts)
    counts.update(f"{notice.channel}:{notice.state}" for notice in changed)
    run.counts = dict(counts)


def tally(group: str, month: date, kind: Kind) -> dict[str, dict[str, int]]:
    """How many notices of a group and month stand where, by channel: what the screen and the command show."""
    counted = Notice.objects.filter(kind=kind, group=group, month=month).order_by().values_list("channel", "state")
    found: dict[str, dict[str, int]] = {channel.value: {} for channel in Channel}
    for channel, state, count in counted.annotate(Count("pk")):
        found[channel][state] = count
    return found
