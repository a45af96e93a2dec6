"""`recado billing`: bills come in, and the three steps that tell customers of them; by hand or under a timer."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recado.cli.base import CommandFailed, RecadoCommand, RecadoGroup, Refused, counted, table, with_django
from recado.cli.deeds import shell_user

if TYPE_CHECKING:
    from recado.billing.bills import BillRow, BillSource
    from recado.billing.models import BillFile, Kind, Run

_MONTH = re.compile(r"(\d{2})/(\d{4})", re.ASCII)
KIND = click.option(
    "--kind",
    type=click.Choice(("conta", "cobranca")),
    default="conta",
    show_default=True,
    help="De contas ou cobranças.",
)
GROUP = click.option("--group", default="", metavar="GRUPO", help="Grupo de faturamento. Sem ele: todos.")
MONTH = click.option("--month", default="", metavar="MM/AAAA", help="Referência. Sem ela: todas as que não venceram.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Em JSON.")


@click.group(
    cls=RecadoGroup,
    epilog="""\b
Exemplos:
  recado billing import contas.csv
  recado billing prepare --group 1 --month 11/2026
  recado billing transmit
  recado billing return
  recado billing show --group 1 --month 11/2026""",
)
def billing() -> None:
    """Avisa clientes de suas contas e cobranças por SMS e e-mail."""


@billing.command(
    name="import",
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado billing import contas.csv
  recado billing import contas.csv --again

As colunas estão no manual, em Processo de Envio SMS/E-mail.""",
)
@click.argument("path", metavar="ARQUIVO", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--again", is_flag=True, help="Lê mesmo um arquivo que já foi recebido.")
@AS_JSON
@with_django
def import_file(path: Path, again: bool, as_json: bool) -> None:
    """Lê um ARQUIVO de contas e diz o que houve com cada linha que não serve."""
    from recado.batches.tables import FileRefused
    from recado.billing import intake, storage
    from recado.billing.models import BillFault, FileState, Kind

    now = datetime.now(UTC)
    try:
        with storage.new_upload() as upload, path.open("rb") as source:
            while piece := source.read(1024 * 1024):
                upload.write(piece)
            upload.flush()
            file = intake.give_file(Path(upload.name), path.name, actor=shell_user(), now=now, again=again)
    except FileRefused as refusal:
        raise Refused(str(refusal)) from refusal
    except intake.SameFile as same:
        raise CommandFailed(f"{same} Para lê-lo de novo, use --again.") from same
    file = intake.read_file(file, now)
    if file.state == FileState.REFUSED:
        raise Refused(file.fault)
    kind = Kind(file.kind)
    if as_json:
        click.echo(json.dumps(_file_as_data(file), ensure_ascii=False))
        return
    for fault in BillFault.objects.filter(file=file).order_by("line").iterator():
        click.echo(f"Linha {fault.line}: {fault.reason}", err=True)
    click.echo(
        f"{counted(file.new, f'{kind.one} nova', f'{kind.many} novas')}, {counted(file.changed, 'mudada', 'mudadas')},"
        f" {counted(file.same, 'igual', 'iguais')}, {file.invalid} com problema."
    )


@billing.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplo:
  recado billing read --group 1 --month 11/2026

O leitor é o de RECADO_BILL_SOURCE: veja docs/operacao.md.""",
)
@click.option("--group", required=True, metavar="GRUPO", help="Grupo de faturamento.")
@click.option("--month", required=True, metavar="MM/AAAA", help="Referência.")
@with_django
def read(group: str, month: str) -> None:
    """Lê as contas do leitor próprio da companhia."""
    from recado.billing import intake

    source = _source()
    which = _month(month)
    assert which is not None
    taken = intake.take_in(
        _given(source, group, which),
        origin=source.name,
        actor=shell_user(),
        now=datetime.now(UTC),
        told=lambda row, refusal: click.echo(f"Matrícula {row.property_id}: {refusal}", err=True),
    )
    click.echo(
        f"{counted(taken.new, 'nova', 'novas')}, {counted(taken.changed, 'mudada', 'mudadas')},"
        f" {counted(taken.same, 'igual', 'iguais')}, {taken.refused} com problema."
    )


@billing.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado billing prepare --group 1 --month 11/2026
  recado billing prepare                 todas as contas que não venceram""",
)
@KIND
@GROUP
@MONTH
@AS_JSON
@with_django
def prepare(kind: str, group: str, month: str, as_json: bool) -> None:
    """Escolhe as contas e monta os textos; substitui o que não foi enviado."""
    _step("prepare", kind, group, month, as_json=as_json)


