"""Keeping an SMS-DELIVER and making it a reply.

`receive` commits the PDU first of all; only after it has returned may the phone be told to delete its copy. A PDU that
cannot be read is kept all the same, with the fault, for a person or a later version.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from recado.collation import without_accents
from recado.gsm import DecodeError, Deliver, join_text
from recado.inbox.models import IncomingPart, Reply
from recado.outbox import consent
from recado.outbox.keeping import fingerprint, save_once, storable
from recado.outbox.numbers import NumberRefused, normalise_mobile
from recado.people.actors import PROGRAM

MISSING_PART = "[…]"
# Parts of one text arrive within minutes; a sender's reference comes round again after 256 of his long texts.
JOIN_WINDOW = timedelta(hours=24)

Listener = Callable[[Reply, datetime], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Have `listener` called for each whole reply, within the transaction that keeps it: as `outbox.transitions`."""
    if listener not in _listeners:
        _listeners.append(listener)


def receive(phone_id: int | None, pdu: str, now: datetime) -> Reply | None:
    """Keep one SMS-DELIVER (hexadecimal, with the SMSC in front); give the reply it belongs to.

    None when the PDU was kept before, or cannot be read.
    """
    part = IncomingPart(phone_id=phone_id, pdu=storable(pdu), fingerprint=fingerprint(phone_id, pdu), received_at=now)
    try:
        deliver = Deliver.from_hex(pdu)
    except DecodeError as error:
        part.fault = str(error)[:200]
        save_once(part)
        return None
    with transaction.atomic():
        if not save_once(part):
            return None
        reply = _join(part, deliver, now)
        if reply.is_whole:
            _heed(reply, now)
            _tell(reply, now)
        return reply


def receive_text(phone_id: int, handle: str, sender: str, text: str, now: datetime) -> Reply | None:
    """Keep a whole text that a phone took in by itself, which calls it `handle`; give its reply.

    None when it was kept before: the same handle, sender and text. `sender` as the phone knows it.
    """
    name = storable(f"MAP {handle}")
    part = IncomingPart(
        phone_id=phone_id, pdu=name, fingerprint=fingerprint(phone_id, f"{name}:{sender}:{text}"), received_at=now
    )
    with transaction.atomic():
        if not save_once(part):
            return None
        reply = Reply.objects.create(number=_number(sender), text=_storable(text), received_at=now)
        part.reply = reply
        part.save(update_fields=["reply"])
        _heed(reply, now)
        _tell(reply, now)
        return reply


def asks_to_stop(text: str) -> bool:
    """True when the whole text is one of the opt-out words, whatever its case, accents and punctuation.

    Digits count: "CANCELAR 2026…" is about a request, and no wish to be left alone.
    """
    said = _plain(text)
    # A heart has no letter: it must not equal a word of the settings that has none either.
    return bool(said) and said in {_plain(word) for word in settings.RECADO_OPT_OUT_WORDS}


def _plain(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", without_accents(text).upper())


def _join(part: IncomingPart, deliver: Deliver, now: datetime) -> Reply:
    number = _sender(deliver)
    concat = deliver.concat
    if concat is None or concat.total == 1:
        reply = Reply.objects.create(
            number=number, text=_storable(deliver.text), sent_at=deliver.sent_at, received_at=now
        )
    else:
        part.index = concat.index
        waiting = Reply.objects.filter(
            number=number,
            is_whole=False,
            concat_reference=concat.reference,
            concat_total=concat.total,
            received_at__gt=now - JOIN_WINDOW,
        ).exclude(parts__index=concat.index)
        reply = waiting.first() or Reply.objects.create(
            number=number,
            text="",
            sent_at=deliver.sent_at,
            received_at=now,
            is_whole=False,
            concat_reference=concat.reference,
            concat_total=concat.total,
        )
    part.reply = reply
    part.save(update_fields=["reply", "index"])
    if reply.concat_total > 1:
        _put_together(reply)
    return reply


def _put_together(reply: Reply) -> None:
    """Write the text from the parts that are there; a gap is marked, so that an attendant can read what came."""
    contents = {part.index: Deliver.from_hex(part.pdu).content for part in reply.parts.all()}
    reply.is_whole = len(contents) == reply.concat_total
    if reply.is_whole:
        text = join_text(contents[index] for index in sorted(contents))
    else:
        text = "".join(
            join_text([contents[index]]) if index in contents else MISSING_PART
            for index in range(1, reply.concat_total + 1)
        )
    reply.text = _storable(text)
    reply.save(update_fields=["text", "is_whole"])


def _heed(reply: Reply, now: datetime) -> None:
    """A wish counts for a Brazilian mobile: nothing is ever sent to another sender."""
    if not (_is_mobile(reply.number) and asks_to_stop(reply.text)):
        return
    reply.asks_to_stop = True
    reply.save(update_fields=["asks_to_stop"])
    consent.opt_out(reply.number, how=f"Resposta por SMS nº {reply.pk}", actor=PROGRAM, now=now)


def _tell(reply: Reply, now: datetime) -> None:
    for listener in _listeners:
        listener(reply, now)


def _is_mobile(number: str) -> bool:
    try:
        return normalise_mobile(number) == number
    except NumberRefused:
        return False


def _sender(deliver: Deliver) -> str:
    return _number(str(deliver.originator))


def _number(written: str) -> str:
    """E.164 for a Brazilian mobile, else what the network wrote, as far as a database takes it."""
    try:
        return normalise_mobile(written)
    except NumberRefused:
        return _storable(written)[:24]


def _storable(text: str) -> str:
    """PostgreSQL knows no NUL."""
    return text.replace("\0", "\ufffd")
