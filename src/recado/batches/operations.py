"""The door for other rooms: a batch from rows that a program gives, without a file.

    with rows at hand:   batch = create(rows, type_id=…, template=…, name=…, author=…, key="billing:7:2026-11", now=now)
    what became of them: for fate in fates(batch.pk): fate.reference, fate.status

Mobile, text and length are checked as for a file; what cannot go out is a `BatchFault` with its line (the row's place,
1-based) and the reason. The type must be one that heeds the wish not to receive.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice

from django.db import IntegrityError, transaction
from django.db.models import F

from recado.batches import decisions, states
from recado.batches.composing import RowRefused, check, compose, fixed_values, tags_in
from recado.batches.feeding import KEY, key_of
from recado.batches.models import Batch, BatchRow, RowState, Source, State
from recado.batches.reading import settle, start_again
from recado.batches.storing import BadLine, GoodLine, store
from recado.gsm import EncodingPolicy
from recado.outbox import consent
from recado.outbox.enqueue import company_values
from recado.outbox.models import Message, MessageType, shown_status

AT_ONCE = 2000
_FATES_AT_ONCE = 500
LEFT_OUT = {state.value: state.label for state in RowState if state is not RowState.READY}


@dataclass(frozen=True, slots=True)
class NewRow:
    """One SMS to be: a mobile in any usual writing, the values of the template's fields, and the last use of it.

    `reference` (60 characters at most) is the maker's own name for the row, given back by `fates`.
    """

    number: str
    values: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a row: `message_id` and `status` (`outbox.models.Status`) once it is a message.

    Where a person corrected its mobile or sent it anew, message and `number` are those that it goes on with.
    `status` is "" while the row waits in the batch, and where the message was `removed` because of its age;
    `shown_status` is what screens call it; `left_out` (pt-BR) says why it will never be a message.
    """

    line: int
    reference: str
    number: str
    message_id: int | None
    status: str
    cause: str
    moment: datetime | None
    left_out: str
    removed: bool = False
    handed_over: bool = False

    @property
    def shown_status(self) -> str:
        return shown_status(self.status, self.handed_over)


def create(
    rows: Iterable[NewRow],
    *,
    type_id: int,
    template: str,
    name: str,
    author: str,
    key: str,
    now: datetime,
    expires_at: datetime | None = None,
    one_per_number: bool = True,
    needs_approval: bool | None = None,
    skip_told: bool = False,
) -> Batch:
    """Make a batch of `rows` and let it go out, or wait for approval where it is larger than a person may send alone.

    `needs_approval`: None as the parameter says, else the caller's own rule. `one_per_number` False keeps several rows
    for one mobile. Rows are read once, a few thousand at a time, each lot in a transaction of its own: call it outside
    any. The same `key` again gives the batch that stands, unless a crash left it half made: then it is made anew.

    Raises TemplateRefused (pt-BR) for a text with a field that is no value of the first row, BatchRefused for a type
    that sends to who does not want it.
    """
    waiting = iter(rows)
    first = list(islice(waiting, 1))
    if first:
        check(template, list(first[0].values), company_values())
    drawn = Batch(name=name[:100], key=key, type=_type(type_id), template=template, author=author)
    drawn.expires_at, drawn.one_per_number, drawn.skip_told = expires_at, one_per_number, skip_told
    batch = _drawn_up(drawn, now)
    if batch.state == State.READING:
        _read_in(batch, chain(first, waiting), now)
    elif batch.state != State.READ:
        return batch
    _let_go(batch, needs_approval, author, now)
    return Batch.objects.get(pk=batch.pk)


def fates(batch_id: int, *, after_line: int = 0) -> Iterator[Fate]:
    """The fate of each row in the order of the lines, read some hundred at a time."""
    batch = Batch.objects.only("state", "fed_line").get(pk=batch_id)
    while True:
        rows = list(BatchRow.objects.filter(batch=batch_id, line__gt=after_line).order_by("line")[:_FATES_AT_ONCE])
        if not rows:
            return
        after_line = rows[-1].line
        keys = [key_of(batch_id, row.line) for row in rows]
        found = _followed({m.idempotency_key: m for m in Message.objects.filter(idempotency_key__in=keys)})
        for key, row in zip(keys, rows, strict=True):
            yield _fate(row, found.get(key), batch)


