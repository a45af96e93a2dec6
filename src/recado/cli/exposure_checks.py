"""What `recado doctor` says of how much strangers could read: errors in detail, the key, what goes over the network."""

from __future__ import annotations

import ipaddress
import stat
from pathlib import Path

from django.conf import settings

from recado.cli.findings import Finding, failure, good, warning
from recado.cli.web import split_address

_WHAT = "Segurança"


def check_exposure(home: Path) -> list[Finding]:
    """One finding for each thing that others could read or overhear; one good one for none."""
    host, _ = split_address(settings.RECADO_HTTP_ADDRESS)
    looks = (_check_debug(), _check_key(home / "secret_key"), _check_network(host), _check_names())
    troubles = [finding for finding in looks if finding is not None]
    return troubles or [good(_WHAT, "sem modo de desenvolvimento; chave só do dono; nada às claras pela rede.")]


def is_of_this_machine(host: str) -> bool:
    """True for an address that only programs of this machine can call."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_debug() -> Finding | None:
    if not settings.DEBUG:
        return None
    found = "RECADO_DEBUG=sim: uma página de erro mostra configurações e dados a quem a abre."
    return failure(_WHAT, found, "Tire RECADO_DEBUG do ambiente e reinicie o Recado.")


def _check_key(path: Path) -> Finding | None:
    """The key signs sessions and is what tokens are made from; where the environment gives it there is no file."""
    if not path.exists() or not stat.S_IMODE(path.stat().st_mode) & 0o077:
        return None
    return failure(_WHAT, f"{path} pode ser lida por outros usuários.", f"Execute: chmod 600 {path}")


def _check_network(host: str) -> Finding | None:
    if is_of_this_machine(host):
        return None
    address = settings.RECADO_HTTP_ADDRESS
    if not settings.RECADO_HTTPS:
        found = f"as telas atendem em {address} sem HTTPS: senhas e celulares passam às claras pela rede."
        advice = "Ponha um servidor com HTTPS à frente e defina RECADO_HTTPS=sim (docs/operacao.md, “HTTPS”)."
        return warning(_WHAT, found, advice)
    # What the proxy says of the caller is believed, and so is whoever calls in its place.
    found = f"{address} atende também a quem não passa pelo servidor HTTPS, e esse pode inventar de onde chama."
    return warning(_WHAT, found, "Use RECADO_HTTP_ADDRESS=127.0.0.1:8000, ou deixe só aquele servidor chegar à porta.")


def _check_names() -> Finding | None:
    if "*" not in settings.ALLOWED_HOSTS:
        return None
    found = "RECADO_ALLOWED_HOSTS=*: o servidor responde por qualquer nome, também por um inventado."
    return warning(_WHAT, found, "Escreva os nomes do servidor, separados por vírgula.")