@billing.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado billing transmit --group 1 --month 11/2026
  recado billing transmit                tudo o que está preparado e na data""",
)
@KIND
@GROUP
@MONTH
@AS_JSON
@with_django
def transmit(kind: str, group: str, month: str, as_json: bool) -> None:
    """Envia o que já está na data e ainda não venceu."""
    _step("transmit", kind, group, month, as_json=as_json)


@billing.command(
    name="return",
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado billing return --group 1 --month 11/2026
  recado billing return --kind cobranca""",
)
@KIND
@GROUP
@MONTH
@AS_JSON
@with_django
def take_return(kind: str, group: str, month: str, as_json: bool) -> None:
    """Guarda o que foi feito de cada aviso."""
    _step("return", kind, group, month, as_json=as_json)


@billing.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplo:
  recado billing show --group 1 --month 11/2026""",
)
@KIND
@click.option("--group", required=True, metavar="GRUPO", help="Grupo de faturamento.")
@click.option("--month", required=True, metavar="MM/AAAA", help="Referência.")
@AS_JSON
@with_django
def show(kind: str, group: str, month: str, as_json: bool) -> None:
    """Mostra quantos avisos estão em cada situação."""
    from recado.billing.models import NoticeState
    from recado.billing.returning import tally

    which = _month(month)
    assert which is not None
    found = tally(group, which, _kind(kind))
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    rows = [
        (str(state.label), *(str(found[channel].get(state, 0)) for channel in ("sms", "email")))
        for state in NoticeState
        if any(counts.get(state) for counts in found.values())
    ]
    click.echo(table(("Situação", "SMS", "E-mail"), rows) if rows else "Nenhum aviso deste grupo e referência.")


def _step(name: str, kind: str, group: str, month: str, *, as_json: bool) -> None:
    from recado.billing import runs
    from recado.billing.models import Run

    try:
        run = runs.ask(
            Run.Step(name),
            _kind(kind),
            group=group[:10],
            month=_month(month),
            actor=shell_user(),
            now=datetime.now(UTC),
            mine=True,
        )
    except runs.RunRefused as refusal:
        raise CommandFailed(str(refusal)) from refusal
    try:
        run = runs.finish(run, lambda: datetime.now(UTC), told=_teller())
    except runs.LeaseLost as lost:
        raise CommandFailed("Outro processo do Recado seguiu com esta etapa. Veja recado billing show.") from lost
    if run.state == Run.State.FAILED:
        raise CommandFailed(run.fault)
    if run.state == Run.State.RUNNING:
        raise CommandFailed("Outro processo do Recado segue com esta etapa. Veja recado billing show.")
    click.echo(json.dumps(run.counts, ensure_ascii=False) if as_json else _told(run))


def _teller() -> Callable[[Run], None]:
    """Progress on a terminal, and on nothing else."""
    if not sys.stderr.isatty():
        return lambda run: None
    return lambda run: click.echo(f"\r{run.done} de {run.total}", nl=False, err=True)


def _told(run: Run) -> str:
    from recado.billing.models import Channel, NoticeState, Skip

    words = dict(NoticeState.choices) | dict(Skip.choices)
    lines = []
    for channel, label in Channel.choices:
        counts = {key.partition(":")[2]: n for key, n in run.counts.items() if key.startswith(f"{channel}:") and n}
        said = ", ".join(f"{str(words.get(key, key)).lower()} {n}" for key, n in counts.items())
        lines.append(f"{label}: {said or 'nada a fazer'}.")
    return "\n".join(lines)


def _kind(slug: str) -> Kind:
    from recado.billing.models import Kind

    return next(kind for kind in Kind if kind.slug == slug)


def _month(written: str) -> date | None:
    if not written:
        return None
    match = _MONTH.fullmatch(written.strip())
    if match is None or not 1 <= int(match[1]) <= 12 or not 2000 <= int(match[2]) < 2100:
        raise Refused(f"--month: “{written}” não é mês e ano. Exemplo: 11/2026.")
    return date(int(match[2]), int(match[1]), 1)


def _given(source: BillSource, group: str, month: date) -> Iterator[BillRow]:
    try:
        yield from source.bills(group, month)
    except Exception as error:
        # The company's code may raise anything, and its words may hold a password.
        raise CommandFailed(
            f"O leitor de contas parou ({type(error).__name__}). Corrija-o e execute de novo: nada entra duas vezes."
        ) from error


def _source() -> BillSource:
    from django.conf import settings

    named: str = settings.RECADO_BILL_SOURCE
    if not named:
        raise Refused("Nenhum leitor de contas configurado. Defina RECADO_BILL_SOURCE, ou use recado billing import.")
    module, _, name = named.partition(":")
    try:
        found: BillSource = getattr(importlib.import_module(module), name)()
    except (ImportError, AttributeError) as error:
        raise CommandFailed(f"O leitor de contas {named} não pôde ser carregado ({type(error).__name__}).") from error
    return found


def _file_as_data(file: BillFile) -> dict[str, Any]:
    faults = [{"line": fault.line, "reason": fault.reason} for fault in file.faults.order_by("line")]
    names = ("new", "changed", "same", "invalid")
    return {"file": file.pk, "kind": file.kind, **{name: getattr(file, name) for name in names}, "faults": faults}
