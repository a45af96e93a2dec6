"""`recado emulator`: a phone in software, to try Recado without one. It never sends a real SMS."""

from __future__ import annotations

import signal
from pathlib import Path

import click

from recado.cli.base import CommandFailed, RecadoCommand, Refused
from recado.emulator.errors import EmulatorStartError, FaultError
from recado.emulator.faults import FAULTS, Faults
from recado.emulator.serve import Server, serve_pty, serve_tcp
from recado.emulator.settings import PhoneSettings


@click.command(
    cls=RecadoCommand,
    epilog="""\b
Exemplos:
  recado emulator --link /tmp/aparelho
  recado emulator --link /tmp/aparelho --latency 2.5
  recado emulator --link /tmp/aparelho --fault no_signal
  recado emulator --link /tmp/aparelho --fault reject=38,times=3
  recado emulator --tcp 127.0.0.1:7000
  recado emulator --list-faults

Depois: recado phones probe serial:/tmp/aparelho""",
)
@click.option("--link", type=click.Path(path_type=Path), metavar="CAMINHO", help="Atalho para a porta serial emulada.")
@click.option("--tcp", metavar="ENDEREÇO:PORTA", help="Porta TCP em vez de porta serial.")
@click.option(
    "--latency",
    type=click.FloatRange(0, 3600),
    default=0.0,
    show_default=True,
    metavar="SEGUNDOS",
    help="Quanto cada envio demora.",
)
@click.option("--fault", "faults", multiple=True, metavar="FALHA[=VALOR]", help="Liga uma falha; pode repetir.")
@click.option("--list-faults", is_flag=True, help="Mostra as falhas que existem e sai.")
@click.option("--control", type=click.Path(path_type=Path), metavar="CAMINHO", help="Soquete de controle.")
@click.option(
    "--journal", type=click.Path(path_type=Path), metavar="CAMINHO", help="Registro dos SMS (JSON por linha)."
)
@click.option("--seed", type=int, default=0, metavar="NÚMERO", help="Semente do acaso das falhas.")
@click.option("--quiet", is_flag=True, hidden=True)
def emulator(
    link: Path | None,
    tcp: str | None,
    latency: float,
    faults: tuple[str, ...],
    list_faults: bool,
    control: Path | None,
    journal: Path | None,
    seed: int,
    quiet: bool,
) -> None:
    """Emula um aparelho com comandos AT em uma porta serial (pty). Nunca envia SMS de verdade."""
    if list_faults:
        for fault in FAULTS:
            click.echo(f"{fault.name:<18} {fault.label}: {fault.explanation}")
        return
    if (link is None) == (tcp is None):
        raise Refused("Informe --link CAMINHO ou --tcp ENDEREÇO:PORTA (um dos dois).")
    settings = PhoneSettings(latency=latency)
    failures = Faults(seed=seed)
    try:
        for text in faults:
            failures.set_text(text)
        if link is not None:
            server = serve_pty(link, control=control, journal=journal, settings=settings, faults=failures)
        else:
            host, port = _address(tcp or "")
            server = serve_tcp(host, port, control=control, journal=journal, settings=settings, faults=failures)
    except FaultError as error:
        raise Refused(str(error)) from error
    except EmulatorStartError as error:
        raise CommandFailed(str(error)) from error
    if not quiet:
        click.echo(f"Aparelho emulado em {server.endpoint.link} (Ctrl-C encerra).")
    _serve(server)


def _serve(server: Server) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.stop())
    server.run()


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit() and int(port) < 65536):
        raise Refused(f"“{text}” não é ENDEREÇO:PORTA. Exemplo: 127.0.0.1:7000")
    return host, int(port)
