"""`recado gateway`: the sender alone, for those who keep it under systemd."""

from __future__ import annotations

import click

from recado.cli.base import RecadoCommand, with_django
from recado.cli.terminal import stop_when_told


@click.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplo:
  recado gateway""",
)
@with_django
def gateway() -> None:
    """Envia o que está na fila, por todos os aparelhos, até Ctrl-C.

    Cada aparelho é de um só processo por vez: um segundo gateway espera a sua vez e não envia em dobro.
    """
    from recado.cli.preparation import require_migrated
    from recado.gateway.service import run_gateway

    require_migrated()
    run_gateway(stop_when_told())
