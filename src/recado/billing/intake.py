"""Taking bills in: rows become bills and consents, some at a time, each lot in one transaction with how far it is.

A process that dies goes on at the row after the last lot. The same content twice is noticed by its fingerprint, and
would change nothing: a bill is one of its property and month, a collection document also of its number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count, islice
from pathlib import Path

from django.db import transaction
from django.db.models import F

from recado.batches.storage import fingerprint
from recado.batches.tables import FileRefused, Record, look_at, records
from recado.billing import storage
from recado.billing.bills import BillRefused, BillRow, ColumnsMissing, checked, columns_of, kind_of, read_row
from recado.billing.consents import Word, write_down
from recado.billing.models import Bill, BillFault, BillFile, ConsentKind, FileState, Notice, NoticeState, Skip
from recado.outbox.numbers import NumberRefused, normalise_mobile

AT_ONCE = 1000
LARGEST_FILE = 500 * 1024 * 1024
_LOTS_A_TURN = 10
_OF_THE_BILL = ("group", "client_id", "name", "category", "value", "due_date", "barcode", "mobile", "email")


class SameFile(Exception):
    """This content was given before; the text (pt-BR) says when."""

    def __init__(self, file: BillFile, words: str) -> None:
        super().__init__(words)
        self.file = file


@dataclass(frozen=True, slots=True)
class Taken:
    """What a lot of bills did."""

    new: int
    changed: int
    same: int
    refused: int = 0


def give_file(upload: Path, name: str, *, actor: str, now: datetime, again: bool = False) -> BillFile:
    """Keep a file to be read by the job. Raises FileRefused for what is no table, SameFile unless `again`."""
    size = upload.stat().st_size
    if size > LARGEST_FILE:
        raise FileRefused(f"O arquivo tem mais de {LARGEST_FILE // 1024 // 1024} MB. Divida-o em partes.")
    look_at(upload)
    content = fingerprint(upload)
    before = BillFile.objects.filter(fingerprint=content).exclude(state=FileState.REFUSED).first()
    if before is not None and not again:
        at = f"{before.given_at.astimezone():%d/%m/%Y}"
        raise SameFile(before, f"Este arquivo já foi recebido em {at}, por {before.given_by}.")
    with transaction.atomic():
        file = BillFile.objects.create(
            name=Path(name).name[:200] or "contas.csv",
            fingerprint=content,
            size=size,
            given_at=now,
            given_by=actor,
        )
        storage.keep(upload, file.pk)
    return file


def read_some(now: datetime) -> bool:
    """Read a few lots of the oldest file that waits; True when more is waiting. The job of `recado jobs`."""
    file = BillFile.objects.filter(state=FileState.READING).order_by("pk").first()
    if file is None:
        return False
    read_file(file, now, lots=_LOTS_A_TURN)
    return BillFile.objects.filter(state=FileState.READING).exists()


def read_file(file: BillFile, now: datetime, *, lots: int | None = None) -> BillFile:
    """Read `lots` lots of the file, or all of it."""
    path = storage.path_of(file.pk)
    try:
        layout = look_at(path)
        columns = columns_of(next(record.cells for record in records(path, layout)))
    except FileNotFoundError:
        return _end(file, FileState.REFUSED, now, "O arquivo não está mais no servidor. Envie-o de novo.")
    except (FileRefused, ColumnsMissing) as refusal:
        return _end(file, FileState.REFUSED, now, str(refusal))
    rows = records(path, layout, position=file.position, line=file.line)
    if not file.line:
        heading = next(rows)
        file.position, file.line = heading.end, heading.line
        BillFile.objects.filter(pk=file.pk).update(kind=kind_of(columns))
    for _ in count() if lots is None else range(lots):
        lot = list(islice(rows, AT_ONCE))
        if not lot:
            empty = not (file.new or file.changed or file.same or file.invalid)
            fault = "O arquivo não tem linhas depois do cabeçalho." if empty else ""
            return _end(file, FileState.REFUSED if empty else FileState.DONE, now, fault)
        good, faults = _sort(file, lot, columns)
        if not _keep_lot(file, good, faults, lot[-1].end, lot[-1].line, now):
            # Another process reads the same file: it goes on, this one stops.
            return BillFile.objects.get(pk=file.pk)
    return file


def take_in(
    rows: Iterable[BillRow],
    *,
    origin: str,
    actor: str,
    now: datetime,
    told: Callable[[BillRow, BillRefused], None] = lambda row, refusal: None,
) -> Taken:
    """Take in what a `BillSource` gives; each lot in a transaction. `told` hears of each row that is no bill."""
    total = Taken(0, 0, 0)
    source = iter(rows)
    while lot := list(islice(source, AT_ONCE)):
        good = []
        for row in lot:
            try:
                good.append((0, checked(row)))
            except BillRefused as refusal:
                told(row, refusal)
        with transaction.atomic():
            taken = _store(good, origin, actor, now)
        total = Taken(
            total.new + taken.new,
            total.changed + taken.changed,
            total.same + taken.same,
            total.refused + len(lot) - len(good),
        )
    return total


def _sort(
    file: BillFile, lot: Sequence[Record], columns: Mapping[str, int]
) -> tuple[list[tuple[int, BillRow]], list[BillFault]]:
    """The bills of a lot, each with its line, and the rows that are none; an empty row is neither."""
    good: list[tuple[int, BillRow]] = []
    faults: list[BillFault] = []
    for record in lot:
        if not any(cell.strip() for cell in record.cells):
            continue
        try:
            if record.fault:
                raise BillRefused(record.fault)
            good.append((record.line, read_row(record.cells, columns)))
        except BillRefused as refusal:
            content = ";".join(record.cells)[:300].replace("\0", "\ufffd")
            faults.append(BillFault(file=file, line=record.line, reason=str(refusal)[:200], content=content))
    return good, faults


def _keep_lot(
    file: BillFile,
    good: Sequence[tuple[int, BillRow]],
    faults: Sequence[BillFault],
    position: int,
    line: int,
    now: datetime,
) -> bool:
    with transaction.atomic():
        ours = BillFile.objects.filter(pk=file.pk, state=FileState.READING, line__lt=line)
        if not ours.update(position=position, line=line):
            return False
        taken = _store(good, f"{file.name}, arquivo {file.pk}", file.given_by, now)
        BillFault.objects.bulk_create(faults)
        BillFile.objects.filter(pk=file.pk).update(
            new=F("new") + taken.new,
            changed=F("changed") + taken.changed,
            same=F("same") + taken.same,
            invalid=F("invalid") + len(faults),
        )
    file.refresh_from_db()
    return True


def _store(rows: Sequence[tuple[int, BillRow]], origin: str, actor: str, now: datetime) -> Taken:
    """Insert and update bills; the last row in the lot of what is the same counts."""
    wanted, overwritten = _last_of_each(rows)
    months = {month for _, month, _, _ in wanted}
    found = Bill.objects.filter(month__in=months, property_id__in={key[2] for key in wanted})
    standing = {_key(bill): bill for bill in found}
    new, changed = [], []
    for key, (line, row) in wanted.items():
        bill = standing.get(key)
        if bill is None:
            bill = Bill(kind=row.kind, month=row.month, property_id=row.property_id, document=row.document)
            new.append(bill)
        elif any(getattr(bill, name) != getattr(row, name) for name in _OF_THE_BILL):
            changed.append(bill)
        else:
            continue
        for name in _OF_THE_BILL:
            setattr(bill, name, getattr(row, name))
        bill.origin = (f"{origin}, linha {line}" if line else origin)[:120]
        bill.read_at = now
    Bill.objects.bulk_create(new, batch_size=500)
    Bill.objects.bulk_update(changed, [*_OF_THE_BILL, "origin", "read_at"], batch_size=200)
    # Their texts say what the bill was before.
    stale = Notice.objects.filter(bill__in=changed, state=NoticeState.PREPARED)
    stale.update(state=NoticeState.SKIPPED, skip=Skip.CHANGED, moment=now)
    write_down(list(_words(row for _, row in rows)), how=origin, actor=actor, heard=False, now=now)
    return Taken(len(new), len(changed) + overwritten, len(rows) - len(new) - len(changed) - overwritten)


def _last_of_each(
    rows: Sequence[tuple[int, BillRow]],
) -> tuple[dict[tuple[str, date, str, str], tuple[int, BillRow]], int]:
    """The rows by what they are of, and how many gave way to a later one that says something else."""
    wanted: dict[tuple[str, date, str, str], tuple[int, BillRow]] = {}
    overwritten = 0
    for line, row in rows:
        before = wanted.get(_key(row))
        overwritten += before is not None and before[1] != row
        wanted[_key(row)] = (line, row)
    return wanted, overwritten


def _key(bill: Bill | BillRow) -> tuple[str, date, str, str]:
    return str(bill.kind), bill.month, bill.property_id, bill.document


def _words(rows: Iterable[BillRow]) -> Iterable[Word]:
    for row in rows:
        if row.sms_consent is not None:
            yield Word(row.client_id, ConsentKind.CLIENT_SMS, row.sms_consent)
        if row.email_consent is not None:
            yield Word(row.client_id, ConsentKind.CLIENT_EMAIL, row.email_consent)
        if row.phone_consent is not None and row.mobile:
            try:
                yield Word(row.client_id, ConsentKind.PHONE, row.phone_consent, normalise_mobile(row.mobile))
            except NumberRefused:
                continue


def _end(file: BillFile, state: FileState, now: datetime, fault: str = "") -> BillFile:
    BillFile.objects.filter(pk=file.pk).update(state=state, ended_at=now, fault=fault[:400])
    storage.forget(file.pk)
    return BillFile.objects.get(pk=file.pk)
