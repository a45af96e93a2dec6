"""`recado jobs`: the work that is no phone's, alone, for those who keep it under systemd."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from recado.cli.base import CommandFailed, RecadoCommand, with_django
from recado.cli.lock import AlreadyHeld, held
from recado.cli.terminal import stop_when_told


@click.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplo:
  recado jobs""",
)
@with_django
def jobs() -> None:
    """Faz o que não é do aparelho, até Ctrl-C: lotes, e-mails, faturamento e avisos a outros sistemas."""
    from django.conf import settings

    from recado.cli.preparation import require_migrated
    from recado.jobs.catalogue import JOBS
    from recado.jobs.runner import run_jobs

    require_migrated()
    stop = stop_when_told()
    try:
        with held(Path(settings.RECADO_HOME) / "run" / "jobs.lock"):
            run_jobs(JOBS, stop, lambda: datetime.now(UTC))
    except AlreadyHeld:
        raise CommandFailed("As tarefas já estão em execução com estes dados. Encerre a outra, ou use-a.") from None
