"""Which queued messages a phone may take, as a condition on the queue: what `phones.rules.allowance` decided.

The queue is still read in the order of the index `message_queue` (priority, id, ready_at) until a message fits.
`EXPLAIN` on SQLite, with types and DDDs set:

    SCAN outbox_message USING INDEX message_queue                   (only what is queued; no sort)
    SEARCH outbox_message USING INDEX message_queue (priority<?)    (only urgent ones)

PostgreSQL takes the same index, or that of the numbers where few fit. With 100,000 messages queued, all of them left to
another phone, one look takes 20 ms on SQLite and 2 to 50 ms on PostgreSQL.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from recado.outbox.models import GONE, Priority, Segment
from recado.phones.rules import Allowance, Left

_BRAZIL = "+55"


def takeable(allowance: Allowance, phone_id: int) -> Q:
    """What the allowance lets the phone `phone_id` take, and what is meant for it and no other."""
    free = Q(only_phone=None)
    if allowance.types:
        free &= Q(type_id__in=sorted(allowance.types))
    for left in allowance.left:
        free &= ~_of_another(left)
    if allowance.closed:
        free &= ~Q(type_id__in=sorted(allowance.closed))
    condition = free | Q(only_phone=phone_id)
    if allowance.whole:
        gone = Segment.objects.filter(message_id=OuterRef("pk"), status__in=GONE)
        condition &= ~Q(Exists(gone))
    # Outside the alternative, where the index can use it: what is meant for one phone is urgent anyway.
    return Q(priority__lte=Priority.URGENT) & condition if allowance.urgent_only else condition


def _of_another(left: Left) -> Q:
    theirs = Q()
    for ddd in sorted(left.ddds):
        prefix = _BRAZIL + ddd
        # A range instead of LIKE: case means nothing in a number, and both databases compare it in one step.
        theirs |= Q(number__gte=prefix, number__lt=_BRAZIL + str(int(ddd) + 1))
    return theirs & Q(type_id__in=sorted(left.types)) if left.types else theirs
