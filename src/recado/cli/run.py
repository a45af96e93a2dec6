"""`recado run`: everything in one command, on one machine.

Prepares what is missing (database, administrator, static files), then keeps the screens and the gateway alive until
Ctrl-C. With --demo the data are fictitious, kept apart from real ones, and the phone is a program.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recado.cli.base import CommandFailed, RecadoCommand, with_django
from recado.cli.lock import AlreadyHeld, held
from recado.cli.supervisor import Part, Supervisor
from recado.cli.web import require_free_address, split_address

if TYPE_CHECKING:
    from recado.cli.preparation import FirstLogin

DEMONSTRATION_HOME = "~/.local/share/recado-demonstracao"
LEAST_FREE_BYTES = 50 * 1024 * 1024
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound


@click.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado run --demo
  recado run
  RECADO_HTTP_ADDRESS=127.0.0.1:8001 recado run

Na primeira vez cria o banco de dados e o usuário admin, e mostra a senha.""",
)
@click.option("--demo", is_flag=True, help="Dados fictícios e um aparelho emulado, em uma pasta à parte.")
def run(demo: bool) -> None:
    """Inicia tudo: telas e envio, até Ctrl-C.

    Com --demo, também um aparelho emulado e dados fictícios.
    """
    if demo:
        os.environ["RECADO_DEMO"] = "sim"
        os.environ.setdefault("RECADO_HOME", DEMONSTRATION_HOME)
    # In one terminal only what asks for attention; who wants each send in the log sets the level.
    os.environ.setdefault("RECADO_LOG_LEVEL", "WARNING")
    _run()


@with_django
def _run() -> None:
    from django.conf import settings

    home = Path(settings.RECADO_HOME)
    try:
        with held(home / "run" / "run.lock"):
            require_disk_space(home)
            require_free_address(settings.RECADO_HTTP_ADDRESS)
            login = _prepare(demo=settings.RECADO_DEMO)
            _supervise(login)
    except AlreadyHeld as error:
        process = f" (processo {error.pid})" if error.pid else ""
        raise CommandFailed(
            f"O Recado já está em execução com os dados de {home}{process}. "
            "Encerre-o com Ctrl-C na janela dele, ou use outra pasta em RECADO_HOME."
        ) from None


def require_matching_data(*, demo: bool) -> None:
    """Raise CommandFailed when fictitious data would mix with real ones: the database and `demo` must agree."""
    from recado.cli.demonstration import Holdings, holdings

    held_data = holdings()
    if held_data is Holdings.FICTITIOUS and not demo:
        raise CommandFailed(
            "Este banco guarda dados fictícios de demonstração. Use recado run --demo, "
            "ou outra pasta em RECADO_HOME (ou outro banco em RECADO_DATABASE_URL)."
        )
    if held_data is Holdings.REAL and demo:
        raise CommandFailed(
            "Este banco já guarda dados que não são de demonstração. Para a demonstração, "
            "use outra pasta em RECADO_HOME (ou outro banco em RECADO_DATABASE_URL)."
        )


def require_disk_space(home: Path) -> None:
    """Raise CommandFailed when there is too little room to start safely."""
    free = shutil.disk_usage(home).free
    if free < LEAST_FREE_BYTES:
        raise CommandFailed(
            f"Disco quase cheio: restam {free // (1024 * 1024)} MB em {home}. "
            f"Libere ao menos {LEAST_FREE_BYTES // (1024 * 1024)} MB; o que já estava gravado continua lá."
        )


def _prepare(*, demo: bool) -> FirstLogin | None:
    from django.db import connections

    from recado.cli.preparation import collect_static, first_login, migrate_database

    if migrate_database():
        click.echo("Banco de dados pronto.")
    require_matching_data(demo=demo)
    login = first_login()
    if demo:
        from recado.cli.demonstration import create_demonstration, create_users

        if created := create_demonstration():
            click.echo(f"Dados fictícios criados: {created}.")
            create_users(login.password if login else None)
    collect_static()
    connections.close_all()
    return login


def _supervise(login: FirstLogin | None) -> None:
    from django.conf import settings

    address = split_address(settings.RECADO_HTTP_ADDRESS)
    supervisor = Supervisor(
        _parts(),
        say=click.echo,
        ready=lambda: _answers(*address),
        on_ready=lambda: click.echo(welcome(*address, login, demo=settings.RECADO_DEMO)),
    )
    supervisor.run()


def _parts() -> list[Part]:
    from django.conf import settings

    command = (sys.executable, "-m", "recado.cli")
    parts = [
        Part("Envio (gateway)", (*command, "gateway")),
        Part("Telas (web)", (*command, "web")),
        Part("Tarefas (jobs)", (*command, "jobs")),
    ]
    if settings.RECADO_DEMO:
        link = Path(settings.RECADO_HOME) / "run" / "emulator-tty"
        control = ("--control", str(settings.RECADO_EMULATOR_CONTROL))
        argv = (*command, "emulator", "--link", str(link), *control, "--latency", "1", "--quiet")
        parts.insert(0, Part("Aparelho emulado", argv, ends_last=True))
    return parts


def _answers(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((_EVERYWHERE.get(host, host), port), timeout=1):
        return True
    return False


def welcome(host: str, port: int, login: FirstLogin | None, *, demo: bool) -> str:
    """What the user reads once the screens answer: where they are, how to get in, how to end."""
    shown = "localhost" if host in _EVERYWHERE else f"[{host}]" if ":" in host else host
    lines = ["", "Recado no ar" + (" – dados fictícios, demonstração" if demo else "")]
    lines.append(f"  Endereço: http://{shown}:{port}/")
    if login is not None and (login.new or demo):
        lines += [f"  Usuário:  {login.username}", f"  Senha:    {login.password}   (guardada em {login.path})"]
        if demo:
            from recado.cli.demonstration import USERS

            others = ", ".join(f"{user.username} ({user.role.name.lower()})" for user in USERS)
            lines.append(f"  Outros, com a mesma senha: {others}")
    elif login is not None:
        lines.append(f"  Primeiro acesso: usuário {login.username}, senha em {login.path}")
    return "\n".join([*lines, "  Ctrl-C encerra tudo.", ""])
