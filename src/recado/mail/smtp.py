"""The talk with the company's mail server, step by step, so that it is known at each how much of it was heard.

Until the end of the text (a line with a single dot) has left, the server may not deliver: any failure is a try that did
not happen. Once it has left and no answer comes, the server may have taken the e-mail or not (RFC 5321 §4.5.3.2.6,
§6.1): that is `Silence`, and nobody sends such an e-mail again by himself.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP

from django.conf import settings
from django.core.mail.utils import DNS_NAME

from recado.conf.mail import parse_smtp_url

TIMEOUT_SECONDS = 15.0
# A server may store before it answers. RFC 5321 asks for 10 minutes so that nothing is sent twice; nothing here is.
END_SECONDS = 120.0
_END_OF_TEXT = b".\r\n"


class ServerDown(Exception):
    """The server is not reached, or wants nothing of us: no fault of the e-mail's. The text is pt-BR."""


class Refused(Exception):
    """The server did not take this e-mail: `temporary` when it may later, `address` when the recipient is the fault."""

    def __init__(self, code: int, *, address: bool = False) -> None:
        super().__init__(f"código {code}")
        self.code = code
        self.temporary = 400 <= code < 500
        self.address = address


class Silence(Exception):
    """The end of the text left, and no answer came."""


@contextmanager
def connected(timeout: float = TIMEOUT_SECONDS) -> Iterator[smtplib.SMTP]:
    """A connection to the server of the settings, encrypted and logged in as they say, `timeout` seconds for each word.

    A server that does not offer STARTTLS where the settings ask for it is not talked to. Raises ServerDown, from what
    went wrong.
    """
    server = parse_smtp_url(settings.RECADO_SMTP_URL)
    with ExitStack() as stack:
        try:
            context = ssl.create_default_context() if server.tls or server.starttls else None
            name = DNS_NAME.get_fqdn()
            if server.tls:
                connection: smtplib.SMTP = smtplib.SMTP_SSL(
                    server.host, server.port, name, timeout=timeout, context=context
                )
            else:
                connection = smtplib.SMTP(server.host, server.port, name, timeout=timeout)
            stack.callback(connection.close)
            if server.starttls:
                connection.starttls(context=context)
            if server.user:
                connection.login(server.user, server.secret)
            connection.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            # UnicodeError: smtplib logs in with ASCII alone, and DNS takes labels of 63 characters.
            raise ServerDown(f"O servidor de e-mail {_why(error)}.") from error
        yield connection


def _why(error: Exception) -> str:
    """What the server did, for the end of a sentence (pt-BR); nothing that it said is repeated."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return "recusou o usuário ou a senha"
        case smtplib.SMTPNotSupportedError():
            return "não oferece a criptografia ou o login pedidos"
        case ssl.SSLError():
            return "não tem um certificado válido, ou a conversa TLS falhou"
        case socket.gaierror():
            return "não foi encontrado pelo nome"
        case TimeoutError():
            return "não respondeu a tempo"
        case ConnectionRefusedError():
            return "recusou a ligação"
        case _:
            return f"não atendeu ({type(error).__name__})"


def hand_over(
    connection: smtplib.SMTP, message: EmailMessage, *, recipient: str, before_the_end: Callable[[], None]
) -> None:
    """Give one e-mail to the server; `before_the_end` is called when only the end of the text is left to send.

    Raises ServerDown, Refused, Silence; the connection is of use after Refused alone. What `before_the_end` raises
    passes through.
    """
    # A line that begins with a dot gets another, so that none is taken for the end (RFC 5321 §4.5.2).
    body = re.sub(rb"(?m)^\.", b"..", message.as_bytes(policy=SMTP))
    try:
        # A server that does not want the sender wants nothing of us.
        _ask(connection, connection.mail(settings.RECADO_MAIL_FROM), sender=True)
        _ask(connection, connection.rcpt(recipient), address=True)
        _ask(connection, connection.docmd("DATA"), wanted=354)
        connection.send(body if body.endswith(b"\r\n") else body + b"\r\n")
    except (smtplib.SMTPException, OSError) as error:
        raise ServerDown(f"A conversa com o servidor de e-mail caiu ({type(error).__name__}).") from error
    before_the_end()
    try:
        if connection.sock is not None:
            connection.sock.settimeout(END_SECONDS)
        connection.send(_END_OF_TEXT)
        code, _ = connection.getreply()
        if connection.sock is not None:
            connection.sock.settimeout(TIMEOUT_SECONDS)
    except (smtplib.SMTPException, OSError) as error:
        raise Silence from error
    if code == -1 or not 200 <= code < 600:
        raise Silence
    if code >= 300:
        raise Refused(code)


def _ask(
    connection: smtplib.SMTP,
    answer: tuple[int, bytes],
    *,
    wanted: int = 250,
    sender: bool = False,
    address: bool = False,
) -> None:
    code = answer[0]
    if code == wanted or (wanted == 250 and code == 251):
        return
    if code == -1 or code == 421 or (sender and code >= 400):
        raise ServerDown(f"O servidor de e-mail não aceitou falar (código {code}).")
    with suppress(smtplib.SMTPException, OSError):
        connection.rset()
    raise Refused(code, address=address)
