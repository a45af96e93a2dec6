"""The `recado` group: its commands, and what happens when the program itself is at fault."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path
from types import TracebackType

import click

from recado.cli.base import RecadoGroup
from recado.cli.batch import batch
from recado.cli.billing import billing
from recado.cli.bluetooth import pair, scan, unpair
from recado.cli.client import client
from recado.cli.doctor import doctor
from recado.cli.emulator import emulator
from recado.cli.gateway import gateway
from recado.cli.gsan import gsan
from recado.cli.jobs import jobs
from recado.cli.messages import messages
from recado.cli.migrate import migrate
from recado.cli.phones import phones
from recado.cli.playsms import playsms
from recado.cli.replies import replies
from recado.cli.run import run
from recado.cli.send import send
from recado.cli.user import user
from recado.cli.web import web


@click.group(
    cls=RecadoGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Exemplos:
  recado run --demo                     experimenta tudo com um aparelho emulado
  recado phones add "Aparelho 1" --link serial:/dev/ttyUSB0
  recado run                            telas e envio, até Ctrl-C
  recado doctor                         confere a instalação

As configurações vêm do ambiente (RECADO_HOME, RECADO_DATABASE_URL, …): veja docs/configuracao.md.""",
)
@click.version_option(package_name="recado", prog_name="recado")
def cli() -> None:
    """Recado: avisa o cliente por SMS que o pedido foi registrado e atendido."""


for _command in (run, web, gateway, jobs, emulator, phones, send, messages, replies, doctor, user, client, migrate):
    cli.add_command(_command)
for _command in (batch, playsms, gsan, billing):
    cli.add_command(_command)
for _command in (scan, pair, unpair):
    phones.add_command(_command)


def run_command_line() -> None:
    """Run the command line of this process and end it with the exit code."""
    # Numbers and names of customers: what a command writes is its user's alone, even in a folder that others may read.
    os.umask(0o077)
    sys.excepthook = _our_fault
    cli(prog_name="recado")


def _our_fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A bug: one sentence on the screen, the traceback in a file that only this user reads."""
    descriptor, path = tempfile.mkstemp(prefix="recado-falha-", suffix=".txt")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        traceback.print_exception(kind, error, trace, file=file)
    click.echo(
        f"Erro: falha do próprio Recado ({kind.__name__}). Nada do que estava gravado se perdeu. "
        f"Envie o arquivo {Path(path)} a quem cuida do sistema.",
        err=True,
    )
