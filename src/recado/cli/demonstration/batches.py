"""Two batches: one that went out some days ago, with lines that stayed out of it, and one that waits for approval.

The second is larger than this company lets one person send alone, which is less than Recado's usual measure: else it
would need more mobiles than the fictitious ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from recado import parameters
from recado.batches import decisions, drafting, storage
from recado.batches.feeding import feed_some
from recado.batches.models import Batch
from recado.batches.reading import read_some
from recado.cli.demonstration.people import Person
from recado.outbox.numbers import show_mobile
from recado.parameters import values

SENT_ROWS, WAITING_ROWS = 18, 24
APPROVED_ABOVE = 20
LASTS = timedelta(minutes=15)
_READ_AFTER, _SENT_AFTER = timedelta(minutes=1), timedelta(minutes=3)
_NOTICE = "{EMPRESA}: {NOME}, amanhã das 8h às 12h faltará água em {BAIRRO}, para manutenção. Guarde água."
_CENSUS = "{EMPRESA}: {NOME}, nossa equipe passa em {BAIRRO} na próxima semana para trocar hidrômetros, sem custo."
_DISTRICTS = ("Boa Vista", "Campo Grande", "Casa Amarela", "Torre")


def limit_one_person(actor: str, now: datetime) -> None:
    """Above `APPROVED_ABOVE` SMS a second person approves."""
    values.save(replace(parameters.get(), batch_approval=APPROVED_ABOVE), actor=actor, now=now)


def send_batch(people: Sequence[Person], author: str, at: datetime) -> None:
    """A batch of `SENT_ROWS` SMS, one line repeated and one with a mobile that is none; `end_batches` ends it."""
    chosen = people[:SENT_ROWS]
    lines = [_line(place, person) for place, person in enumerate(chosen)]
    lines += [_line(0, chosen[0]), "(81) 90000-00;Celular Incompleto;Torre"]
    batch = _read("manutencao-boa-vista.csv", "Manutenção na rede", lines, _NOTICE, author, at)
    decisions.send(batch, actor=author, now=at + _SENT_AFTER)
    feed_some(at + _SENT_AFTER)


def end_batches(at: datetime) -> None:
    """See that what went out is done."""
    feed_some(at)


def ask_for_approval(people: Sequence[Person], author: str, at: datetime) -> None:
    """A batch of `WAITING_ROWS` SMS that `author` may not send alone."""
    lines = [_line(place, person) for place, person in enumerate(people[-WAITING_ROWS:])]
    batch = _read("troca-de-hidrometros.csv", "Troca de hidrômetros", lines, _CENSUS, author, at)
    decisions.send(batch, actor=author, now=at + _SENT_AFTER)


def _read(file_name: str, name: str, lines: Sequence[str], text: str, author: str, at: datetime) -> int:
    with storage.new_upload() as upload:
        upload.write("\n".join(["celular;nome;bairro", *lines, ""]).encode())
        upload.flush()
        made = drafting.from_file(Path(upload.name), file_name, author=author, key=f"demo:{file_name}", now=at)
    Batch.objects.filter(pk=made.pk).update(name=name, template=text)
    decisions.begin_reading(made.pk, actor=author, now=at + _READ_AFTER)
    while read_some(at + _READ_AFTER):
        pass
    return made.pk


def _line(place: int, person: Person) -> str:
    first_name = person.name.split()[0]
    return f"{show_mobile(person.mobile)};{first_name};{_DISTRICTS[place % len(_DISTRICTS)]}"
