"""`recado batch`: SMS in batches at a terminal, with the same checks and the same second person as on the screens."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recado.cli.base import CommandFailed, RecadoGroup, Refused, counted, table, with_django
from recado.cli.deeds import note, shell_user
from recado.cli.listing import read_moment

if TYPE_CHECKING:
    from recado.batches.models import Batch
    from recado.outbox.models import MessageType

LISTED = 20


@click.group(
    cls=RecadoGroup,
    epilog="""\b
Exemplos:
  recado batch new contas.csv --text "{EMPRESA}: {NOME}, sua conta vence em {VENCIMENTO}."
  recado batch show 7
  recado batch send 7
  recado batch approve 7 --as bruno.melo
  recado batch pause 7
  recado batch export 7 > resultado.csv

As tags do texto são os nomes das colunas, sem acentos, em maiúsculas: “Nome do cliente” é {NOME_DO_CLIENTE}.
O serviço de tarefas (recado jobs, ou recado run) lê o arquivo e passa as linhas à fila.""",
)
def batch() -> None:
    """Prepara, envia e acompanha lotes de SMS."""


_number = click.argument("number", metavar="LOTE", type=click.IntRange(1))
_who = click.option("--as", "who", metavar="USUÁRIO", help="Quem decide; sem isto, o usuário do sistema.")


@batch.command(
    epilog="""\b
Exemplo:
  recado batch new avisos.csv --text "{NOME}, haverá manutenção em {RUA} dia 30." --skip-told""",
)
@click.argument("path", metavar="ARQUIVO", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--text", "text", required=True, metavar="TEXTO", help="Texto com as tags das colunas, como {NOME}.")
@click.option("--name", metavar="NOME", help="Nome do lote; sem isto, o do arquivo.")
@click.option("--type", "type_", metavar="TIPO", help="Tipo de SMS: número ou nome.")
@click.option("--column", metavar="COLUNA", help="Coluna do celular, se não for achada sozinha.")
@click.option("--until", metavar="DATA", help="Enviar até dd/mm/aaaa hh:mm; o que não saiu até lá expira.")
@click.option("--skip-told", is_flag=True, help="Deixa fora quem já recebeu este tipo hoje.")
@click.option("--again", is_flag=True, help="Envia um arquivo que já foi usado em outro lote.")
@_who
@with_django
def new(
    path: Path,
    text: str,
    name: str | None,
    type_: str | None,
    column: str | None,
    until: str | None,
    skip_told: bool,
    again: bool,
    who: str | None,
) -> None:
    """Prepara um lote de um arquivo CSV ou XLSX. Nada sai antes de `send`."""
    from django.utils import timezone

    from recado.batches import decisions, storage
    from recado.batches.models import Batch, State
    from recado.outbox.templates import TemplateRefused

    made = _drawn_up(path, _person(who))
    try:
        made.name = name[:100] if name else made.name
        made.type = _type(type_) if type_ else made.type
        made.mapping = _with_mobile(made, column) if column else made.mapping
        made.template, made.skip_told, made.expires_at = text, skip_told, _limit(until)
        _check(made, again=again)
        made.save()
        decisions.begin_reading(made.pk, actor=made.author, now=timezone.now())
    except (Refused, TemplateRefused) as refusal:
        Batch.objects.filter(pk=made.pk, state=State.DRAFT).delete()
        storage.forget(made.pk)
        raise refusal if isinstance(refusal, Refused) else Refused(str(refusal)) from refusal
    click.echo(f"Lote {made.pk} em leitura. Veja o que foi achado com: recado batch show {made.pk}")


@batch.command(name="list")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=LISTED, show_default=True, metavar="NÚMERO", help="Quantos."
)
@with_django
def list_(limit: int) -> None:
    """Mostra os lotes, os mais novos primeiro."""
    from recado.batches.models import Batch
    from recado.batches.progress import progress_of

    rows = [
        (str(row.pk), row.name[:40], row.get_state_display(), str(row.ready), str(progress_of(row).sent), row.author)
        for row in Batch.objects.order_by("-pk")[:limit]
    ]
    if not rows:
        click.echo("Nenhum lote.")
        return
    click.echo(table(("Lote", "Nome", "Situação", "Mensagens", "Enviadas", "Por"), rows))


@batch.command(
    epilog="""\b
