"""A yes that becomes a no stops also what was transmitted and has not left: SMS of a batch, e-mails in the queue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from recado.batches.operations import withdraw
from recado.billing.models import Channel, Consent, ConsentKind, Notice, NoticeState
from recado.mail.decisions import withdraw as withdraw_mails

NOTE = "O cliente deixou de autorizar."
# What went wrong may have been queued again by a person since *Retorno* asked.
_MAY_WAIT = (
    NoticeState.TRANSMITTED,
    NoticeState.FAILED,
    NoticeState.INVALID,
    NoticeState.UNCONFIRMED,
    NoticeState.EXPIRED,
    NoticeState.CANCELLED,
)


def stop(taken_back: Sequence[Consent], now: datetime) -> None:
    """Stop what waits on these words, each of which is a no by now; *Retorno* tells what came of it."""
    if not taken_back:
        return
    clients = {word.client_id for word in taken_back}
    waiting = Notice.objects.filter(state__in=_MAY_WAIT, bill__client_id__in=clients)
    batches: dict[int, list[str]] = defaultdict(list)
    mails = []
    for notice in waiting.select_related("bill", "run"):
        if not any(_is_of(word, notice) for word in taken_back):
            continue
        if notice.mail_id is not None:
            mails.append(notice.mail_id)
        elif notice.run is not None and notice.run.batch is not None:
            batches[notice.run.batch].append(str(notice.pk))
    withdraw_mails(mails, reason=NOTE, now=now)
    for batch, references in batches.items():
        withdraw(batch, references, note=NOTE, now=now)


def _is_of(word: Consent, notice: Notice) -> bool:
    if word.client_id != notice.bill.client_id:
        return False
    if notice.channel == Channel.EMAIL:
        return word.kind == ConsentKind.CLIENT_EMAIL
    return word.kind == ConsentKind.CLIENT_SMS or (word.kind == ConsentKind.PHONE and word.address == notice.to)
