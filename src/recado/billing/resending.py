"""A bill's e-mail that failed is sent again only to who still agrees: days may lie between."""

from __future__ import annotations

from recado.billing.consents import allows, held_by
from recado.billing.models import ConsentKind, Notice
from recado.mail.decisions import DecisionRefused


def require_consent(mail_id: int) -> None:
    """Raise DecisionRefused for the e-mail of a bill whose client agrees no longer; any other e-mail passes."""
    notice = Notice.objects.filter(mail=mail_id).select_related("bill").first()
    if notice is None:
        return
    client = notice.bill.client_id
    if not allows(held_by([client]), client, ConsentKind.CLIENT_EMAIL):
        raise DecisionRefused("O cliente deixou de autorizar e-mails: descarte este.")
