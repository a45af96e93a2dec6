"""What a person decides about a message: resend it, correct its number, discard it, or say that it did go out.

Resending puts the same row back in the queue, with the parts that were sent staying sent: one send, one row. A new
message, joined to the old one one to one so that no double click makes two, is made for a corrected number, and for a
message that the network took but the customer's phone never got: what became of that one stays as it is. The new one
takes the old one's place in its batch, whose counts so come out even: one row, one message.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from recado.gsm.causes import Cause
from recado.outbox import doorbell, transitions
from recado.outbox.consent import opted_out
from recado.outbox.enqueue import compose_again, earlier, expiry
from recado.outbox.evidence import settle_as_sent
from recado.outbox.models import GONE, Message, Segment, SegmentStatus, Status, StatusChange
from recado.outbox.templates import TemplateRefused

RESENDABLE = (Status.FAILED, Status.UNCERTAIN, Status.EXPIRED, Status.UNDELIVERED)
CORRECTABLE = RESENDABLE
DISCARDABLE = (Status.QUEUED, Status.FAILED, Status.UNCERTAIN, Status.EXPIRED)


# Given a message and the number (E.164) it would go to: why it must not (pt-BR); "" where nothing is against it.
Objection = Callable[[Message, str], str]
_objections: list[Objection] = []


class DecisionRefused(ValueError):
    """The message does not stand where the decision needs it; the text (pt-BR) says how it stands."""


class Unwanted(DecisionRefused):
    """The customer does not want it, or not any more; nothing but discarding it is left."""


class TooLate(DecisionRefused):
    """Until when it was of use is over; nothing but discarding it is left."""


class TextRefused(DecisionRefused):
    """Its text cannot be made; what is wrong with the type or the values is to be mended first."""


def object_by(objection: Objection) -> None:
    """Have `objection` asked before a person sends a message again. Call this once, when the app is ready."""
    if objection not in _objections:
        _objections.append(objection)


def resend(message_id: int, *, actor: str, now: datetime) -> Message:
    """Queue a failed, uncertain or expired message again, with its tries and its time limit anew; give it.

    One that was not delivered stays so, and a new message of the same text, which is given, goes out in its place.
    Raises DecisionRefused.
    """
    with transaction.atomic():
        message = Message.objects.select_related("type").get(pk=message_id)
        before = Status(message.status)
        _heed_wish(message, message.number)
        if before == Status.UNDELIVERED:
            return _resend_undelivered(message, actor, now)
        moved = before in RESENDABLE and transitions.change(
            message_id,
            before,
            Status.QUEUED,
            at=now,
            actor=actor,
            note="Reenvio pedido.",
            ready_at=now,
            expires_at=_new_limit(message, now),
            phone=None,
            text=_sendable_text(message),
        )
        if not moved:
            raise _refusal(message_id, "reenviada")
        parts = Segment.objects.filter(message_id=message_id)
        unsent = parts.exclude(status__in=GONE).update(status=SegmentStatus.PENDING, tries=0)
        if not unsent and parts.exists():
            raise DecisionRefused(f"Todas as partes da mensagem {message_id} já saíram. Confirme o envio.")
        doorbell.ring()
        return Message.objects.get(pk=message_id)


def correct_number(message_id: int, number: str, *, actor: str, now: datetime) -> Message:
    """Send the text to `number` (E.164) instead: a new message that replaces this one.

    This one is discarded, unless the network took it: then it stays not delivered.

    Called twice for one message it gives the first correction again. Raises DecisionRefused.
    """
    try:
        with transaction.atomic():
            return _replace(message_id, number, actor, now)
    except IntegrityError:
        return Message.objects.get(replaces_id=message_id)


def discard(message_id: int, *, note: str, actor: str, now: datetime) -> None:
    """Decide not to send a message that waits, failed, expired or is uncertain. Raises DecisionRefused."""
    before = Status(Message.objects.values_list("status", flat=True).get(pk=message_id))
    if before not in DISCARDABLE or not transitions.change(
        message_id, before, Status.CANCELLED, at=now, actor=actor, note=note
    ):
        raise _refusal(message_id, "descartada")


def undo_discard(message_id: int, *, actor: str, now: datetime) -> None:
    """Put a discarded message back where it stood; to sent, when all of it turned out to have gone out meanwhile.

    Raises DecisionRefused.
    """
    last = StatusChange.objects.filter(message_id=message_id, after=Status.CANCELLED).first()
    if last is None or not last.before or Message.objects.filter(replaces_id=message_id).exists():
        raise _refusal(message_id, "recuperada")
    if last.cause == Cause.OPTED_OUT or last.before == Status.QUEUED:
        message = Message.objects.select_related("type").get(pk=message_id)
        _heed_wish(message, message.number)
    earlier = StatusChange.objects.filter(message_id=message_id, after=last.before, pk__lt=last.pk).first()
    cause = Cause(earlier.cause) if earlier and earlier.cause else None
    note = earlier.note if earlier else ""
    parts = Segment.objects.filter(message_id=message_id)
    with transaction.atomic():
        all_gone = parts.exists() and not parts.exclude(status__in=GONE).exists()
        # Nothing is left to send: back in the queue it would stop those behind it.
        back = Status.UNCERTAIN if all_gone else Status(last.before)
        if not transitions.change(message_id, Status.CANCELLED, back, at=now, actor=actor, note=note, cause=cause):
            raise _refusal(message_id, "recuperada")
        if all_gone:
            settle_as_sent(message_id, at=now, actor=actor, note="A operadora já havia aceitado todas as partes.")
        doorbell.ring()


def confirm_sent(message_id: int, *, actor: str, now: datetime) -> None:
    """A person knows that an uncertain message did go out (the customer said so). Raises DecisionRefused."""
    with transaction.atomic():
        if not settle_as_sent(message_id, at=now, actor=actor, note="Confirmada por uma pessoa."):
            raise _refusal(message_id, "confirmada")
        doorbell.ring()


def _replace(message_id: int, number: str, actor: str, now: datetime) -> Message:
    old = Message.objects.select_related("type").get(pk=message_id)
    if Message.objects.filter(replaces_id=message_id).exists():
        raise IntegrityError
    before = Status(old.status)
    if before not in CORRECTABLE:
        raise _refusal(message_id, "corrigida")
    _heed_wish(old, number)
    new = _send_anew(old, number, f"corrects:{old.pk}", actor, now)
    if before != Status.UNDELIVERED:
        note = f"Número corrigido; segue na mensagem {new.pk}."
        if not transitions.change(message_id, before, Status.CANCELLED, at=now, actor=actor, note=note):
            raise _refusal(message_id, "corrigida")
    return new


def _resend_undelivered(message: Message, actor: str, now: datetime) -> Message:
    try:
        with transaction.atomic():
            return _send_anew(message, message.number, f"resends:{message.pk}", actor, now)
    except IntegrityError:
        earlier = Message.objects.get(replaces=message)
        raise DecisionRefused(f"A mensagem {message.pk} já segue na mensagem {earlier.pk}.") from None


def _send_anew(old: Message, number: str, key: str, actor: str, now: datetime) -> Message:
    """Queue the text of `old` to `number` as a message of its own. Raises IntegrityError when that was done before."""
    new = Message(
        type=old.type,
        number=number,
        text=_sendable_text(old),
        encoding=old.encoding,
        priority=old.priority,
        status=Status.QUEUED,
        idempotency_key=key,
        protocol=old.protocol,
        ra_number=old.ra_number,
        batch=old.batch,
        useful_until=old.useful_until,
        created_by=actor,
        replaces=old,
        created_at=now,
        moment=now,
        ready_at=now,
        expires_at=_new_limit(old, now),
    )
    transitions.record_new(new, actor=actor)
    if old.batch is not None:
        Message.objects.filter(pk=old.pk).update(batch=None)
    doorbell.ring()
    return new


def _new_limit(message: Message, now: datetime) -> datetime | None:
    """Until when a resend at `now` is tried. Raises DecisionRefused where the text is of no use any more."""
    last = message.useful_until
    if last is not None and last <= now:
        of_batch = "" if message.batch is None else f" (limite do lote {message.batch})"
        raise TooLate(
            f"A mensagem {message.pk} servia até {timezone.localtime(last):%d/%m/%Y %H:%M}{of_batch}: não sai mais."
        )
    return earlier(expiry(message.type, now), last)


def _heed_wish(message: Message, number: str) -> None:
    """Nobody sends past a customer's wish, by whatever door."""
    if message.type.heeds_opt_out and opted_out(number):
        raise Unwanted("O cliente deste celular pediu para não receber este tipo de SMS. Fale com ele por outro meio.")
    for objection in _objections:
        if why := objection(message, number):
            raise Unwanted(why)


def _sendable_text(message: Message) -> str:
    """The text to send; made anew for a message born failed, which kept its type's text with the fields unfilled.

    Raises DecisionRefused when it still cannot be made.
    """
    born_failed = StatusChange.objects.filter(message=message, before="", after=Status.FAILED).exists()
    if not born_failed or message.segments.exists():
        return message.text
    try:
        return compose_again(message)
    except TemplateRefused as refusal:
        raise TextRefused(f"O texto da mensagem {message.pk} não pode ser montado. {refusal}") from refusal


def _refusal(message_id: int, what: str) -> DecisionRefused:
    label = Status(Message.objects.values_list("status", flat=True).get(pk=message_id)).label
    return DecisionRefused(f"A mensagem {message_id} não pode ser {what}: agora está “{label}”.")
