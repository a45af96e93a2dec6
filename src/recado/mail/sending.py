"""Sends the e-mails that are due, some over one connection; the job of `recado jobs`.

taken            next_try_at pushed ahead, by compare-and-swap: no other process takes it, a death frees it again
SENDING          committed before the end of the text leaves (`smtp.hand_over`)
sent             the server answered 250
refused          4xx: tried again, ever less often, until `expires_at`; 5xx: failed, with the server's code
server down      nothing was asked of the server for this e-mail: costs no try
silence, death   uncertain, never sent again by itself
"""

from __future__ import annotations

import logging
import smtplib
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage

from django.conf import settings
from django.db.models import QuerySet

from recado import parameters
from recado.mail.models import Fault, Mail, MailStatus
from recado.mail.posting import is_configured
from recado.mail.smtp import Refused, ServerDown, Silence, connected, hand_over

logger = logging.getLogger(__name__)

# Greylisting wants some minutes: the second try after five passes most.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 120, 240))
SERVER_PAUSE = timedelta(minutes=1)
AT_ONCE = 20
# Longer than a whole round over a connection that stops for as long as it may at every step.
_HELD_BACK = timedelta(hours=1)
_SILENT = "O servidor de e-mail recebeu o texto e não respondeu: o e-mail pode ter saído."


class _Withdrawn(Exception):
    """The e-mail was given up while it was being handed over, before its end."""


def send_due(now: datetime) -> bool:
    """Send what is due at `now`, `AT_ONCE` at most; True when more is waiting."""
    _settle(now)
    due = list(_due(now)[:AT_ONCE]) if is_configured() else []
    if not due:
        return False
    try:
        with connected() as connection:
            for mail in due:
                _send_one(connection, mail, now)
    except _Withdrawn:
        # The connection stands within a text that must not end: the others go over another.
        return True
    except ServerDown as down:
        # Reached by none, or lost on the way: what has just been taken waits, the rest stands as it stood.
        _due(now).filter(pk__in=[mail.pk for mail in due]).update(
            next_try_at=now + SERVER_PAUSE, fault=Fault.SERVER, reason=str(down)
        )
        logger.warning("mail server: %s", down)
        return False
    return _due(now).exists()


def message_of(mail: Mail) -> EmailMessage:
    """The e-mail as it goes over the line: plain text, with a page beside it where there is one."""
    message = EmailMessage()
    message["Message-ID"] = mail.message_id
    message["Date"] = mail.created_at
    message["From"] = Address(parameters.get().company, addr_spec=settings.RECADO_MAIL_FROM)
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


def _due(now: datetime) -> QuerySet[Mail]:
    return Mail.objects.filter(status=MailStatus.WAITING, next_try_at__lte=now).order_by("next_try_at", "pk")


def _settle(now: datetime) -> None:
    """End what waited too long, and what a dead process had just handed over."""
    late = Mail.objects.filter(status=MailStatus.WAITING, next_try_at__lte=now, expires_at__lte=now)
    late.update(status=MailStatus.EXPIRED, next_try_at=None, moment=now)
    orphaned = Mail.objects.filter(status=MailStatus.SENDING, moment__lte=now - _HELD_BACK)
    orphaned.update(status=MailStatus.UNCERTAIN, next_try_at=None, reason=_SILENT)


def _send_one(connection: smtplib.SMTP, mail: Mail, now: datetime) -> None:
    ours = Mail.objects.filter(pk=mail.pk, status=MailStatus.WAITING, next_try_at=mail.next_try_at)
    if not ours.update(next_try_at=now + _HELD_BACK):
        return
    row = Mail.objects.filter(pk=mail.pk)

    def mark() -> None:
        if not row.filter(status=MailStatus.WAITING).update(status=MailStatus.SENDING, moment=now):
            raise _Withdrawn

    try:
        hand_over(connection, message_of(mail), recipient=mail.to, before_the_end=mark)
    except Refused as refusal:
        _refused(mail, refusal, now)
    except Silence:
        row.update(status=MailStatus.UNCERTAIN, next_try_at=None, tries=mail.tries + 1, moment=now, reason=_SILENT)
        # Whatever the connection says next may be the answer that was waited for.
        raise ServerDown("O servidor de e-mail deixou de responder.") from None
    except ServerDown:
        row.update(next_try_at=mail.next_try_at)
        raise
    else:
        row.update(
            status=MailStatus.SENT, next_try_at=None, tries=mail.tries + 1, moment=now, fault="", reason="",
            **({"text": "", "html": ""} if mail.forgets else {}),
        )  # fmt: skip


def _refused(mail: Mail, refusal: Refused, now: datetime) -> None:
    tries = mail.tries + 1
    next_try = now + BACK_OFF[min(tries, len(BACK_OFF)) - 1] if refusal.temporary else None
    given_up = next_try is None or next_try >= mail.expires_at
    logger.warning("mail %s, try %s: code %s", mail.pk, tries, refusal.code)
    status = MailStatus.WAITING if not given_up else MailStatus.EXPIRED if refusal.temporary else MailStatus.FAILED
    Mail.objects.filter(pk=mail.pk).update(
        status=status,
        next_try_at=None if given_up else next_try,
        tries=tries,
        moment=now,
        fault=Fault.ADDRESS if refusal.address else Fault.REFUSED,
        reason=_words(refusal),
    )


def _words(refusal: Refused) -> str:
    what = "o endereço" if refusal.address else "o e-mail"
    how = "não aceitou agora" if refusal.temporary else "recusou"
    return f"O servidor de e-mail {how} {what} (código {refusal.code})."