Exemplo:
  recado batch show 12""",
)
@_number
@with_django
def show(number: int) -> None:
    """Mostra um lote: linhas, problemas, mensagens por situação, quando termina."""
    from django.utils import timezone

    from recado.batches.models import BatchFault, State
    from recado.batches.progress import progress_of
    from recado.batches.reckoning import reckon

    found = _found(number)
    counts = progress_of(found)
    click.echo(f"Lote {found.pk}: {found.name} – {found.get_state_display()}, por {found.author}")
    if found.fault:
        click.echo(f"Atenção: {found.fault}")
    told = (
        (found.rows_read, "linhas lidas"),
        (found.ready, f"prontas ({found.parts} SMS)"),
        (found.invalid, "com problema"),
        (found.repeated, "repetidas"),
        (found.opted_out, "pediram para não receber"),
        (found.told, "já receberam este tipo hoje" + (" (fora do lote)" if found.skip_told else "")),
        (found.expired, "com prazo acabado"),
        (counts.waiting, "canceladas antes da fila" if found.state == State.CANCELLED else "esperam no lote"),
        *((count, status.label.lower()) for status, count in counts.statuses.items()),
    )
    for count, words in told:
        if count or words == "linhas lidas":
            click.echo(f"  {count:>9}  {words}")
    if found.state in (State.READ, State.WAITING, State.RUNNING):
        end = reckon(found, timezone.now())
        click.echo(f"Término: {end.end:%d/%m/%Y %H:%M}" if end.end else end.why)
        if end.late:
            click.echo(f"{counted(end.late, 'SMS não sai', 'SMS não saem')} a tempo, pelo limite.")
    for fault in BatchFault.objects.filter(batch=found).order_by("line")[:10]:
        click.echo(f"  linha {fault.line}: {fault.reason}")


@batch.command(
    epilog="""\b
Exemplo:
  recado batch send 12""",
)
@_number
@_who
@with_django
def send(number: int, who: str | None) -> None:
    """Põe o lote em envio, ou pede a aprovação de outra pessoa."""
    from django.utils import timezone

    from recado.batches import decisions
    from recado.batches.decisions import BatchRefused
    from recado.batches.models import State

    _found(number)
    try:
        after = decisions.send(number, actor=_person(who), now=timezone.now())
    except BatchRefused as refusal:
        raise CommandFailed(str(refusal)) from refusal
    note("BATCH_ASKED" if after == State.WAITING else "BATCH_STARTED", number, who=_person(who))
    waits = f"Lote {number} aguarda aprovação: outra pessoa, com recado batch approve {number} --as USUÁRIO."
    click.echo(waits if after == State.WAITING else f"Lote {number} em envio.")


@batch.command(
    epilog="""\b
Exemplo:
  recado batch approve 12 --as bruno.melo""",
)
@_number
@click.option(
    "--as", "who", required=True, metavar="USUÁRIO", help="Quem aprova: usuário do Recado que possa aprovar lotes."
)
@with_django
def approve(number: int, who: str) -> None:
    """Aprova um lote que outra pessoa preparou."""
    from django.contrib.auth.models import User

    from recado.people.roles import Duty

    user = User.objects.filter(username=who, is_active=True).first()
    if user is None or not user.has_perm(Duty.APPROVE_BATCHES.permission):
        raise Refused(f"{who} não é um usuário do Recado que possa aprovar lotes.")
    _decide(number, "approve", who, "BATCH_APPROVED", f"Lote {number} aprovado: está em envio.")


@batch.command(
    epilog="""\b
Exemplo:
  recado batch pause 12""",
)
@_number
@_who
@with_django
def pause(number: int, who: str | None) -> None:
    """Não envia mais nada do lote, por ora."""
    _decide(number, "pause", who, "BATCH_PAUSED", f"Lote {number} pausado.")


@batch.command(
    epilog="""\b
Exemplo:
  recado batch resume 12""",
)
@_number
@_who
@with_django
def resume(number: int, who: str | None) -> None:
    """Volta a enviar um lote pausado."""
    _decide(number, "resume", who, "BATCH_RESUMED", f"Lote {number} de volta ao envio.")


@batch.command(
    epilog="""\b
Exemplo:
  recado batch cancel 12""",
)
@_number
@click.option("--yes", is_flag=True, help="Não pergunta.")
@_who
@with_django
def cancel(number: int, yes: bool, who: str | None) -> None:
    """Cancela o que não saiu. Não se desfaz."""
    from recado.batches.progress import progress_of

    found = _found(number)
    left = found.ready - progress_of(found).over
    question = f"{counted(left, 'mensagem não sai', 'mensagens não saem')} mais. Cancelar o lote {number}?"
    if not yes and not click.confirm(question):
        raise CommandFailed("Nada mudou.")
    _decide(number, "cancel", who, "BATCH_CANCELLED", f"Lote {number} cancelado.")


@batch.command(
    epilog="""\b
