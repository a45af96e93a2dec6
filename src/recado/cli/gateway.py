"""`recado gateway`: the sender alone, for those who keep it under systemd."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import click

from recado.cli.base import RecadoCommand, with_django


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
    stop = threading.Event()

    def ask_stop(number: int, frame: FrameType | None) -> None:
        # Setting the event here could deadlock with a main thread that waits on it; a thread of its own cannot.
        threading.Thread(target=stop.set, name="stop").start()

    signal.signal(signal.SIGINT, ask_stop)
    signal.signal(signal.SIGTERM, ask_stop)
    run_gateway(stop)
