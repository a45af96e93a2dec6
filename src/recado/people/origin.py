"""Where a request came from."""

from __future__ import annotations

import re
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

# Some proxies add the port: 203.0.113.9:51624, [2001:db8::1]:51624.
_WITH_PORT = re.compile(r"\[(?P<six>[0-9A-Fa-f:.]+)\](?::\d+)?|(?P<four>[0-9.]+):\d+", re.ASCII)


def address_of(request: HttpRequest) -> str:
    """The caller's address: behind the HTTPS proxy, what that proxy says; behind several (`RECADO_PROXIES`), the first.

    What stands before that was written by the caller, and is not believed; nor is what is no address.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.RECADO_HTTPS else ""
    told = [entry.strip() for entry in forwarded.split(",")][-settings.RECADO_PROXIES :]
    return _address(told[0]) or direct


def _address(written: str) -> str:
    match = _WITH_PORT.fullmatch(written)
    try:
        return str(ip_address((match["six"] or match["four"]) if match else written))
    except ValueError:
        return ""
