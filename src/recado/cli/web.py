"""`recado web`: the screens alone, by gunicorn, for those who keep it under systemd."""

from __future__ import annotations

import errno
import os
import socket
import sys

import click

from recado.cli.base import CommandFailed, RecadoCommand, with_django


@click.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado web
  RECADO_HTTP_ADDRESS=127.0.0.1:8001 recado web""",
)
@with_django
def web() -> None:
    """Atende as telas em RECADO_HTTP_ADDRESS, até Ctrl-C.

    Para outras máquinas, ponha à frente um servidor com HTTPS e defina RECADO_HTTPS=sim.
    """
    from django.conf import settings
    from django.db import connections

    from recado.cli.preparation import collect_static, require_migrated

    require_migrated()
    collect_static()
    require_free_address(settings.RECADO_HTTP_ADDRESS)
    connections.close_all()
    # gunicorn takes this process over, so that it starts as small as it can and gets the signals itself.
    arguments = ["-m", "gunicorn", "-c", "python:recado.cli.gunicorn_settings", "recado.conf.wsgi:application"]
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - this very Python


def split_address(address: str) -> tuple[str, int]:
    """`127.0.0.1:8000` or `[::1]:8000` as host and port."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def require_free_address(address: str) -> None:
    """Raise CommandFailed (pt-BR, with what to do) when nobody could listen at `address` now."""
    host, port = split_address(address)
    try:
        family, kind, _, _, target = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
            probe.listen(1)
    except OSError as error:
        raise CommandFailed(_explain(error, host, port)) from error


def _explain(error: OSError, host: str, port: int) -> str:
    other = "Escolha outra porta, por exemplo: RECADO_HTTP_ADDRESS=127.0.0.1:8001"
    if error.errno == errno.EADDRINUSE:
        return f"A porta {port} já está em uso por outro programa. {other}"
    if error.errno == errno.EACCES:
        return f"Sem permissão para atender na porta {port} (abaixo de 1024 só o administrador pode). {other}"
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return f"O endereço {host} não é desta máquina. Use 127.0.0.1 ou 0.0.0.0 em RECADO_HTTP_ADDRESS."
    return f"Não foi possível atender em {host}:{port}: {error.strerror}. {other}"
