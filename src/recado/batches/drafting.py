"""Making a batch on a screen or at a terminal: from a file or from RAs, with first guesses, a sample, and a preview."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from django.db import IntegrityError
from django.db.models import QuerySet

from recado.batches import columns, requests, states, storage
from recado.batches.columns import MOBILE
from recado.batches.composing import RowRefused, check, composer
from recado.batches.decisions import BatchRefused
from recado.batches.models import Batch, BatchRow, Source, State
from recado.batches.reading import layout_of
from recado.batches.tables import FileRefused, Layout, Record, look_at, records
from recado.batches.workbooks import first_rows, is_workbook
from recado.gsm import EncodingPolicy
from recado.outbox.enqueue import company_values
from recado.outbox.models import MessageType

SHOWN = 3
ENCODINGS = {"utf-8": "UTF-8", "cp1252": "Latin-1 (Windows-1252)"}
LOOKED_AT = 20


class NoType(ValueError):
    """No type of SMS may be used for batches; the text (pt-BR) says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "Nenhum tipo de SMS ativo respeita quem pediu para não receber. Marque isso em um tipo, em Tipos e textos."
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the table as it would go out: its mobile and text, or the `fault` (pt-BR) that leaves it out."""

    line: int
    number: str
    text: str
    parts: int
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _Guess:
    heading: bool
    names: list[str]
    mapping: dict[str, int]


def usable_types() -> QuerySet[MessageType]:
    """The types that a batch may use: active, and heeding who does not want to receive."""
    return MessageType.objects.filter(active=True, heeds_opt_out=True)


def from_file(upload: Path, file_name: str, *, author: str, key: str, now: datetime) -> Batch:
    """Draw up a batch from the file at `upload`, which stays where it is; the same `key` again gives the same batch.

    Raises FileRefused or NoType, and then nothing was made.
    """
    if upload.stat().st_size == 0:
        raise FileRefused("O arquivo está vazio.")
    layout = None if is_workbook(upload) else look_at(upload)
    guessed = _guess(upload, layout)
    batch = _new(Source.FILE, Path(file_name).stem[:100] or "Lote", author, key, now)
    batch.file_name = Path(file_name).name[:200]
    batch.fingerprint = storage.fingerprint(upload)
    batch.size = upload.stat().st_size
    if layout is not None:
        batch.encoding, batch.delimiter = layout.encoding, layout.delimiter
    batch.has_header, batch.columns, batch.mapping = guessed.heading, guessed.names, guessed.mapping
    if not _made(batch):
        return Batch.objects.get(key=key)
    storage.keep(upload, batch.pk)
    return batch


def cut_otherwise(batch: Batch, *, delimiter: str, encoding: str) -> None:
    """Take the batch's CSV to be cut by `delimiter`, in `encoding` (`ENCODINGS`), and guess its columns anew.

    Raises FileRefused or FileNotFoundError, and BatchRefused for a batch that is no draft any more.
    """
    path = storage.source_of(batch.pk)
    layout = replace(layout_of(batch), delimiter=delimiter, encoding=encoding)
    guessed = _guess(path, layout)
    changed = (
        Batch.objects.filter(pk=batch.pk, state=State.DRAFT)
        .exclude(delimiter="")
        .update(
            delimiter=delimiter,
            encoding=encoding,
            has_header=guessed.heading,
            columns=guessed.names,
            mapping=guessed.mapping,
        )
    )
    if not changed:
        raise BatchRefused("Este lote não está mais em preparo, ou a sua tabela não tem separador.")


def from_requests(choice: requests.Choice, *, name: str, author: str, key: str, now: datetime) -> Batch:
    """Draw up a batch for who asked in the chosen RAs; the same `key` again gives the same batch. Raises NoType."""
    batch = _new(Source.REQUESTS, name[:100], author, key, now)
    batch.query = choice.as_data()
    batch.has_header, batch.columns = True, list(requests.COLUMNS)
    batch.mapping = {tag: place for place, tag in enumerate(requests.TAGS)}
    return batch if _made(batch) else Batch.objects.get(key=key)


def sample(batch: Batch, count: int = SHOWN) -> list[Record]:
    """The first `count` rows of the table. Raises FileRefused or FileNotFoundError."""
    found = (record for record in _rows(batch) if any(cell.strip() for cell in record.cells))
    return list(islice(found, 1 if batch.has_header else 0, count + batch.has_header))


def likely_mobiles(batch: Batch, rows: Sequence[Record]) -> list[str]:
    """The names of the columns that hold mobiles in `rows`."""
    return [batch.columns[place] for place in columns.likely_mobiles(batch.columns, [row.cells for row in rows])]


def previews(batch: Batch, template: str, message_type: MessageType, mapping: Mapping[str, int]) -> list[Shown]:
    """The first rows as they would go out. Raises TemplateRefused for a text that no row could fill."""
    check(template, columns.tags_of(mapping), company_values())
    make = composer(template, EncodingPolicy(message_type.encoding), mapping, company_values())
    shown = []
    for record in sample(batch):
        try:
            if record.fault:
                raise RowRefused(record.fault)
            made = make(record.cells)
        except RowRefused as refusal:
            shown.append(Shown(record.line, "", "", 0, str(refusal)))
        else:
            shown.append(Shown(record.line, made.number, made.text, made.parts))
    return shown


def earlier_of(batch: Batch) -> Batch | None:
    """The last other batch that went out, or still may, with the very same file; None as a rule."""
    if not batch.fingerprint:
        return None
    same = Batch.objects.filter(fingerprint=batch.fingerprint).exclude(pk=batch.pk)
    # What was never prepared cannot go out, and when it is, it will find this one.
    return same.exclude(state=State.CANCELLED, fed=0).exclude(state=State.DRAFT).order_by("-pk").first()


def any_row(batch: Batch, line: int) -> BatchRow | None:
    """The row of `line`, or the next one there is; the first for a line past the end."""
    rows = BatchRow.objects.filter(batch=batch).order_by("line")
    return rows.filter(line__gte=line).first() or rows.first()


def _rows(batch: Batch) -> Iterator[Record]:
    cells: Iterable[list[str]]
    if batch.source == Source.REQUESTS:
        cells = chain([list(requests.COLUMNS)], requests.Choice.of(batch.query).rows())
    elif is_workbook(path := storage.source_of(batch.pk)):
        cells = first_rows(path, LOOKED_AT)
    else:
        yield from records(path, layout_of(batch))
        return
    yield from (Record(line, row, 0) for line, row in enumerate(cells, start=1))


def _guess(path: Path, layout: Layout | None) -> _Guess:
    """Heading, columns and mapping of the CSV written as `layout` says, or of the workbook. Raises FileRefused."""
    found = first_rows(path, LOOKED_AT) if layout is None else _first_records(path, layout)
    rows = [row for row in found if any(cell.strip() for cell in row)]
    if not rows:
        raise FileRefused("O arquivo não tem nenhuma linha escrita.")
    heading = columns.has_heading(rows[0])
    if heading and len(rows) == 1:
        raise FileRefused("O arquivo só tem o cabeçalho: não há nenhuma linha abaixo dele.")
    names = columns.names_of(rows[0], heading=heading)
    return _Guess(heading, names, _first_mapping(names, rows[1:] if heading else rows))


def _first_records(path: Path, layout: Layout) -> list[list[str]]:
    return [record.cells for record in islice(records(path, layout), LOOKED_AT)]


def _new(source: Source, name: str, author: str, key: str, now: datetime) -> Batch:
    message_type = usable_types().order_by("-priority", "pk").first()
    if message_type is None:
        raise NoType
    return Batch(
        name=name,
        key=key,
        type=message_type,
        source=source,
        state=State.DRAFT,
        state_since=now,
        author=author,
        created_at=now,
    )


def _made(batch: Batch) -> bool:
    try:
        states.record_new(batch)
    except IntegrityError:
        return False
    return True


def _first_mapping(names: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, int]:
    mobile_at = columns.guess_mobile(names, rows)
    mapping = {tag: place for place, tag in enumerate(columns.guess_tags(names)) if place != mobile_at}
    mapping.pop(MOBILE, None)
    return mapping if mobile_at is None else mapping | {MOBILE: mobile_at}
