"""A mail server and a web server on the loopback that keep what they are given, and limits to reach."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from recado.alarms.troubles import Limits

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
    port = _free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.RECADO_SMTP_URL = f"smtp://127.0.0.1:{port}"
    settings.RECADO_MAIL_FROM = "recado@agua.example"
    settings.RECADO_ALARM_EMAIL = ("ti@agua.example", "plantao@agua.example")
    yield box
    controller.stop()


@pytest.fixture
def hook(settings: Settings) -> Iterator[Hook]:
    seen = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            seen.requests.append((self.path, dict(self.headers), self.rfile.read(length)))
            self.send_response(seen.status)
            if seen.location:
                self.send_header("Location", seen.location)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.RECADO_ALARM_WEBHOOK = f"http://127.0.0.1:{server.server_port}/alarme"
    settings.RECADO_ALARM_WEBHOOK_SECRET = "segredo-ficticio"
    yield seen
    server.shutdown()
    server.server_close()


def _free_port() -> int:
    """aiosmtpd wants to know its port beforehand."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
