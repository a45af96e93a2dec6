"""Batches for the tests: from CSV text, ready to be read, read, or under way. People and numbers are fictitious."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count

from recado.batches import decisions, states, storage
from recado.batches.feeding import feed_some
from recado.batches.models import Batch, Source, State
from recado.batches.reading import read_some
from recado.batches.tables import look_at
from recado.outbox.models import Message, MessageType, Status

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TEXT = "Ola {NOME}, sua conta vence em {VENCTO}."
MAPPING = {"CELULAR": 0, "NOME": 1, "VENCTO": 2}
HEADING = "celular;nome;vencimento"
_keys = count()


def mobile(place: int) -> str:
    """The E.164 of the person numbered `place`."""
    return f"+55819{place:08d}"


def table(places: Sequence[int], *, heading: str = HEADING) -> str:
    """A CSV with a row for each person."""
    return "\n".join([heading, *(f"819{place:08d};Pessoa {place};10/12/2026" for place in places), ""])


def batch_type() -> MessageType:
    return MessageType.objects.get(name="Aviso em lote")


def draft(content: str | bytes, **fields: object) -> Batch:
    """A batch that holds the file `content`, with mapping and text, not read yet."""
    batch = Batch(
        **{
            "name": "Aviso de vencimento",
            "key": f"test:{next(_keys)}",
            "type": batch_type(),
            "template": TEXT,
            "mapping": MAPPING,
            "source": Source.FILE,
            "state": State.DRAFT,
            "state_since": NOW,
            "author": "ana",
            "created_at": NOW,
            **fields,
        }
    )
    states.record_new(batch)
    path = storage.source_of(batch.pk)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    if batch.source == Source.FILE and not path.read_bytes().startswith(b"PK"):
        layout = look_at(path)
        Batch.objects.filter(pk=batch.pk).update(encoding=layout.encoding, delimiter=layout.delimiter)
    return fresh(batch)


def read(batch: Batch, now: datetime = NOW) -> Batch:
    """Read it to its end."""
    decisions.begin_reading(batch.pk, actor="ana", now=now)
    while read_some(now):
        pass
    return fresh(batch)


def under_way(content: str | bytes, **fields: object) -> Batch:
    """Read and sent, nothing passed on yet."""
    batch = read(draft(content, **fields))
    decisions.send(batch.pk, actor="ana", now=NOW, approval=False)
    return fresh(batch)


def feed(now: datetime = NOW, *, window: int = 10**6) -> None:
    """Pass on whatever the window takes."""
    while feed_some(now, window=window):
        pass


def fresh(batch: Batch) -> Batch:
    return Batch.objects.select_related("type").get(pk=batch.pk)


def messages_of(batch: Batch) -> list[Message]:
    return list(Message.objects.filter(batch=batch.pk).order_by("pk"))


def numbers_queued(batch: Batch) -> list[str]:
    queued = Message.objects.filter(batch=batch.pk, status=Status.QUEUED).order_by("pk")
    return list(queued.values_list("number", flat=True))
