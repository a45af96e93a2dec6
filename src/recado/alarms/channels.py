"""The two ways out: an e-mail by SMTP, and a signed POST. Either sends, or raises `NotTold` with a reason (pt-BR).

A program that receives the POST checks `Recado-Signature: t=TIME,v1=HEX`: HMAC-SHA256, with the shared secret, of
`TIME.BODY`. A notice may come twice when the process dies between sending it and noting so: `Recado-Notice` (and the
Message-ID of the e-mail) is then the same.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import smtplib
import urllib.error
import urllib.request
from datetime import datetime
from email.message import EmailMessage
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings

from recado.alarms.models import Alarm, Channel, Notice, Occasion
from recado.alarms.words import event, text, title
from recado.mail.smtp import ServerDown, connected

TIMEOUT_SECONDS = 15


class NotTold(Exception):
    """The other side did not take the notice: theirs or the network's fault, to be tried again. The text is pt-BR."""


def configured() -> tuple[Channel, ...]:
    """The channels that the settings name."""
    wanted = ((Channel.EMAIL, settings.RECADO_ALARM_EMAIL), (Channel.WEBHOOK, settings.RECADO_ALARM_WEBHOOK))
    return tuple(channel for channel, target in wanted if target)


def target(channel: Channel) -> str:
    """Whom the channel reaches: addresses, or the webhook's host (its path may hold a secret)."""
    if channel is Channel.EMAIL:
        return ", ".join(settings.RECADO_ALARM_EMAIL)
    return urlsplit(settings.RECADO_ALARM_WEBHOOK).hostname or ""


def send(notice: Notice, now: datetime) -> None:
    """Hand `notice` over. Raises NotTold."""
    alarm, occasion = notice.alarm, Occasion(notice.occasion)
    if Channel(notice.channel) not in configured():
        raise NotTold("Este caminho não está mais configurado.")
    if notice.channel == Channel.EMAIL:
        _send_email(notice, alarm, occasion)
    else:
        _post(notice, alarm, occasion, now)


def _send_email(notice: Notice, alarm: Alarm, occasion: Occasion) -> None:
    domain = settings.RECADO_MAIL_FROM.rpartition("@")[2]
    mail = EmailMessage()
    mail["Message-ID"] = f"<recado-notice-{notice.pk}@{domain}>"
    mail["Date"] = notice.created_at
    mail["From"] = settings.RECADO_MAIL_FROM
    mail["To"] = ", ".join(settings.RECADO_ALARM_EMAIL)
    mail["Subject"] = f"[Recado] {title(alarm, occasion)}"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text(alarm, occasion))
    try:
        with connected() as connection:
            connection.send_message(mail)
    except ServerDown as down:
        raise NotTold(str(down)) from down
    except (smtplib.SMTPException, OSError) as error:
        raise NotTold(f"O servidor de e-mail não aceitou o aviso ({type(error).__name__}).") from error


def _post(notice: Notice, alarm: Alarm, occasion: Occasion, now: datetime) -> None:
    body = json.dumps(event(alarm, occasion), ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "Recado-Notice": str(notice.pk)}
    secret: str = settings.RECADO_ALARM_WEBHOOK_SECRET
    if secret:
        headers["Recado-Signature"] = sign(body, secret, int(now.timestamp()))
    # The setting takes https, and http on this machine only.
    request = urllib.request.Request(settings.RECADO_ALARM_WEBHOOK, data=body, headers=headers, method="POST")  # noqa: S310
    try:
        with _OPENER.open(request, timeout=TIMEOUT_SECONDS):
            return
    except urllib.error.HTTPError as error:
        raise NotTold(f"O webhook respondeu {error.code}.") from error
    except (OSError, http.client.HTTPException) as error:
        raise NotTold(f"O webhook não respondeu ({type(error).__name__}).") from error


def sign(body: bytes, secret: str, timestamp: int) -> str:
    """The value of `Recado-Signature` for `body` at `timestamp` (seconds since 1970)."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other: what was signed for one address goes to no other."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)
