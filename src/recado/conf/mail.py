"""The address of a mail server as one setting: `smtp+starttls://user:password@host:587`."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over; `secret` never shows in a representation."""

    host: str
    port: int
    user: str
    secret: str = field(repr=False)
    starttls: bool
    tls: bool


def parse_smtp_url(raw: str) -> SmtpServer:
    """Read the address; user and password may be percent-encoded. Raises ValueError (pt-BR, no password)."""
    refusal = "use smtp+starttls://usuario:senha@servidor:587 (ou smtps://…, ou smtp://… na própria rede)"
    try:
        parts = urlsplit(raw)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(refusal) from None
    if parts.scheme not in _PORTS or not host or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(refusal)
    return SmtpServer(
        host=host,
        port=port or _PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        secret=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+starttls",
        tls=parts.scheme == "smtps",
    )
