"""One POST to an address that a client gave: such an address must not lead into the company's own network.

The name is resolved once, every address it has is looked at, and the connection goes to the one that was looked at: a
name that answers differently the next time (DNS rebinding) gains nothing. A redirect is an answer like any other.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from recado.conf.networks import parse_networks

TIMEOUT_SECONDS = 10.0
_LONGEST_URL = 500
_READ_BYTES = 1024
_LONGEST_WAIT = 3600
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class AddressRefused(ValueError):
    """Nothing is ever posted there; the text (pt-BR) says why."""


class NotReached(Exception):
    """Nobody answered, or not as HTTP does; the text (pt-BR) says what was met. Worth trying again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said: its HTTP code, and the seconds it asks to be left alone."""

    code: int
    retry_after: int | None = None

    @property
    def taken(self) -> bool:
        """True when the other side took what was posted."""
        return 200 <= self.code < 300


def check_url(url: str) -> SplitResult:
    """The parts of an address that may be posted to, as far as can be told without a lookup. Raises AddressRefused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("Isto não é um endereço como https://example.com/avisos.") from None
    if not parts.hostname or not url.isascii() or not url.isprintable() or " " in url or len(url) > _LONGEST_URL:
        raise AddressRefused("Informe um endereço como https://example.com/avisos.")
    if parts.scheme not in ("https", "http"):
        raise AddressRefused("O endereço começa com https://.")
    if parts.scheme == "http" and not parse_networks(settings.RECADO_WEBHOOK_NETWORKS):
        raise AddressRefused("O endereço começa com https://: por http qualquer um no caminho leria os avisos.")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("Usuário e senha não vão no endereço: confira a assinatura do aviso em vez deles.")
    if port == 0:
        raise AddressRefused("A porta 0 não existe.")
    return parts


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """POST `body` to `url`. Raises AddressRefused, NotReached."""
    parts = check_url(url)
    assert parts.hostname is not None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    connection = _Pinned(parts, _resolve(parts, port))
    path = parts.path or "/"
    # A socket's own time limit begins anew at each byte: this one does not.
    deadline = threading.Timer(TIMEOUT_SECONDS, connection.abandon)
    deadline.daemon = True
    deadline.start()
    try:
        connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, dict(headers))
        response = connection.getresponse()
        with suppress(OSError, http.client.HTTPException):
            # For the other side's peace alone: its code is its answer.
            response.read(_READ_BYTES)
        return Answer(response.status, _seconds(response.getheader("Retry-After")))
    except ssl.SSLCertVerificationError as error:
        raise NotReached(f"O certificado do endereço não confere ({error.verify_message}).") from error
    except (OSError, http.client.HTTPException) as error:
        if connection.abandoned or isinstance(error, TimeoutError):
            seconds = f"{TIMEOUT_SECONDS:g}".replace(".", ",")
            raise NotReached(f"O endereço não respondeu em {seconds} s.") from error
        raise NotReached(f"O endereço não respondeu ({type(error).__name__}).") from error
    finally:
        deadline.cancel()
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to `target`, an address that was looked at, that speaks to the name in `parts`."""

    def __init__(self, parts: SplitResult, target: tuple[str, int]) -> None:
        assert parts.hostname is not None
        super().__init__(parts.hostname, target[1], timeout=TIMEOUT_SECONDS)
        self._target = target
        self._name = parts.hostname
        self._tls = parts.scheme == "https"
        self.abandoned = False
        if self._tls:
            self.default_port = 443

    def abandon(self) -> None:
        """Wait no longer, whatever is on its way: called by another thread."""
        self.abandoned = True
        if self.sock is not None:
            with suppress(OSError):
                # Not the TLS socket's own, which would say goodbye first.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def connect(self) -> None:
        """Connect to the target; by TLS the certificate must be of the name."""
        self.sock = socket.create_connection(self._target, timeout=TIMEOUT_SECONDS)
        if self._tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self._name)
        if self.abandoned:
            raise TimeoutError


def _resolve(parts: SplitResult, port: int) -> tuple[str, int]:
    """An address of the name that may be posted to; refused when any of them may not."""
    assert parts.hostname is not None
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotReached("O nome do endereço não foi encontrado.") from error
    allowed = parse_networks(settings.RECADO_WEBHOOK_NETWORKS)
    targets = []
    for *_, target in found:
        address = _real(str(target[0]).partition("%")[0])
        inside = any(address in network for network in allowed)
        if not inside and not _is_public(address):
            raise AddressRefused(
                "O endereço leva à rede interna. Quem opera o Recado pode permitir: docs/configuracao.md."
            )
        if not inside and parts.scheme != "https":
            raise AddressRefused("Fora das redes permitidas o endereço começa com https://.")
        targets.append((str(target[0]), port))
    if not targets:
        raise NotReached("O nome do endereço não foi encontrado.")
    return targets[0]


def _real(written: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address that is reached: of an IPv6 address that carries an IPv4 one, that one."""
    address = ipaddress.ip_address(written)
    if isinstance(address, ipaddress.IPv4Address):
        return address
    teredo = address.teredo
    carried = address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
    if carried is None and address in _NAT64:
        carried = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return carried or address


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    old = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    return address.is_global and not (address.is_multicast or address.is_reserved or old)


def _seconds(written: str | None) -> int | None:
    return min(int(written), _LONGEST_WAIT) if written and written.isdecimal() and len(written) < 10 else None
