"""Internet addresses and networks, as people write lists of them."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class NetworkRefused(ValueError):
    """One of the lines is no address; the text (pt-BR) says which."""


@lru_cache(maxsize=256)
def parse_networks(written: str) -> tuple[Network, ...]:
    """The networks of the lines (or comma-separated words) of `written`. Raises NetworkRefused."""
    found = []
    for word in written.replace(",", "\n").split():
        try:
            found.append(ipaddress.ip_network(word, strict=False))
        except ValueError:
            raise NetworkRefused(
                f"“{word[:45]}” não é um endereço nem uma rede. Exemplos: 192.0.2.10 ou 192.0.2.0/24."
            ) from None
    return tuple(found)


def tidied(written: str) -> str:
    """`written` as it is kept: one network a line, each in its usual form. Raises NetworkRefused."""
    return "\n".join(str(network) for network in parse_networks(written))


def allows(written: str, address: str) -> bool:
    """Whether a call from `address` is allowed by `written`; any is when nothing is written."""
    networks = parse_networks(written)
    if not networks:
        return True
    try:
        caller = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(caller, ipaddress.IPv6Address) and caller.ipv4_mapped:
        caller = caller.ipv4_mapped
    return any(caller in network for network in networks)
