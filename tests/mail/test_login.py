"""The user and password of the setting reach the server, and a wrong one loses nothing and shows nowhere."""

from __future__ import annotations

import logging

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from pytest_django import Settings

from recado.mail.models import Fault, Mail, MailStatus
from recado.mail.posting import Letter, post
from recado.mail.sending import send_due
from tests.mail.conftest import Office
from tests.support.outbox import NOW, minutes
from tests.support.serving import mail_server

pytestmark = pytest.mark.django_db


def test_a_wrong_password_costs_no_try_and_is_told_nowhere(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    def known(server: object, session: object, envelope: object, mechanism: str, given: LoginPassword) -> AuthResult:
        return AuthResult(success=(given.login, given.password) == (b"recado", b"certa:1"), handled=False)

    office = Office()
    with mail_server(office, authenticator=known, auth_required=True, auth_require_tls=False) as port:
        settings.RECADO_MAIL_FROM = "recado@agua.example"
        settings.RECADO_SMTP_URL = f"smtp://recado:errada-e-secreta@127.0.0.1:{port}"
        post(Letter("k", "maria@example.com", "Assunto", "Texto"), now=NOW)
        with caplog.at_level(logging.DEBUG):
            send_due(NOW)
        kept = Mail.objects.get()
        assert (kept.status, kept.tries, kept.fault) == (MailStatus.WAITING, 0, Fault.SERVER)
        assert kept.reason == "O servidor de e-mail recusou o usuário ou a senha."
        assert "secreta" not in caplog.text
        settings.RECADO_SMTP_URL = f"smtp://recado:certa%3A1@127.0.0.1:{port}"
        send_due(NOW + minutes(1))
        assert len(office.mails) == 1
