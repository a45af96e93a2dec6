"""A TCP line: a modem behind a terminal server that carries bytes as they are (no Telnet options)."""

import socket

from recado.links.descriptor import DescriptorTransport
from recado.links.link import TcpLink
from recado.modem.errors import LinkDown

_CONNECT_TIMEOUT = 10.0
_KEEPALIVE = ((socket.TCP_KEEPIDLE, 30), (socket.TCP_KEEPINTVL, 10), (socket.TCP_KEEPCNT, 3))
"""Seconds, seconds, probes: a server that vanished is noticed within a minute, not after two hours."""


class TcpTransport(DescriptorTransport):
    """An open TCP line."""

    def __init__(self, connection: socket.socket, name: str) -> None:
        super().__init__(connection.fileno(), name)
        self._connection = connection

    def _release(self) -> None:
        self._connection.close()


def open_tcp(link: TcpLink) -> TcpTransport:
    """Connect to ``link``. Raises ``LinkDown`` with reason and advice in pt-BR."""
    try:
        connection = socket.create_connection((link.host, link.port), _CONNECT_TIMEOUT)
    except OSError as error:
        raise _explain(link, error) from error
    connection.setblocking(False)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEPALIVE:
        connection.setsockopt(socket.IPPROTO_TCP, option, value)
    return TcpTransport(connection, str(link))


def _explain(link: TcpLink, error: OSError) -> LinkDown:
    where = f"{link.host}:{link.port}"
    if isinstance(error, socket.gaierror):
        return LinkDown(
            f"Não encontrei o servidor “{link.host}” na rede.",
            "Confira se o nome está certo e se o DNS funciona, ou use o endereço IP.",
        )
    if isinstance(error, ConnectionRefusedError):
        return LinkDown(
            f"O servidor {where} recusou a ligação.",
            "Confira a porta e se o equipamento não está atendendo outro programa.",
        )
    if isinstance(error, TimeoutError):
        return LinkDown(
            f"O servidor {where} não respondeu em {_CONNECT_TIMEOUT:.0f} segundos.",
            "Confira se o equipamento está ligado e se não há um firewall no caminho.",
        )
    return LinkDown(f"Não foi possível chegar a {where}.", "Confira o endereço, o cabo de rede e as rotas.")
