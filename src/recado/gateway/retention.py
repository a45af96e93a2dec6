"""Removing what is older than the company keeps: messages that are over, and replies, with all that hangs on them; what
phones handed over that belongs to none of them, too.

Off until an administrator gives a number of days. What still waits for the radio or for a person stays, however old.
A few at a time, so that no send waits for it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from recado import parameters
from recado.inbox.models import IncomingPart, Reply
from recado.outbox.models import SENT_GROUP, DeliveryReport, Message, Status
from recado.outbox.removing import remove

logger = logging.getLogger(__name__)
AT_ONCE = 200
OVER = (*SENT_GROUP, Status.EXPIRED, Status.CANCELLED)


def remove_old(now: datetime) -> int:
    """Remove up to `AT_ONCE` messages and as many replies; give how many went."""
    days = parameters.get().retention_days
    if not days:
        return 0
    before = now - timedelta(days=days)
    # A message that another one replaces goes after that one: the newest of a chain first.
    old = Message.objects.filter(moment__lt=before, status__in=OVER, replaced_by=None).order_by("moment")
    gone = [*old.values_list("pk", flat=True)[:AT_ONCE]]
    replies = [
        *Reply.objects.filter(received_at__lt=before).order_by("received_at").values_list("pk", flat=True)[:AT_ONCE]
    ]
    if gone:
        remove(gone)
    if replies:
        Reply.objects.filter(pk__in=replies).delete()
    loose = _remove_loose(before)
    if count := len(gone) + len(replies) + loose:
        words = "retention of %s days: %s messages, %s replies and %s loose PDUs removed"
        logger.info(words, days, len(gone), len(replies), loose)
    return count


def _remove_loose(before: datetime) -> int:
    """Remove what phones handed over that belongs to no message and no reply: a PDU holds a mobile, perhaps a text."""
    count = 0
    for old in (
        IncomingPart.objects.filter(reply=None, received_at__lt=before),
        DeliveryReport.objects.filter(attempt=None, received_at__lt=before),
    ):
        keys = [*old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]]
        count += old.model._default_manager.filter(pk__in=keys).delete()[0]
    return count
