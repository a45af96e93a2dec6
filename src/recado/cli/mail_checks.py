"""What `recado doctor` says of the mail server: reached, encrypted, logged in. No e-mail is sent."""

from __future__ import annotations

import smtplib
import socket
import ssl

from django.conf import settings

from recado.cli.findings import Finding, failure, good, warning
from recado.conf.mail import SmtpServer, parse_smtp_url
from recado.mail.smtp import ServerDown, connected

_WHAT = "Servidor de e-mail"
# A person waits: shorter than what an e-mail is given.
PATIENCE_SECONDS = 5.0
_LOGIN = "Confira usuário e senha em RECADO_SMTP_URL (: @ / se escrevem %3A %40 %2F)."
_HERE = ("localhost", "127.0.0.1", "::1")


def check_mail() -> list[Finding]:
    """One finding; none where no mail server is set."""
    if not settings.RECADO_SMTP_URL:
        return []
    server = parse_smtp_url(settings.RECADO_SMTP_URL)
    try:
        with connected(PATIENCE_SECONDS):
            return [_well(server)]
    except ServerDown as down:
        found, advice = _explain(down.__cause__, server)
        return [failure(_WHAT, f"{_place(server)}: {found}", advice)]


def _well(server: SmtpServer) -> Finding:
    how = "sem criptografia"
    if server.tls or server.starttls:
        how = "com TLS" if server.tls else "com STARTTLS"
    login = "usuário e senha aceitos" if server.user else "sem usuário"
    found = f"{_place(server)} atende {how}, {login}; nada foi enviado."
    if not settings.RECADO_MAIL_FROM:
        return warning(_WHAT, found, "Defina RECADO_MAIL_FROM: sem remetente nenhum e-mail sai.")
    if server.user and not (server.tls or server.starttls) and server.host not in _HERE:
        return warning(_WHAT, found, "A senha vai às claras pela rede: use smtp+starttls:// ou smtps://.")
    return good(_WHAT, found)


def _explain(cause: BaseException | None, server: SmtpServer) -> tuple[str, str]:
    """What was found and what to do, pt-BR; nothing that the server said is repeated."""
    if isinstance(cause, smtplib.SMTPServerDisconnected) and isinstance(cause.__context__, OSError):
        # smtplib says no more than that the line ended.
        cause = cause.__context__
    check = "Confira RECADO_SMTP_URL (servidor e porta), a rede e o firewall."
    match cause:
        case smtplib.SMTPAuthenticationError():
            return "recusou o usuário ou a senha.", _LOGIN
        case smtplib.SMTPNotSupportedError() if server.starttls:
            # Either word may be missing; without STARTTLS the login is never come to.
            return (
                "não oferece STARTTLS, ou não aceita login depois dele; nada foi dito às claras.",
                "Confira a porta (587 é a usual) ou use smtps://… na 465.",
            )
        case smtplib.SMTPNotSupportedError():
            return "não aceita login nesta ligação.", "Use smtp+starttls:// ou smtps://, ou tire usuário e senha."
        case ssl.SSLCertVerificationError():
            return (
                "o certificado não vale para este nome, venceu ou é de autoridade desconhecida.",
                "Use o nome que ele traz; a autoridade da companhia entra em /usr/local/share/ca-certificates"
                " (update-ca-certificates).",
            )
        case ssl.SSLError():
            return "a conversa TLS falhou.", "smtps:// é para a porta 465; na 587 ou 25 use smtp+starttls://."
        case socket.gaierror() | UnicodeError():
            return _unreadable(cause, check)
        case TimeoutError():
            return f"não respondeu em {PATIENCE_SECONDS:.0f} segundos.", f"{check} A porta 465 pede smtps://."
        case ConnectionRefusedError():
            return "a ligação foi recusada: nada atende nesta porta.", check
        case smtplib.SMTPResponseException():
            return f"não aceitou a conversa (código {cause.smtp_code}).", "Veja o registro do servidor de e-mail."
        case _:
            return f"a ligação caiu ({type(cause).__name__}).", check


def _unreadable(cause: socket.gaierror | UnicodeError, check: str) -> tuple[str, str]:
    if isinstance(cause, UnicodeEncodeError):
        return "usuário e senha só podem ter letras sem acento.", "Troque a senha da conta no servidor de e-mail."
    return "o nome do servidor não foi encontrado.", check


def _place(server: SmtpServer) -> str:
    return f"{server.host}:{server.port}"
