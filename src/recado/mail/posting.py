"""Putting an e-mail in the queue, inside the caller's transaction: the same key twice is one e-mail."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from recado.mail.models import Mail

KEEP_TRYING = timedelta(days=2)
LONGEST_ADDRESS = 254


class AddressRefused(ValueError):
    """What was given is no e-mail address; the text (pt-BR) says so."""


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail to be sent: `key` names the event, `text` is plain, `html` a whole page or empty.

    `expires_at`: until then it is tried; None: `KEEP_TRYING` after the posting. `useful_until`: after it nobody may
    have it tried again, as a link is dead or a bill due; None: `expires_at`. `forgets`: the text holds a secret and is
    not kept once the server has it.
    """

    key: str
    to: str
    subject: str
    text: str
    html: str = ""
    expires_at: datetime | None = None
    useful_until: datetime | None = None
    forgets: bool = False


def is_configured() -> bool:
    """Whether there is a server and a sender: without them nothing should be promised by e-mail."""
    return bool(settings.RECADO_SMTP_URL and settings.RECADO_MAIL_FROM)


def normalise_address(written: str) -> str:
    """Give the address as servers take it. Raises AddressRefused for what is none, or has letters beyond ASCII."""
    address = written.strip()
    try:
        validate_email(address)
    except ValidationError:
        raise AddressRefused("Informe um e-mail como nome@example.com.") from None
    if not address.isascii() or len(address) > LONGEST_ADDRESS:
        raise AddressRefused("O e-mail tem letras que os servidores de e-mail não aceitam.")
    return address


def post(letter: Letter, *, now: datetime) -> Mail:
    """Queue `letter`; give its row, or the one that stands under its key already. Raises AddressRefused."""
    return post_many([letter], now=now)[0]


def post_many(letters: Iterable[Letter], *, now: datetime) -> list[Mail]:
    """Queue letters in one statement; give the rows in their order, those of keys known before too."""
    rows = [_row(letter, now) for letter in letters]
    Mail.objects.bulk_create(rows, ignore_conflicts=True)
    by_key = {row.key: row for row in Mail.objects.filter(key__in=[row.key for row in rows])}
    return [by_key[row.key] for row in rows]


def _row(letter: Letter, now: datetime) -> Mail:
    domain = settings.RECADO_MAIL_FROM.rpartition("@")[2] or "localhost"
    expires_at = letter.expires_at or now + KEEP_TRYING
    return Mail(
        key=letter.key,
        message_id=f"<recado-{uuid.uuid4().hex}@{domain}>",
        to=normalise_address(letter.to),
        subject=" ".join(letter.subject.split())[:200],
        text=letter.text,
        html=letter.html,
        forgets=letter.forgets,
        created_at=now,
        moment=now,
        next_try_at=now,
        expires_at=expires_at,
        useful_until=letter.useful_until or expires_at,
    )
