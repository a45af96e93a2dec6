"""The durable queue: what has to be sent, in which parts, what was tried, and every change of status.

    MessageType   what kind of message: its text, its priority, how long and how often it is tried
    MessageTypeVersion  its texts, one after the other: who wrote them, when
    MessageTypeChange   a change of anything else of it: who, when, from what to what
    Message       one text for one mobile, born from one event (its idempotency key)
    Segment       one part of it, as it goes over the air (one SUBMIT)
    Attempt       one try of one segment on one phone; written before the first byte, completed by the answer
    StatusChange  one row a change of status: when, from what, to what, why, by whom
    DeliveryReport what a phone of a customer said back, as the network passed it on
    OptOut        a mobile that does not want messages of some types
    RemovedDay    how many messages of a day retention has removed, so that the sums still come out even

Only `transitions` writes a status.
"""

from recado.outbox.models.history import RemovedDay, StatusChange
from recado.outbox.models.messages import Message
from recado.outbox.models.parts import GONE, TAKEN, Attempt, AttemptResult, Segment, SegmentStatus
from recado.outbox.models.receipts import DeliveryReport
from recado.outbox.models.statuses import (
    CAUSES,
    ENCODINGS,
    HANDED_OVER,
    HANDED_OVER_LABEL,
    HANDED_OVER_NOTE,
    NEEDS_A_PERSON,
    NOT_SENT_GROUP,
    SENT_GROUP,
    SHOWN_STATUSES,
    Priority,
    Status,
    shown_status,
)
from recado.outbox.models.types import MessageType, MessageTypeChange, MessageTypeVersion, OnUncertain
from recado.outbox.models.wishes import OptOut

__all__ = [
    "CAUSES",
    "ENCODINGS",
    "GONE",
    "HANDED_OVER",
    "HANDED_OVER_LABEL",
    "HANDED_OVER_NOTE",
    "NEEDS_A_PERSON",
    "NOT_SENT_GROUP",
    "SENT_GROUP",
    "SHOWN_STATUSES",
    "TAKEN",
    "Attempt",
    "AttemptResult",
    "DeliveryReport",
    "Message",
    "MessageType",
    "MessageTypeChange",
    "MessageTypeVersion",
    "OnUncertain",
    "OptOut",
    "Priority",
    "RemovedDay",
    "Segment",
    "SegmentStatus",
    "Status",
    "StatusChange",
    "shown_status",
]
