"""*Preparar*: for each bill of a group and month one notice a channel, prepared or skipped with its reason.

What was prepared before and not transmitted is replaced, bill by bill; what was transmitted stays and is not prepared
again. Without a group, every bill that is not yet due is prepared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from recado.billing.barcode import Barcode
from recado.billing.choosing import Circumstances, Skipped, choose
from recado.billing.consents import held_by
from recado.billing.models import REPLACEABLE, Bill, Channel, Kind, Notice, NoticeState, Run, Setup, Skip
from recado.billing.setups import in_force, message_type
from recado.billing.tags import fill_text, sms_of, values_of
from recado.gsm import EncodeError, EncodingPolicy, segment
from recado.mail.posting import is_configured
from recado.outbox.models import OptOut
from recado.outbox.numbers import NumberRefused, normalise_mobile

AT_ONCE = 500


def piece(run: Run, now: datetime, renew: Callable[[], None]) -> bool:
    """Prepare the next bills of `run`; True while there are more. Raises NoSetup."""
    setup = in_force(Kind(run.kind))
    today = timezone.localdate(now)
    bills = _bills_of(run, today)
    if not run.phase:
        run.phase, run.total = "bills", bills.count()
    lot = list(bills.filter(pk__gt=run.cursor)[:AT_ONCE])
    with transaction.atomic():
        counts = Counter(run.counts)
        if lot:
            run.cursor = lot[-1].pk
            counts.update(_prepare(lot, run, setup, today, now))
        run.counts, run.done = dict(counts), run.done + len(lot)
        run.save(update_fields=["phase", "total", "cursor", "counts", "done"])
    return bool(lot)


def _bills_of(run: Run, today: date) -> QuerySet[Bill]:
    bills = Bill.objects.filter(kind=run.kind).order_by("pk")
    if run.group:
        bills = bills.filter(group=run.group)
    return bills.filter(month=run.month) if run.month else bills.filter(due_date__gte=today)


def _prepare(lot: Sequence[Bill], run: Run, setup: Setup, today: date, now: datetime) -> Counter[str]:
    keys = [bill.pk for bill in lot]
    replaced = Notice.objects.filter(bill__in=keys, state__in=REPLACEABLE).delete()[0]
    standing = set(Notice.objects.filter(bill__in=keys).values_list("bill_id", "channel"))
    at = Circumstances(today, setup, held_by(bill.client_id for bill in lot), _wishes(lot), is_configured())
    policy = EncodingPolicy(message_type(Kind(run.kind)).encoding)
    made = [
        _notice(bill, channel, at, policy, run, now)
        for bill in lot
        for channel in Channel
        if (bill.pk, channel.value) not in standing
    ]
    Notice.objects.bulk_create(made, batch_size=500)
    counts = Counter({"replaced": replaced, "standing": len(standing)})
    for notice in made:
        counts[f"{notice.channel}:{notice.skip or notice.state}"] += 1
    return counts


def _wishes(lot: Sequence[Bill]) -> set[str]:
    numbers = set()
    for bill in lot:
        try:
            numbers.add(normalise_mobile(bill.mobile))
        except NumberRefused:
            continue
    return set(OptOut.objects.filter(number__in=numbers, ended_at=None).values_list("number", flat=True))


def _notice(bill: Bill, channel: Channel, at: Circumstances, policy: EncodingPolicy, run: Run, now: datetime) -> Notice:
    found = choose(bill, channel, at)
    notice = Notice(
        bill=bill,
        channel=channel,
        setup=at.setup,
        kind=bill.kind,
        group=bill.group,
        month=bill.month,
        state=NoticeState.SKIPPED,
        planned_for=bill.due_date,
        limit=bill.due_date,
        prepared_at=now,
        moment=now,
    )
    if not isinstance(found, Skipped):
        text = _text(bill, channel, at.setup, policy)
        found = found if text else Skipped(Skip.TEXT)
    if isinstance(found, Skipped):
        notice.skip, notice.reason = found.reason, found.words[:300]
        return notice
    notice.state, notice.to, notice.text = NoticeState.PREPARED, found.to, text
    notice.planned_for, notice.limit = found.planned_for, found.limit
    return notice


def _text(bill: Bill, channel: Channel, setup: Setup, policy: EncodingPolicy) -> str:
    """The text as it goes out; empty when no phone could show it."""
    values = values_of(
        Kind(bill.kind), property_id=bill.property_id, name=bill.name, due_date=bill.due_date, value=bill.value
    )
    if channel is Channel.EMAIL:
        return fill_text(setup.email_text, values)
    text = sms_of(setup.sms_text, values, Barcode(bill.barcode))
    try:
        segment(text, policy)
    except EncodeError:
        return ""
    return text
