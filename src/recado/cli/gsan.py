"""`recado gsan`: is this GSAN as the reader needs it, and reading it from a terminal."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from recado.cli.base import CommandFailed, RecadoCommand, RecadoGroup, Refused, counted, with_django
from recado.cli.findings import Finding, failure, good, tell, warning
from recado.cli.listing import read_moment

if TYPE_CHECKING:
    from recado.gsan.layout import Layout
    from recado.gsan.passes import Pass
    from recado.gsan.source import Connection

PAUSE_SECONDS = 15.0
FARTHEST_CLOCK_SECONDS = 60
LONGEST_SILENCE = timedelta(minutes=5)


@click.group(
    cls=RecadoGroup,
    epilog="""\b
Exemplos:
  recado gsan check
  recado gsan run --once
  recado gsan run --since "22/11/2026 08:00"

Em serviço, quem lê o GSAN é o recado jobs: basta RECADO_GSAN_DATABASE_URL.""",
)
def gsan() -> None:
    """Lê RAs abertos, reiterados e encerrados no banco do GSAN e avisa os clientes."""


@gsan.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplo:
  recado gsan check""",
)
@with_django
def check() -> None:
    """Confere o banco do GSAN, sem mudar nada: tabelas, permissões, índices, relógio."""
    from django.conf import settings

    from recado.gsan.source import GsanUnreachable, reading

    _require_setting()
    try:
        with reading(settings.RECADO_GSAN_DATABASE_URL) as connection:
            findings = _look(connection)
    except GsanUnreachable as trouble:
        findings = [
            failure("Ligação", str(trouble), "Confira RECADO_GSAN_DATABASE_URL, a rede e o pg_hba.conf do GSAN.")
        ]
    findings += _position()
    tell(findings)


