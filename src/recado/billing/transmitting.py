"""*Transmitir*: what is planned for today or before, and still of use, goes out: SMS as one batch, e-mails by a queue.

    late     what passed its limit before it could go is expired, and kept as such
    taken    the SMS of this run are marked with it; a consent that was taken back meanwhile counts
    batch    one batch under the run's own key: a run carried on by another process makes no second one
    mails    e-mails are queued some at a time, each under its bill's key

A bill's SMS and a bill's e-mail each exist once, whatever dies on the way: the batch and the mail queue know the key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString

from recado import parameters
from recado.batches.decisions import BatchRefused
from recado.batches.models import BatchFault
from recado.batches.operations import NewRow, create
from recado.billing.barcode import Barcode
from recado.billing.consents import Held, allows, held_by
from recado.billing.models import Channel, Consent, ConsentKind, Kind, Notice, NoticeState, Run, Skip
from recado.billing.setups import message_type
from recado.billing.withdrawing import stop
from recado.mail.posting import Letter, is_configured, post_many
from recado.outbox.templates import TemplateRefused

AT_ONCE = 500
TEMPLATE = "{TEXTO}"


class TransmitRefused(Exception):
    """Nothing can go out now; the text (pt-BR) says what is missing. What was prepared stays prepared."""


def piece(run: Run, now: datetime, renew: Callable[[], None]) -> bool:
    """Do the next piece of `run`; True while there are more. Raises TransmitRefused."""
    today = timezone.localdate(now)
    match run.phase:
        case "":
            return _begin(run, today, now)
        case "taken":
            return _take(run, today, now)
        case "batch":
            return _make_batch(run, now, renew)
        case _:
            return _post(run, today, now)


def due(run: Run, today: date) -> QuerySet[Notice]:
    """What `run` has to transmit on the local day `today`."""
    found = Notice.objects.filter(state=NoticeState.PREPARED, planned_for__lte=today, limit__gte=today)
    return _of(run, found)


def _of(run: Run, found: QuerySet[Notice]) -> QuerySet[Notice]:
    found = found.filter(kind=run.kind)
    if run.group:
        found = found.filter(group=run.group)
    return found.filter(month=run.month) if run.month else found


def _begin(run: Run, today: date, now: datetime) -> bool:
    sms = message_type(Kind(run.kind))
    if not sms.active:
        raise TransmitRefused(f"O tipo de SMS “{sms}” está desativado. Ative-o em Tipos e textos.")
    with transaction.atomic():
        late = _of(run, Notice.objects.filter(state=NoticeState.PREPARED, limit__lt=today))
        counted = late.order_by().values_list("channel").annotate(Count("pk"))
        counts = {f"{channel}:expired": count for channel, count in counted}
        late.update(state=NoticeState.EXPIRED, moment=now, reason="O prazo passou antes do envio.")
        run.counts, run.total = counts, due(run, today).count()
        _to("taken", run)
    return True


def _take(run: Run, today: date, now: datetime) -> bool:
    lot = _next(run, today, Channel.SMS)
    with transaction.atomic():
        willing = _willing(run, lot, now)
        Notice.objects.filter(pk__in=[row.pk for row in willing]).update(state=NoticeState.TAKEN, run=run, moment=now)
        if lot:
            run.cursor = lot[-1].pk
            run.save(update_fields=["cursor", "counts"])
        else:
            _to("batch", run)
    return True


def _next(run: Run, today: date, channel: Channel) -> list[Notice]:
    """The next ones that are due, from the cursor on: else each piece would sort all that are left."""
    found = due(run, today).filter(channel=channel, pk__gt=run.cursor)
    return list(found.select_related("bill").order_by("pk")[:AT_ONCE])


def _make_batch(run: Run, now: datetime, renew: Callable[[], None]) -> bool:
    taken = Notice.objects.filter(run=run, channel=Channel.SMS, state=NoticeState.TAKEN).order_by("pk")
    if taken.exists():
        try:
            # Its cursor is the server's: closed by the garbage collector in the middle of another statement, it would
            # wait for that statement's connection for ever.
            with closing(_rows(taken, renew)) as rows:
                batch = create(
                    rows,
                    type_id=message_type(Kind(run.kind)).pk,
                    template=TEMPLATE,
                    name=_name(run),
                    author=run.asked_by,
                    key=f"billing:{run.pk}",
                    now=now,
                    one_per_number=False,
                    # The text was weighed and saved as a version, and this step is a duty of its own.
                    needs_approval=False,
                )
        except (BatchRefused, TemplateRefused) as refusal:
            taken.update(state=NoticeState.PREPARED, run=None)
            raise TransmitRefused(str(refusal)) from refusal
        with transaction.atomic():
            counts = Counter(run.counts)
            counts["sms:invalid"] += _mark_invalid(taken, batch.pk, now)
            went = taken.update(state=NoticeState.TRANSMITTED, transmitted_at=now, moment=now)
            counts["sms:transmitted"] += went
            run.counts, run.done, run.batch = dict(counts), run.done + went, batch.pk
            run.save(update_fields=["counts", "done", "batch"])
            _to("mails", run)
        _heed_late_words(run, now)
        return True
    _to("mails", run)
    return True


def _post(run: Run, today: date, now: datetime) -> bool:
    if not is_configured():
        return False
    lot = _next(run, today, Channel.EMAIL)
    with transaction.atomic():
        willing = _willing(run, lot, now)
        mails = post_many([_letter(notice) for notice in willing], now=now)
        for notice, mail in zip(willing, mails, strict=True):
            notice.mail = mail
        Notice.objects.bulk_update(willing, ["mail"])
        Notice.objects.filter(pk__in=[notice.pk for notice in willing]).update(
            run=run, state=NoticeState.TRANSMITTED, transmitted_at=now, moment=now
        )
        counts = Counter(run.counts)
        counts["email:transmitted"] += len(willing)
        run.counts, run.done = dict(counts), run.done + len(lot)
        if lot:
            run.cursor = lot[-1].pk
        run.save(update_fields=["cursor", "counts", "done"])
    if not lot:
        _heed_late_words(run, now)
    return bool(lot)


def _heed_late_words(run: Run, now: datetime) -> None:
    """Stop what a client refused after its notice had been taken for this run, and before it was transmitted."""
    said = list(Consent.objects.filter(given=False, ended_at=None, since__gte=run.asked_at))
    for place in range(0, len(said), AT_ONCE):
        stop(said[place : place + AT_ONCE], now)


def _willing(run: Run, lot: Sequence[Notice], now: datetime) -> list[Notice]:
    """Those whose consent still holds; the others are skipped."""
    held = held_by(notice.bill.client_id for notice in lot)
    willing = [notice for notice in lot if _still_allows(held, notice)]
    gone = [notice for notice in lot if notice not in willing]
    Notice.objects.filter(pk__in=[notice.pk for notice in gone]).update(
        state=NoticeState.SKIPPED, skip=Skip.NO_CONSENT, moment=now
    )
    counts = Counter(run.counts)
    for notice in gone:
        counts[f"{notice.channel}:no_consent"] += 1
    run.counts = dict(counts)
    return willing


def _still_allows(held: Held, notice: Notice) -> bool:
    client = notice.bill.client_id
    if notice.channel == Channel.EMAIL:
        return allows(held, client, ConsentKind.CLIENT_EMAIL)
    return allows(held, client, ConsentKind.CLIENT_SMS) and allows(held, client, ConsentKind.PHONE, notice.to)


def _rows(taken: QuerySet[Notice], renew: Callable[[], None]) -> Generator[NewRow, None, None]:
    for place, notice in enumerate(taken.iterator(chunk_size=1000)):
        if place % 1000 == 0:
            renew()
        yield NewRow(notice.to, {"TEXTO": notice.text}, str(notice.pk), end_of(notice.limit))


def _mark_invalid(taken: QuerySet[Notice], batch_id: int, now: datetime) -> int:
    """What the batch would not take has no row there: it is known by its place."""
    faults = dict(BatchFault.objects.filter(batch=batch_id).values_list("line", "reason"))
    if not faults:
        return 0
    keys = list(taken.values_list("pk", flat=True))
    for line, reason in faults.items():
        Notice.objects.filter(pk=keys[line - 1]).update(
            state=NoticeState.INVALID, reason=reason, transmitted_at=now, moment=now
        )
    return len(faults)


def end_of(day: date) -> datetime:
    """The last instant of a local day."""
    following = datetime.combine(day + timedelta(days=1), time.min, tzinfo=timezone.get_current_timezone())
    return following - timedelta(seconds=1)


def _to(phase: str, run: Run) -> None:
    run.phase, run.cursor = phase, 0
    run.save(update_fields=["phase", "cursor", "counts", "total"])


def _name(run: Run) -> str:
    which = f" – grupo {run.group}" if run.group else ""
    when = f" – {run.month:%m/%Y}" if run.month else ""
    what = "Faturamento" if run.kind == Kind.BILL else "Cobrança"
    return f"{what}{which}{when}"


def _letter(notice: Notice) -> Letter:
    """The e-mail of a bill: the company's text, and the bar code's line on a line of its own, to be copied."""
    company, bill = parameters.get().company, notice.bill
    what = f"conta de {bill.month:%m/%Y}" if bill.kind == Kind.BILL else f"documento {bill.document}"
    subject = f"{company}: {what}"
    line = Barcode(bill.barcode).line
    label = "Código de barras para pagamento"
    html = format_html(
        '<!DOCTYPE html><html lang="pt-BR"><head><meta charset="utf-8"><title>{}</title></head><body>{}'
        '<p>{}:<br><code style="font-size:1.1em">{}</code></p><p>{}</p></body></html>',
        subject,
        # It escapes the text, and gives its own tags as plain words.
        SafeString(linebreaks(notice.text, autoescape=True)),
        label,
        line,
        company,
    )
    return Letter(
        key=f"bill:{bill.pk}:email",
        to=notice.to,
        subject=subject,
        text=f"{notice.text.rstrip()}\n\n{label}:\n{line}\n\n{company}\n",
        html=html,
        expires_at=end_of(notice.limit),
    )
