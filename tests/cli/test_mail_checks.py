"""`recado doctor` and the mail server: reached, encrypted and logged in as the settings say, and nothing sent."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from pytest_django import Settings

from recado.cli import mail_checks
from recado.cli.findings import Finding, Level
from recado.cli.mail_checks import check_mail
from recado.mail.smtp import ServerDown, connected
from tests.cli.conftest import Recado
from tests.mail.conftest import Office
from tests.support.certificates import Certificate, make_certificate
from tests.support.serving import mail_server

Start = Callable[..., int]


class Heard(Office):
    """An office that also keeps which logins came, and over what."""

    def __init__(self) -> None:
        super().__init__()
        self.logins: list[tuple[bytes, bool]] = []

    def authenticate(
        self, server: object, session: object, envelope: object, mechanism: str, given: LoginPassword
    ) -> AuthResult:
        encrypted = getattr(session, "ssl", None) is not None
        self.logins.append((given.login, encrypted))
        # `handled=False`: the server itself says that it refuses.
        return AuthResult(success=(given.login, given.password) == (b"recado", b"certa"), handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("correio"))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def start(heard: Heard, settings: Settings) -> Iterator[Start]:
    """Start a server with these options of aiosmtpd's; gives its port."""
    with ExitStack() as stack:

        def begin(**options: object) -> int:
            settings.RECADO_MAIL_FROM = "recado@agua.example"
            return stack.enter_context(mail_server(heard, authenticator=heard.authenticate, **options))

        yield begin


@pytest.fixture
def trusted(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    """The company's own authority, known to this machine."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    return certificate


def found(settings: Settings, url: str) -> Finding:
    settings.RECADO_SMTP_URL = url
    (finding,) = check_mail()
    assert "senha" not in url or "errada" not in finding.found + finding.advice
    return finding


def test_without_a_server_in_the_settings_nothing_is_said(settings: Settings) -> None:
    settings.RECADO_SMTP_URL = ""
    assert check_mail() == []


def test_starttls_is_used_before_the_login_and_nothing_is_sent(
    start: Start, heard: Heard, trusted: Certificate, settings: Settings
) -> None:
    port = start(tls_context=trusted.server_context(), require_starttls=True)
    finding = found(settings, f"smtp+starttls://recado:certa@127.0.0.1:{port}")
    assert finding.level is Level.GOOD, finding
    assert "atende com STARTTLS, usuário e senha aceitos; nada foi enviado." in finding.found
    assert heard.logins == [(b"recado", True)]
    assert (heard.mails, heard.senders, heard.recipients) == ([], [], [])


def test_an_e_mail_goes_over_starttls(start: Start, heard: Heard, trusted: Certificate, settings: Settings) -> None:
    port = start(tls_context=trusted.server_context(), require_starttls=True)
    settings.RECADO_SMTP_URL = f"smtp+starttls://recado:certa@127.0.0.1:{port}"
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "recado@agua.example", "ti@agua.example", "Aviso"
    mail.set_content("Texto")
    with connected() as connection:
        assert isinstance(connection.sock, ssl.SSLSocket)
        connection.send_message(mail)
    assert [taken["Subject"] for taken in heard.mails] == ["Aviso"]


def test_a_server_without_starttls_is_refused_and_told_no_password(
    start: Start, heard: Heard, settings: Settings
) -> None:
    port = start(auth_require_tls=False)
    finding = found(settings, f"smtp+starttls://recado:certa@127.0.0.1:{port}")
    assert finding.level is Level.FAILURE
    assert "não oferece STARTTLS" in finding.found
    with pytest.raises(ServerDown), connected():
        pytest.fail("it is talked to in the clear")
    assert (heard.logins, heard.mails) == ([], [])


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_login(
    start: Start, heard: Heard, certificate: Certificate, settings: Settings, scheme: str
) -> None:
    context = certificate.server_context()
    port = start(**({"ssl_context": context} if scheme == "smtps" else {"tls_context": context}))
    finding = found(settings, f"{scheme}://recado:certa@127.0.0.1:{port}")
    assert finding.level is Level.FAILURE
    assert "autoridade desconhecida" in finding.found
    assert heard.logins == []


def test_a_certificate_of_another_name_is_refused(
    start: Start, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_certificate(tmp_path, "DNS:outro.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(other.certificate))
    port = start(tls_context=other.server_context())
    assert "não vale para este nome" in found(settings, f"smtp+starttls://127.0.0.1:{port}").found


def test_tls_from_the_first_byte(start: Start, trusted: Certificate, settings: Settings) -> None:
    port = start(ssl_context=trusted.server_context(), auth_require_tls=False)
    finding = found(settings, f"smtps://recado:certa@127.0.0.1:{port}")
    assert (finding.level, "com TLS" in finding.found) == (Level.GOOD, True), finding


def test_a_wrong_password_is_told_and_not_repeated(start: Start, trusted: Certificate, settings: Settings) -> None:
    port = start(tls_context=trusted.server_context())
    finding = found(settings, f"smtp+starttls://recado:senha-errada@127.0.0.1:{port}")
    assert (finding.level, "recusou o usuário ou a senha." in finding.found) == (Level.FAILURE, True), finding


def test_a_password_that_smtplib_cannot_say_is_told_and_breaks_nothing(
    start: Start, heard: Heard, trusted: Certificate, settings: Settings
) -> None:
    port = start(tls_context=trusted.server_context())
    finding = found(settings, f"smtp+starttls://recado:%C3%A1gua@127.0.0.1:{port}")
    assert "sem acento" in finding.found
    assert "água" not in finding.found + finding.advice


def test_a_login_that_the_server_does_not_take_in_the_clear_is_told(start: Start, settings: Settings) -> None:
    port = start()
    assert "não aceita login" in found(settings, f"smtp://recado:certa@127.0.0.1:{port}").found


def test_a_password_in_the_clear_to_another_machine_warns(
    start: Start, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_checks, "_HERE", ())
    port = start(auth_require_tls=False)
    finding = found(settings, f"smtp://recado:certa@127.0.0.1:{port}")
    assert (finding.level, "às claras" in finding.advice) == (Level.WARNING, True), finding


def test_without_a_sender_nothing_will_leave(start: Start, settings: Settings) -> None:
    port = start()
    settings.RECADO_MAIL_FROM = ""
    assert "RECADO_MAIL_FROM" in found(settings, f"smtp://127.0.0.1:{port}").advice


def test_a_server_that_is_silent_is_not_waited_for(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_checks, "PATIENCE_SECONDS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        finding = found(settings, f"smtp://127.0.0.1:{silent.getsockname()[1]}")
    assert "não respondeu" in finding.found


def test_a_port_or_a_name_that_nobody_answers_at_is_told(settings: Settings) -> None:
    assert "recusada" in found(settings, "smtp://127.0.0.1:1").found
    assert "nome do servidor não foi encontrado" in found(settings, f"smtp://{'x' * 70}.example").found


@pytest.mark.django_db
def test_the_command_says_it(recado: Recado, settings: Settings) -> None:
    settings.RECADO_SMTP_URL = "smtp://127.0.0.1:1"
    assert "FALHA  Servidor de e-mail: 127.0.0.1:1: a ligação foi recusada" in recado("doctor").stdout