def withdraw(batch_id: int, references: Collection[str], *, note: str, now: datetime) -> int:
    """Keep the rows of these names from going out, for the customer's wish `note` (pt-BR); give how many were kept.

    A row of which a part is out, or which is on its way, goes on.
    """
    with transaction.atomic():
        batch = Batch.objects.filter(pk=batch_id)
        # Whoever passes rows on moves the batch's own row: it has done so before, or finds these withdrawn.
        batch.update(ready=F("ready"))
        fed_line = batch.values_list("fed_line", flat=True).get()
        rows = BatchRow.objects.filter(batch=batch_id, reference__in=references, state=RowState.READY)
        kept = rows.filter(line__gt=fed_line).update(state=RowState.OPTED_OUT)
        batch.update(ready=F("ready") - kept, opted_out=F("opted_out") + kept)
        keys = [key_of(batch_id, line) for line in rows.filter(line__lte=fed_line).values_list("line", flat=True)]
        found = _followed({m.idempotency_key: m for m in Message.objects.filter(idempotency_key__in=keys)})
        return kept + consent.discard_waiting([message.pk for message in found.values()], note=note, now=now)


def reference_of(message: Message) -> str:
    """What whoever made its batch calls the row of `message`, or of the one that it replaces; "" for none."""
    first = message
    while first.replaces is not None:
        first = first.replaces
    match = KEY.fullmatch(first.idempotency_key)
    if match is None:
        return ""
    row = BatchRow.objects.filter(batch=int(match[1]), line=int(match[2]))
    return row.values_list("reference", flat=True).first() or ""


def _followed(found: dict[str, Message]) -> dict[str, Message]:
    """The messages that `found` go on with, under the same keys: for one that was replaced, the last of its line."""
    keys = {message.pk: key for key, message in found.items()}
    last = dict(found)
    while keys:
        later = list(Message.objects.filter(replaces__in=keys).exclude(replaces=None))
        keys = {message.pk: keys[message.replaces_id] for message in later if message.replaces_id is not None}
        last |= {keys[message.pk]: message for message in later}
    return last


def _fate(row: BatchRow, message: Message | None, batch: Batch) -> Fate:
    if message is not None:
        return Fate(
            row.line,
            row.reference,
            message.number,
            message.pk,
            message.status,
            message.cause,
            message.moment,
            left_out="",
            handed_over=message.handed_over,
        )
    left_out = LEFT_OUT.get(row.state, "")
    removed = not left_out and row.line <= batch.fed_line
    if not left_out and not removed and batch.state == State.CANCELLED:
        left_out = "Lote cancelado"
    return Fate(row.line, row.reference, row.number, None, "", "", None, left_out, removed)


def _type(type_id: int) -> MessageType:
    found = MessageType.objects.get(pk=type_id)
    if not found.heeds_opt_out:
        raise decisions.BatchRefused(f"O tipo “{found.name}” não respeita quem pediu para não receber.")
    return found


def _drawn_up(batch: Batch, now: datetime) -> Batch:
    """`batch` as a program's that is being read, or the one that stands under its key."""
    batch.source, batch.state = Source.PROGRAM, State.READING
    batch.created_at = batch.state_since = now
    try:
        states.record_new(batch)
    except IntegrityError:
        return Batch.objects.select_related("type").get(key=batch.key)
    return batch


def _read_in(batch: Batch, rows: Iterable[NewRow], now: datetime) -> None:
    """Take the rows in from the first on, whatever a crash left of them."""
    start_again(batch)
    _fill(batch, rows)
    settle(batch.pk, now)
    states.change(batch.pk, State.READING, State.READ, at=now)


def _let_go(batch: Batch, needs_approval: bool | None, author: str, now: datetime) -> None:
    if Batch.objects.filter(pk=batch.pk, ready__gt=0).exists():
        decisions.send(batch.pk, actor=author, now=now, approval=needs_approval)
    else:
        decisions.cancel(batch.pk, actor=author, now=now, note="Nenhuma linha podia ser enviada.")


def _fill(batch: Batch, rows: Iterable[NewRow]) -> None:
    policy = EncodingPolicy(batch.type.encoding)
    fixed = fixed_values(batch.template, company_values())
    varying = [tag for tag in tags_in(batch.template) if tag not in fixed]
    waiting, line = iter(rows), 0
    while lot := list(islice(waiting, AT_ONCE)):
        good: list[GoodLine] = []
        bad: list[BadLine] = []
        for row in lot:
            line += 1
            used = fixed | {tag: row.values.get(tag, "") for tag in varying}
            try:
                made = compose(batch.template, policy, row.number, used)
            except RowRefused as refusal:
                bad.append(BadLine(line, str(refusal), " | ".join([row.number, *row.values.values()])))
            else:
                good.append(GoodLine(line, made.number, made.text, made.parts, row.reference[:60], row.expires_at))
        with transaction.atomic():
            store(batch, good, bad)
            Batch.objects.filter(pk=batch.pk).update(line=line)
