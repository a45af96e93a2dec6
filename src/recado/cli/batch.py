"""`recado batch`: SMS in batches at a terminal, with the same checks and the same second person as on the screens."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from recado.cli.base import CommandFailed, RecadoGroup, Refused, counted, table, with_django
from recado.cli.batch_making import new, new_from_ras, who_decides
from recado.cli.deeds import note, shell_user

if TYPE_CHECKING:
    from recado.batches.models import Batch
    from recado.batches.progress import Progress

LISTED = 20


@click.group(
    cls=RecadoGroup,
    epilog="""\b
Exemplos:
  recado batch new contas.csv --text "{EMPRESA}: {NOME}, sua conta vence em {VENCIMENTO}."
  recado batch new-from-ras --from 01/11/2026 --to 15/11/2026 --text "{EMPRESA}: {NOME}, o RA {RA} segue em análise."
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


batch.add_command(new)
batch.add_command(new_from_ras)
_number = click.argument("number", metavar="LOTE", type=click.IntRange(1))


@batch.command(name="list")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=LISTED, show_default=True, metavar="NÚMERO", help="Quantos."
)
@with_django
def list_(limit: int) -> None:
    """Mostra os lotes, os mais novos primeiro."""
    from recado.batches.models import Batch
    from recado.batches.progress import progress_of
    from recado.web.batch_words import handed_over_words

    rows = []
    for row in Batch.objects.order_by("-pk")[:limit]:
        counts = progress_of(row)
        handed_over = handed_over_words(counts)
        sent = f"{counts.sent} ({handed_over})" if handed_over else str(counts.sent)
        rows.append((str(row.pk), row.name[:40], row.get_state_display(), str(row.ready), sent, row.author))
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
    from recado.outbox.models import Status
    from recado.web.batch_words import balance_words, progress_words

    found = _found(number)
    counts = progress_of(found)
    click.echo(f"Lote {found.pk}: {found.name} – {found.get_state_display()}, por {found.author}")
    if found.fault:
        click.echo(f"Atenção: {found.fault}")
    for count, words in _count_lines(counts):
        click.echo(f"  {count:>9}  {words}")
    if found.state in (State.READ, State.WAITING, State.RUNNING):
        end = reckon(found, timezone.now())
        click.echo(f"Término: {end.end:%d/%m/%Y %H:%M}" if end.end else end.why)
        late = f"{counted(end.late, 'SMS não sai', 'SMS não saem')} a tempo, pelo limite."
        click.echo(late if end.late else "Nenhum expira.")
    if found.state in (State.RUNNING, State.PAUSED):
        click.echo(progress_words(counts, None, timezone.now()))
    elif found.state in (State.DONE, State.CANCELLED) and not counts.of((Status.QUEUED, Status.SENDING)):
        click.echo(balance_words(counts))
    for fault in BatchFault.objects.filter(batch=found).order_by("line")[:10]:
        click.echo(f"  linha {fault.line}: {fault.reason}")


@batch.command(
    epilog="""\b
Exemplo:
  recado batch send 12""",
)
@_number
@who_decides
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
    _require_approver(who)
    _decide(number, "approve", who, "BATCH_APPROVED", f"Lote {number} aprovado: está em envio.")


@batch.command(
    name="return",
    epilog="""\b
Exemplo:
  recado batch return 12 --as bruno.melo --note "O texto está sem a data." """,
)
@_number
@click.option(
    "--as", "who", required=True, metavar="USUÁRIO", help="Quem devolve: usuário do Recado que possa aprovar lotes."
)
@click.option("--note", "reason", required=True, metavar="MOTIVO", help="O que corrigir.")
@with_django
def return_(number: int, who: str, reason: str) -> None:
    """Devolve um lote que aguarda aprovação, com o motivo."""
    _require_approver(who)
    if not reason.strip():
        raise Refused("--note: diga o motivo; quem preparou o lote precisa saber o que corrigir.")
    _decide(
        number, "give_back", who, "BATCH_RETURNED", f"Lote {number} devolvido a quem o preparou.", note=reason.strip()
    )


@batch.command(
    epilog="""\b
Exemplo:
  recado batch pause 12""",
)
@_number
@who_decides
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
@who_decides
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
@who_decides
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


def _count_lines(counts: Progress) -> list[tuple[int, str]]:
    """How many, and of what: what the reading found, then the messages by what the screens call them."""
    from recado.batches.models import State
    from recado.outbox.models import SHOWN_STATUSES

    found, labels = counts.batch, dict(SHOWN_STATUSES)
    kept = "canceladas antes da fila" if found.state == State.CANCELLED else "esperam no lote"
    return [
        (found.rows_read, "linhas lidas"),
        (found.ready, f"prontas ({found.parts} SMS)"),
        (found.invalid, "com problema"),
        (found.repeated, "repetidas"),
        (found.opted_out, "pediram para não receber"),
        (found.told, "já receberam este tipo hoje" + (" (fora do lote)" if found.skip_told else "")),
        *([(found.expired, "com prazo acabado")] if found.expired else []),
        *([(counts.waiting, kept)] if counts.waiting else []),
        *((count, labels[status].lower()) for status, count in counts.statuses.items()),
    ]


def _require_approver(who: str) -> None:
    from django.contrib.auth.models import User

    from recado.people.roles import Duty

    user = User.objects.filter(username=who, is_active=True).first()
    if user is None or not user.has_perm(Duty.APPROVE_BATCHES.permission):
        raise Refused(f"{who} não é um usuário do Recado que possa aprovar lotes.")


def _found(number: int) -> Batch:
    from recado.batches.models import Batch

    found = Batch.objects.select_related("type").filter(pk=number).first()
    if found is None:
        raise Refused(f"Não há o lote {number}. Veja: recado batch list")
    return found


def _decide(number: int, decision: str, who: str | None, deed: str, done: str, **more: str) -> None:
    from django.utils import timezone

    from recado.batches import decisions

    _found(number)
    try:
        getattr(decisions, decision)(number, actor=_person(who), now=timezone.now(), **more)
    except decisions.BatchRefused as refusal:
        raise CommandFailed(str(refusal)) from refusal
    note(deed, number, who=_person(who))
    click.echo(done)


def _person(who: str | None) -> str:
    return who or shell_user()
