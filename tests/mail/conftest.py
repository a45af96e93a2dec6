"""A real mail server on the loopback, which refuses, hangs and hangs up as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from tests.support.serving import mail_server


@dataclass
class Office:
    """What the server took, and what it says to each command: an answer, or "" for none (`hang`, `hang up`)."""

    mails: list[EmailMessage] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    at_mail: str = "250 OK"
    at_rcpt: str = "250 OK"
    at_end: str = "250 OK"
    recipients: list[str] = field(default_factory=list)
    connections: int = 0

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.senders.append(address)
        if self.at_mail == "hang up":
            _hang_up(server)
        envelope.mail_from = address
        return self.at_mail

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.recipients.append(address)
        if self.at_rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.at_end.startswith("250") or self.at_end.startswith("hang"):
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        if self.at_end == "hang":
            await asyncio.sleep(30)
        if self.at_end == "hang up":
            _hang_up(server)
        return self.at_end


def _hang_up(server: SMTP) -> None:
    transport = server.transport
    assert transport is not None
    transport.abort()


@pytest.fixture
def office(settings: Settings) -> Iterator[Office]:
    open_office = Office()
    settings.RECADO_MAIL_FROM = "recado@agua.example"
    with mail_server(open_office) as port:
        settings.RECADO_SMTP_URL = f"smtp://127.0.0.1:{port}"
        yield open_office
