"""What the phone's own store proves of sends that ended in doubt, for a phone that sends through it (`store_first`).

A copy marked as sent left. Copies that are all marked as not sent did not, once the phone can no longer be busy with
them. No copy proves nothing. Each copy is deleted once its message is settled, and before that one is sent again.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings

from recado.gateway.submission import submit_of
from recado.gsm import Submit
from recado.modem.driver import Driver
from recado.modem.store import StoredOutgoing
from recado.outbox import evidence
from recado.outbox.claims import parts_of
from recado.outbox.models import Attempt

logger = logging.getLogger(__name__)
_SENT = "STO SENT"
# Older doubts were a person's to settle long ago.
OLDEST = timedelta(days=3)


def settle_from_store(driver: Driver, phone_id: int, now: datetime) -> None:
    """Ask the phone for what it was told to send, and settle each doubtful try by it. Raises PhoneDown."""
    copies = list(driver.stored_outgoing())
    if not copies:
        return
    doubtful = Attempt.objects.filter(
        phone_id=phone_id, result__in=evidence.DOUBTFUL, started_at__gt=now - OLDEST
    ).select_related("segment__message__type")
    for attempt in doubtful.order_by("started_at"):
        of_this_try = [copy for copy in copies if copy.matches(_submit(attempt))]
        if of_this_try and _settle(attempt, of_this_try, now):
            copies = [copy for copy in copies if copy not in of_this_try]
            for copy in of_this_try:
                driver.delete_stored(copy.memory, copy.index)


def _settle(attempt: Attempt, copies: list[StoredOutgoing], now: datetime) -> bool:
    if any(copy.status == _SENT for copy in copies):
        return evidence.prove_accepted(attempt, None, now, "O aparelho guardou a mensagem como enviada.")
    deadline = attempt.started_at + timedelta(seconds=settings.RECADO_SEND_DEADLINE)
    if now < deadline:
        return False
    return evidence.prove_not_sent(attempt, now, "O aparelho guardou a mensagem como não enviada.")


def _submit(attempt: Attempt) -> Submit:
    message = attempt.segment.message
    return submit_of(parts_of(message)[attempt.segment.index - 1], attempt.number, message.type)
