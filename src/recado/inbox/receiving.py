"""Keeping an SMS-DELIVER and making it a reply.

`receive` commits the PDU first of all; only after it has returned may the phone be told to delete its copy. A PDU that
cannot be read is kept all the same, with the fault, for a person or a later version.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from recado.gsm import DecodeError, Deliver, join_text
from recado.inbox.models import IncomingPart, Reply
from recado.outbox import consent, transitions
from recado.outbox.numbers import NumberRefused, normalise_mobile

MISSING_PART = "[…]"
# Parts of one text arrive within minutes; a sender's reference comes round again after 256 of his long texts.
JOIN_WINDOW = timedelta(hours=24)


def receive(phone_id: int | None, pdu: str, now: datetime) -> Reply | None:
    """Keep one SMS-DELIVER (hexadecimal, with the SMSC in front); give the reply it belongs to.

    None when the PDU was kept before, or cannot be read.
    """
    fingerprint = hashlib.sha256(f"{phone_id}:{pdu.upper()}".encode()).hexdigest()
    part = IncomingPart(phone_id=phone_id, pdu=pdu[:400], fingerprint=fingerprint, received_at=now)
    try:
        deliver = Deliver.from_hex(pdu)
    except DecodeError as error:
        part.fault = str(error)[:200]
        _keep(part)
        return None
    with transaction.atomic():
        if not _keep(part):
            return None
        reply = _join(part, deliver, now)
        if reply.is_whole:
            _heed(reply, now)
        return reply


def asks_to_stop(text: str) -> bool:
    """True when the whole text is one of the opt-out words, whatever its case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Z]", "", plain.upper()) in settings.RECADO_OPT_OUT_WORDS


def _keep(part: IncomingPart) -> bool:
    try:
        with transaction.atomic():
            part.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _join(part: IncomingPart, deliver: Deliver, now: datetime) -> Reply:
    number = _sender(str(deliver.originator))
    concat = deliver.concat
    if concat is None or concat.total == 1:
        reply = Reply.objects.create(number=number, text=deliver.text, sent_at=deliver.sent_at, received_at=now)
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
        reply.text = join_text(contents[index] for index in sorted(contents))
    else:
        reply.text = "".join(
            join_text([contents[index]]) if index in contents else MISSING_PART
            for index in range(1, reply.concat_total + 1)
        )
    reply.save(update_fields=["text", "is_whole"])


def _heed(reply: Reply, now: datetime) -> None:
    if not asks_to_stop(reply.text):
        return
    reply.asks_to_stop = True
    reply.save(update_fields=["asks_to_stop"])
    consent.opt_out(reply.number, how=f"Resposta por SMS ({reply.pk})", actor=transitions.PROGRAM, now=now)


def _sender(written: str) -> str:
    try:
        return normalise_mobile(written)
    except NumberRefused:
        return written[:24]
