"""A mail server and a web server on the loopback that keep what they are given, and limits to reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from recado.alarms.troubles import Limits
from tests.support.serving import mail_server, web_server

LIMITS = Limits(timedelta(minutes=10), timedelta(minutes=15), 20, timedelta(minutes=3))


@dataclass
class Mailbox:
    """What the mail server took; while `refuses` is set it takes nothing."""

    mails: list[EmailMessage] = field(default_factory=list)
    refuses: bool = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuses:
            return "451 Try again later"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@dataclass
class Hook:
    """What the web server was sent: path, headers and body; it answers `status`."""

    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    status: int = 204
    location: str = ""


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    box = Mailbox()
    settings.RECADO_MAIL_FROM = "recado@agua.example"
    settings.RECADO_ALARM_EMAIL = ("ti@agua.example", "plantao@agua.example")
    with mail_server(box) as port:
        settings.RECADO_SMTP_URL = f"smtp://127.0.0.1:{port}"
        yield box


@pytest.fixture
def hook(settings: Settings) -> Iterator[Hook]:
    seen = Hook()

    def answer(request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers["Content-Length"])
        seen.requests.append((request.path, dict(request.headers), request.rfile.read(length)))
        request.send_response(seen.status)
        if seen.location:
            request.send_header("Location", seen.location)
        request.end_headers()

    settings.RECADO_ALARM_WEBHOOK_SECRET = "segredo-ficticio"
    with web_server(answer) as port:
        settings.RECADO_ALARM_WEBHOOK = f"http://127.0.0.1:{port}/alarme"
        yield seen