Exemplos:
  recado batch export 12 > lote-12.csv
  recado batch export 12 --problems > fora-do-lote-12.csv""",
)
@_number
@click.option("--problems", is_flag=True, help="As linhas que ficaram fora, em vez do resultado.")
@with_django
def export(number: int, problems: bool) -> None:
    """Escreve em CSV, na saída, como terminou cada linha."""
    from django.utils import timezone

    from recado.batches.models import BatchFault
    from recado.web.exports import comma
    from recado.web.exports.document import Document
    from recado.web.views.batch_files import FAULT_HEADS, RESULT_HEADS, result_rows

    found = _found(number)
    faults = BatchFault.objects.filter(batch=found).order_by("line").values_list("line", "reason", "content")
    document = Document(
        title=f"Lote {number}: {'problemas' if problems else 'resultado'}",
        name="",
        filters=[("Nome", found.name), ("Exportado em", f"{timezone.localtime():%d/%m/%Y %H:%M}, por {_person(None)}")],
        heads=FAULT_HEADS if problems else RESULT_HEADS,
        rows=faults.iterator(chunk_size=2000) if problems else result_rows(found),
    )
    note("EXPORTED", f"{'linhas com problema' if problems else 'resultado'} do lote {number}")
    for piece in comma.pieces(document):
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _drawn_up(path: Path, who: str) -> Batch:
    """The batch of a copy of the file: the file itself stays its owner's."""
    import shutil
    import uuid

    from django.conf import settings
    from django.utils import timezone

    from recado.batches import drafting, storage
    from recado.batches.tables import FileRefused

    most = settings.RECADO_BATCH_MAX_MB
    if path.stat().st_size > most * 1024 * 1024:
        raise Refused(f"O arquivo tem mais de {most} MB, o limite (RECADO_BATCH_MAX_MB). Divida-o em partes.")
    with storage.new_upload() as copy:
        with path.open("rb") as file:
            shutil.copyfileobj(file, copy)
        copy.flush()
        try:
            key = f"cli:{uuid.uuid4()}"
            return drafting.from_file(Path(copy.name), path.name, author=who, key=key, now=timezone.now())
        except (FileRefused, drafting.NoType) as refusal:
            raise Refused(str(refusal)) from refusal


def _check(made: Batch, *, again: bool) -> None:
    """Raise Refused or TemplateRefused for a batch that no row could fill, or whose file was used before."""
    from recado.batches import drafting
    from recado.batches.columns import MOBILE
    from recado.batches.composing import check
    from recado.outbox.enqueue import company_values

    if MOBILE not in made.mapping:
        raise Refused(f"Nenhuma coluna parece ser a do celular: use --column. Há: {', '.join(made.columns)[:200]}.")
    check(made.template, [tag for tag in made.mapping if tag != MOBILE], company_values())
    earlier = drafting.earlier_of(made)
    if earlier is not None and not again:
        raise Refused(f"Este mesmo arquivo já foi usado no lote {earlier.pk}. Para enviá-lo outra vez: --again.")


def _with_mobile(made: Batch, column: str) -> dict[str, int]:
    from recado.batches.columns import MOBILE, guess_tags

    names = [name.casefold() for name in made.columns]
    if column.casefold() not in names:
        raise Refused(f"Não há a coluna “{column[:40]}”. O arquivo tem: {', '.join(made.columns)[:200]}.")
    mobile_at = names.index(column.casefold())
    tags = {tag: place for place, tag in enumerate(guess_tags(made.columns)) if place != mobile_at and tag != MOBILE}
    return tags | {MOBILE: mobile_at}


def _type(text: str) -> MessageType:
    from recado.batches.drafting import usable_types

    for row in usable_types():
        if text.strip() == str(row.pk) or text.strip().casefold() == row.name.casefold():
            return row
    known = "; ".join(f"{row.pk} {row.name}" for row in usable_types())
    raise Refused(f"Não há o tipo “{text[:40]}” entre os que servem a lotes. Há: {known or 'nenhum'}.")


def _limit(text: str | None) -> datetime | None:
    from django.utils import timezone

    if text is None:
        return None
    found = read_moment(text)
    if found is None:
        raise Refused("--until: use dd/mm/aaaa ou “dd/mm/aaaa hh:mm”.")
    at, has_hour = found
    limit = at if has_hour else at + timedelta(days=1)
    if limit <= timezone.now():
        raise Refused("--until: este limite já passou.")
    return limit


def _found(number: int) -> Batch:
    from recado.batches.models import Batch

    found = Batch.objects.select_related("type").filter(pk=number).first()
    if found is None:
        raise Refused(f"Não há o lote {number}. Veja: recado batch list")
    return found


def _decide(number: int, decision: str, who: str | None, deed: str, done: str) -> None:
    from django.utils import timezone

    from recado.batches import decisions

    _found(number)
    try:
        getattr(decisions, decision)(number, actor=_person(who), now=timezone.now())
    except decisions.BatchRefused as refusal:
        raise CommandFailed(str(refusal)) from refusal
    note(deed, number, who=_person(who))
    click.echo(done)


def _person(who: str | None) -> str:
    return who or shell_user()
