"""`python -m recado.emulator`: a phone in software on this machine. Words for the operator are pt-BR."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from recado.emulator.errors import EmulatorError
from recado.emulator.faults import FAULTS, Faults
from recado.emulator.serve import Server, serve_pty, serve_tcp
from recado.emulator.settings import PhoneSettings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM. Gives the exit status: 0, or 2 when it could not start."""
    options = _parser().parse_args(arguments)
    try:
        server = _server(options)
    except EmulatorError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a program of its own
        return 2
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: server.stop())
    print(f"Aparelho emulado em {server.endpoint.link}", flush=True)  # noqa: T201 - a program of its own
    server.run()
    return 0


def _server(options: argparse.Namespace) -> Server:
    faults = Faults(seed=options.seed)
    for text in options.fault:
        faults.set_text(text)
    settings = PhoneSettings(
        latency=options.latency, report_delay=options.report_delay, replug_after=options.replug_after
    )
    if options.link is not None:
        return serve_pty(
            options.link, control=options.control, journal=options.journal, settings=settings, faults=faults
        )
    host, _, port = options.tcp.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise EmulatorError(f"“{options.tcp}” não é ENDEREÇO:PORTA.")
    return serve_tcp(
        host, int(port), control=options.control, journal=options.journal, settings=settings, faults=faults
    )


def _parser() -> argparse.ArgumentParser:
    known = "\n".join(f"  {spec.name:<18} {spec.label}" for spec in FAULTS)
    parser = argparse.ArgumentParser(
        prog="python -m recado.emulator",
        description="Aparelho emulado: aceita comandos AT como um modem e nunca envia SMS de verdade.",
        epilog=f"falhas:\n{known}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    line = parser.add_mutually_exclusive_group(required=True)
    line.add_argument("--link", type=Path, metavar="CAMINHO", help="atalho para a porta serial emulada")
    line.add_argument("--tcp", metavar="ENDEREÇO:PORTA", help="porta TCP em vez de porta serial")
    parser.add_argument("--control", type=Path, metavar="CAMINHO", help="soquete de controle")
    parser.add_argument("--journal", type=Path, metavar="CAMINHO", help="registro dos SMS enviados (JSONL)")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="FALHA[=VALOR][,times=N][,probability=P]",
        help="liga uma falha; pode repetir",
    )
    parser.add_argument("--latency", type=float, default=0.0, help="segundos de cada envio (padrão: 0)")
    parser.add_argument(
        "--report-delay", type=float, default=0.2, help="segundos até a confirmação de entrega (padrão: 0,2)"
    )
    parser.add_argument(
        "--replug-after", type=float, help="segundos até o cabo que caiu por falha voltar (padrão: não volta)"
    )
    parser.add_argument("--seed", type=int, default=0, help="semente do acaso das falhas (padrão: 0)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
