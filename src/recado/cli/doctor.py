"""`recado doctor`: looks at the installation and says, for each thing, how it is and what to do."""

from __future__ import annotations

import click

from recado.cli.base import CommandFailed, RecadoCommand, counted, with_django
from recado.cli.findings import Level


@click.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplo:
  recado doctor

Termina com código 1 quando algo falha. Não envia nada e não muda nada.""",
)
@with_django
def doctor() -> None:
    """Confere a instalação e diz o que fazer.

    Olha banco, fuso, relógio, portas, permissões, disco e aparelhos.
    """
    from recado.cli.phone_checks import check_phones
    from recado.cli.system_checks import check_system

    findings = check_system()
    findings += check_phones()
    for finding in findings:
        click.echo(f"{finding.level.value:<6} {finding.what}: {finding.found}")
        if finding.advice:
            click.echo(f"       → {finding.advice}")
    failures = sum(finding.level is Level.FAILURE for finding in findings)
    if failures:
        raise CommandFailed(counted(failures, "falha encontrada.", "falhas encontradas."))
    warnings = sum(finding.level is Level.WARNING for finding in findings)
    click.echo(f"Nenhuma falha; {counted(warnings, 'aviso.', 'avisos.')}" if warnings else "Tudo certo.")
