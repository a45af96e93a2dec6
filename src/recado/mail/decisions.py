"""What a person decides on an e-mail that did not go out, or of which nobody knows: again, was sent, or not at all.

Each is one compare-and-swap on the status that the person saw: of two who decide at once, one does, and the other is
told how the e-mail stands. Who decided what stands in the audit.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from recado.mail.models import NEEDS_A_PERSON, Mail, MailStatus
from recado.mail.posting import KEEP_TRYING, normalise_address


class DecisionRefused(ValueError):
    """The e-mail does not allow it as it stands; the text (pt-BR) says how it stands."""


class Unwanted(DecisionRefused):
    """The customer agrees no longer; nothing but discarding it is left."""


class TooLate(DecisionRefused):
    """Until when it was of use is over; nothing but discarding it is left."""


def resend(mail_id: int, *, now: datetime, sure: bool = False) -> None:
    """Queue the e-mail again, its tries beginning anew, under the same Message-ID.

    `sure`: one that may have been sent is queued too. Raises DecisionRefused, Mail.DoesNotExist.
    """
    mail = Mail.objects.get(pk=mail_id)
    if mail.status == MailStatus.UNCERTAIN and not sure:
        raise DecisionRefused("Este e-mail talvez já tenha saído: decida na página dele.")
    _queue_again(mail, now)


def correct(mail_id: int, address: str, *, now: datetime) -> None:
    """Queue the e-mail again to another address. Raises DecisionRefused, AddressRefused, Mail.DoesNotExist.

    For one whose text never left: what may have been sent may have been read.
    """
    mail = Mail.objects.get(pk=mail_id)
    if mail.status == MailStatus.UNCERTAIN:
        raise DecisionRefused("Este e-mail talvez já tenha saído: não é possível trocar o endereço.")
    _queue_again(mail, now, to=normalise_address(address))


def confirm_sent(mail_id: int, *, now: datetime) -> None:
    """Take an uncertain e-mail as sent. Raises DecisionRefused, Mail.DoesNotExist."""
    mail = Mail.objects.get(pk=mail_id)
    if mail.status != MailStatus.UNCERTAIN:
        raise DecisionRefused(standing(mail))
    forgotten = {"text": "", "html": ""} if mail.forgets else {}
    _move(mail, MailStatus.SENT, now, reason="Uma pessoa confirmou que o e-mail saiu.", **forgotten)


def discard(mail_id: int, *, note: str, now: datetime) -> None:
    """Give the e-mail up, for the reason `note` (pt-BR). Raises DecisionRefused, Mail.DoesNotExist."""
    mail = Mail.objects.get(pk=mail_id)
    if mail.status not in NEEDS_A_PERSON:
        raise DecisionRefused(standing(mail))
    stood = {"discarded_status": mail.status, "discarded_reason": mail.reason}
    _move(mail, MailStatus.CANCELLED, now, reason=f"Descartado: {note}"[:300], **stood)


def undo_discard(mail_id: int, *, now: datetime) -> None:
    """Let a discarded e-mail stand as it stood. Raises DecisionRefused, Mail.DoesNotExist.

    What the customer's own wish stopped stays so.
    """
    mail = Mail.objects.get(pk=mail_id)
    if mail.status != MailStatus.CANCELLED:
        raise DecisionRefused(standing(mail))
    if not mail.discarded_status:
        raise DecisionRefused(f"Este e-mail não volta. {mail.reason}".rstrip())
    stood = MailStatus(mail.discarded_status)
    _move(mail, stood, now, reason=mail.discarded_reason, discarded_status="", discarded_reason="")


def discarded() -> QuerySet[Mail]:
    """The e-mails that a person discarded, the last one first."""
    found = Mail.objects.filter(status=MailStatus.CANCELLED).exclude(discarded_status="")
    return found.order_by("-moment", "-pk")


def withdraw(mail_ids: Collection[int], *, reason: str, now: datetime) -> int:
    """Give up those of these e-mails that still wait, for the customer's wish `reason` (pt-BR); give how many."""
    waiting = Mail.objects.filter(pk__in=mail_ids, status=MailStatus.WAITING)
    return waiting.update(status=MailStatus.CANCELLED, next_try_at=None, moment=now, reason=reason)


def why_not_again(mail: Mail, now: datetime) -> str:
    """Why the e-mail cannot be queued again at `now` (pt-BR); "" when it can."""
    if mail.status not in NEEDS_A_PERSON:
        return standing(mail)
    if mail.useful_until <= now:
        return f"Este e-mail servia até {timezone.localtime(mail.useful_until):%d/%m/%Y}: enviá-lo agora não adianta."
    return ""


def standing(mail: Mail) -> str:
    """How the e-mail stands, in a sentence (pt-BR)."""
    return f"Este e-mail agora está “{mail.get_status_display()}”."


def _queue_again(mail: Mail, now: datetime, **changes: Any) -> None:
    if refusal := why_not_again(mail, now):
        raise (TooLate if mail.status in NEEDS_A_PERSON else DecisionRefused)(refusal)
    tried_until = max(mail.expires_at, now + KEEP_TRYING)
    anew = {
        "tries": 0,
        "fault": "",
        "reason": "",
        "next_try_at": now,
        "expires_at": min(tried_until, mail.useful_until),
    }
    _move(mail, MailStatus.WAITING, now, **anew, **changes)


def _move(mail: Mail, status: MailStatus, now: datetime, **changes: Any) -> None:
    seen = Mail.objects.filter(pk=mail.pk, status=mail.status)
    if not seen.update(**({"status": status, "moment": now, "next_try_at": None} | changes)):
        mail.refresh_from_db()
        raise DecisionRefused(standing(mail))
