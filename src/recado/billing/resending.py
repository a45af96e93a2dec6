"""A bill that failed is told again only to who still agrees: days may lie between."""

from __future__ import annotations

from recado.batches.operations import reference_of
from recado.billing.consents import allows, held_by
from recado.billing.models import BillingType, ConsentKind, Notice
from recado.mail.decisions import Unwanted
from recado.outbox.models import Message


def require_consent(mail_id: int) -> None:
    """Raise Unwanted for the e-mail of a bill whose client agrees no longer; any other e-mail passes."""
    notice = Notice.objects.filter(mail=mail_id).select_related("bill").first()
    if notice is None:
        return
    client = notice.bill.client_id
    if not allows(held_by([client]), client, ConsentKind.CLIENT_EMAIL):
        raise Unwanted("O cliente deixou de autorizar e-mails: descarte este.")


def objection(message: Message, number: str) -> str:
    """Why the SMS of a bill must not go to `number` (E.164) any more (pt-BR); "" for what may, and for any other SMS.

    A number that a person corrects it to need not be one that the client named, but none that the client refused.
    """
    if not BillingType.objects.filter(type=message.type_id).exists():
        return ""
    reference = reference_of(message)
    notice = Notice.objects.filter(pk=int(reference)).select_related("bill").first() if reference.isdigit() else None
    if notice is None:
        return ""
    client = notice.bill.client_id
    held = held_by([client])
    if not allows(held, client, ConsentKind.CLIENT_SMS):
        return "O cliente deixou de autorizar SMS: descarte esta mensagem."
    phone = held.get((client, ConsentKind.PHONE))
    refused = phone is not None and phone.address == number and not phone.given
    if refused or (number == notice.to and not allows(held, client, ConsentKind.PHONE, number)):
        return "O cliente deixou de autorizar este celular: descarte esta mensagem."
    return ""
