"""Reading a batch's table into rows: some records a unit of work, each unit one transaction.

The unit's rows, its faults, its counts and the place in the file up to which they reach are written together, and only
if the batch still stands where the unit found it. So a process that dies loses what it had not committed, and whoever
comes next reads that again from its first byte; two that read at once do no row twice.

Records are understood before the transaction begins: nobody waits for that but this job.
"""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from recado.batches import states
from recado.batches.composing import Composer, RowRefused, composer
from recado.batches.models import Batch, BatchFault, BatchRow, RowState, Source, State
from recado.batches.requests import Choice, of_the_ra, write_out
from recado.batches.storage import made_table, source_of, table_of
from recado.batches.storing import BadLine, GoodLine, store
from recado.batches.tables import OURS, FileRefused, Layout, Record, first_byte, records
from recado.batches.workbooks import is_workbook, write_csv
from recado.gsm import EncodingPolicy
from recado.outbox.enqueue import company_values
from recado.outbox.models import Message, OptOut
from recado.outbox.queries import day_start

AT_ONCE = 2000


def read_some(now: datetime) -> bool:
    """One unit of the batch that has waited longest to be read; False when none waits."""
    # A program's batch is read by the program itself.
    waiting = Batch.objects.filter(state=State.READING).exclude(source=Source.PROGRAM)
    batch = waiting.select_related("type").order_by("state_since", "pk").first()
    if batch is None:
        return False
    try:
        if not _has_table(batch):
            return True
        _read_on(batch, now)
    except FileRefused as refusal:
        _give_back(batch, str(refusal), now)
    except FileNotFoundError:
        _give_back(batch, "O arquivo do lote não está mais no servidor. Prepare o lote de novo.", now)
    return True


def start_again(batch: Batch) -> None:
    """Forget what was read. Call it before the state becomes `reading`, inside the same transaction."""
    BatchRow.objects.filter(batch=batch).delete()
    BatchFault.objects.filter(batch=batch).delete()
    counts = dict.fromkeys(("rows_read", "ready", "invalid", "repeated", "opted_out", "told", "expired", "parts"), 0)
    Batch.objects.filter(pk=batch.pk).update(position=0, line=0, fault="", **counts)
    if batch.source == Source.REQUESTS:
        made_table(batch.pk).unlink(missing_ok=True)


def settle(batch_id: int, now: datetime) -> None:
    """Mark who wants no such message and who was told today, and count what is left. Harmless to repeat.

    In no transaction of its own: counting a million rows takes seconds, for which nobody may wait.
    """
    batch = Batch.objects.select_related("type").get(pk=batch_id)
    rows = BatchRow.objects.filter(batch=batch)
    against = OptOut.objects.filter(ended_at=None).values("number")
    rows.filter(state=RowState.READY, number__in=against).update(state=RowState.OPTED_OUT)
    today = Message.objects.filter(moment__gte=day_start(timezone.localdate(now)), type=batch.type)
    told = rows.filter(state=RowState.READY, number__in=today.values("number"))
    told_count = told.update(state=RowState.TOLD) if batch.skip_told else told.count()
    counted = rows.aggregate(
        ready=Count("pk", filter=Q(state=RowState.READY)),
        opted_out=Count("pk", filter=Q(state=RowState.OPTED_OUT)),
        left_out=Count("pk", filter=Q(state=RowState.TOLD)),
        parts=Sum("parts", filter=Q(state=RowState.READY), default=0),
    )
    Batch.objects.filter(pk=batch_id).update(
        ready=counted["ready"],
        opted_out=counted["opted_out"],
        told=counted["left_out"] or told_count,
        parts=counted["parts"],
    )


def layout_of(batch: Batch) -> Layout:
    """How the batch's table is written."""
    if made_table(batch.pk).exists():
        return OURS
    return Layout(batch.encoding, batch.delimiter, first_byte(source_of(batch.pk)))


def composer_of(batch: Batch) -> Composer:
    """What makes an SMS of a record of this batch."""
    return composer(batch.template, EncodingPolicy(batch.type.encoding), batch.mapping, company_values())


def _has_table(batch: Batch) -> bool:
    """True when the table stands; else it is made now, which may take a minute, and the next unit reads it."""
    if made_table(batch.pk).exists():
        return True
    if batch.source == Source.REQUESTS:
        write_out(Choice.of(batch.query), made_table(batch.pk))
        return False
    if is_workbook(source_of(batch.pk)):
        write_csv(source_of(batch.pk), made_table(batch.pk))
        return False
    return True


def _read_on(batch: Batch, now: datetime) -> None:
    size = table_of(batch.pk).stat().st_size
    found = records(table_of(batch.pk), layout_of(batch), position=batch.position, line=batch.line)
    lot = list(islice(found, AT_ONCE))
    good, bad = _understood(batch, lot)
    with transaction.atomic():
        end, line = (lot[-1].end, lot[-1].line) if lot else (batch.position, batch.line)
        here = Batch.objects.filter(pk=batch.pk, state=State.READING, position=batch.position, line=batch.line)
        if not here.update(position=end, line=line, size=size):
            # Cancelled meanwhile, or another process read these records.
            return
        store(batch, good, bad)
    if len(lot) < AT_ONCE:
        settle(batch.pk, now)
        states.change(batch.pk, State.READING, State.READ, at=now)


def _understood(batch: Batch, lot: list[Record]) -> tuple[list[GoodLine], list[BadLine]]:
    """What the records give; the heading and empty ones are neither good nor bad."""
    make, separator = composer_of(batch), " | "
    good: list[GoodLine] = []
    bad: list[BadLine] = []
    heading_is_due = batch.has_header and batch.line == 0
    for record in lot:
        is_empty = not any(cell.strip() for cell in record.cells)
        if is_empty or heading_is_due:
            heading_is_due = heading_is_due and is_empty
            continue
        if record.fault:
            bad.append(BadLine(record.line, record.fault, separator.join(record.cells)))
            continue
        try:
            made = make(record.cells)
        except RowRefused as refusal:
            bad.append(BadLine(record.line, str(refusal), separator.join(record.cells)))
        else:
            # Of an RA's requester, the message belongs to the RA's story.
            protocol, ra_number = of_the_ra(record.cells) if batch.source == Source.REQUESTS else ("", None)
            good.append(
                GoodLine(record.line, made.number, made.text, made.parts, protocol=protocol, ra_number=ra_number)
            )
    return good, bad


def _give_back(batch: Batch, fault: str, now: datetime) -> None:
    states.change(batch.pk, State.READING, State.DRAFT, at=now, note=fault, fault=fault[:400])