@gsan.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado gsan run --since "22/11/2026 08:00"
  recado gsan run --once""",
)
@click.option("--once", is_flag=True, help="Lê o que há de novo e termina.")
@click.option(
    "--since",
    metavar="DATA",
    help="Começa de novo e avisa os RAs registrados desde DATA (dd/mm/aaaa hh:mm). Sem ela, a primeira vez é de agora.",
)
@with_django
def run(once: bool, since: str | None) -> None:
    """Lê o GSAN até Ctrl-C, uma vez a cada 15 segundos."""
    from recado.gsan.reader import Reader
    from recado.gsan.source import GsanDiffers, GsanUnreachable

    _require_setting()
    start, reader, stop = _time(since) if since else None, Reader(), threading.Event()
    while True:
        try:
            done = reader.read(datetime.now(UTC), start)
            start = None
            click.echo(_words(done))
        except GsanDiffers as trouble:
            raise CommandFailed(str(trouble)) from trouble
        except GsanUnreachable as trouble:
            if once:
                raise CommandFailed(str(trouble)) from trouble
            click.echo(f"{trouble} Nova tentativa em {PAUSE_SECONDS:.0f} segundos.", err=True)
            done = None
        if once and not (done and done.more):
            return
        if not (done and done.more):
            stop.wait(PAUSE_SECONDS)


def _look(connection: Connection) -> list[Finding]:
    """What the database itself says."""
    from recado.gsan import layout

    server = connection.execute("SELECT current_setting('server_version') AS version, now() AS now").fetchone()
    assert server is not None
    findings = [good("Ligação", f"PostgreSQL {server['version']}, só leitura.")]
    apart = abs((datetime.now(UTC) - server["now"]).total_seconds())
    if apart > FARTHEST_CLOCK_SECONDS:
        findings.append(
            warning("Relógio", f"{apart:.0f} s de diferença entre o GSAN e o Recado.", "Acerte os relógios (NTP).")
        )
    seen = layout.seen(connection)
    if missing := seen.missing():
        advice = "Dê à conta USAGE nos esquemas e SELECT nas tabelas (veja docs/integracao.md)."
        return [*findings, failure("Tabelas", f"faltam, ou a conta não pode ler: {', '.join(missing)}.", advice)]
    without = seen.done_without()
    findings.append(good("Tabelas", f"todas; sem {', '.join(without)}." if without else "todas, com todas as colunas."))
    return [*findings, *_rights(connection), *_plans(connection, seen), *_write_back()]


def _rights(connection: Connection) -> list[Finding]:
    row = connection.execute(
        "SELECT has_table_privilege('atendimentopublico.registro_atendimento', 'INSERT, UPDATE, DELETE') AS writes"
    ).fetchone()
    if row and row["writes"]:
        advice = "O Recado abre a ligação só para leitura; mesmo assim, prefira uma conta que só tenha SELECT."
        return [warning("Permissões", "a conta pode gravar no GSAN.", advice)]
    return [good("Permissões", "a conta só lê.")]


def _plans(connection: Connection, seen: Layout) -> list[Finding]:
    from recado.gsan import plans

    findings = []
    for plan in plans.look(connection, seen):
        how = ", ".join(dict.fromkeys(plan.nodes)) or "sem tabela"
        what = f"Consulta de {plan.question}"
        if plan.scanned:
            findings.append(
                failure(what, f"leria {', '.join(plan.scanned)} por inteiro.", f"No banco do GSAN: {plan.advice}")
            )
        else:
            findings.append(good(what, how))
    return findings


def _write_back() -> list[Finding]:
    from django.conf import settings

    from recado.gsan import writing_back
    from recado.gsan.source import GsanDiffers, GsanUnreachable, writing

    if not settings.RECADO_GSAN_WRITE_BACK_URL:
        return [good("Gravação em mensagem_sms", "desligada (RECADO_GSAN_WRITE_BACK_URL vazia).")]
    try:
        with writing(settings.RECADO_GSAN_WRITE_BACK_URL) as connection:
            table = writing_back.look(connection)
    except (GsanDiffers, GsanUnreachable) as trouble:
        return [
            failure("Gravação em mensagem_sms", str(trouble), "Confira RECADO_GSAN_WRITE_BACK_URL e as permissões.")
        ]
    return [
        good("Gravação em mensagem_sms", f"chaves de {table.sequence}, celular com até {table.number_digits} dígitos.")
    ]


def check_gsan() -> list[Finding]:
    """What `recado doctor` tells of the reader: how it is read, without asking GSAN; nothing where none is read."""
    from django.conf import settings

    return _position() if settings.RECADO_GSAN_DATABASE_URL else []


def _position() -> list[Finding]:
    from django.utils import timezone

    from recado.gsan.models import OpenRequest, Position

    what, held = "Leitura do GSAN", Position.objects.filter(pk=1).first()
    if held is None:
        return [good(what, "ainda não começou; começa de agora, ou com: recado gsan run --since DATA")]
    at = f"{timezone.localtime(held.read_at):%d/%m/%Y %H:%M:%S}" if held.read_at else "nunca"
    if held.trouble:
        found = f"parada desde a leitura de {at}. {held.trouble}"
        return [warning(what, found, "Resolva e execute: recado gsan check")]
    if held.read_at is None or timezone.now() - held.read_at > LONGEST_SILENCE:
        return [warning(what, f"a última foi em {at}.", "Confira o serviço: systemctl status recado-jobs")]
    known = counted(OpenRequest.objects.count(), "RA aberto acompanhado", "RAs abertos acompanhados")
    return [good(what, f"a última foi em {at}; {known}.")]


def _words(done: Pass) -> str:
    told = counted(done.opened + done.reiterated + done.closed, "mensagem", "mensagens")
    people = counted(done.requesters, "solicitante novo", "solicitantes novos")
    return f"{people}, {counted(done.closings, 'encerramento', 'encerramentos')}: {told}."


def _require_setting() -> None:
    from django.conf import settings

    if not settings.RECADO_GSAN_DATABASE_URL:
        raise Refused(
            "Defina RECADO_GSAN_DATABASE_URL=postgresql://usuario:senha@host/banco (veja docs/integracao.md)."
        )


def _time(written: str) -> datetime:
    found = read_moment(written)
    if found is None:
        raise Refused("Escreva a data como dd/mm/aaaa ou dd/mm/aaaa hh:mm.")
    return found[0]
