"""A part of a message as the SMS-SUBMIT that its type asks for."""

from __future__ import annotations

from datetime import timedelta

from recado.gsm import Part, Submit, build_submit
from recado.outbox.models import MessageType


def submit_of(part: Part, number: str, message_type: MessageType) -> Submit:
    """The SUBMIT of `part` to `number` (E.164). Raises EncodeError when it cannot be written."""
    validity = timedelta(minutes=message_type.validity_minutes) if message_type.validity_minutes else None
    return build_submit(
        part,
        number,
        validity=validity,
        status_report=message_type.status_report,
        reject_duplicates=message_type.reject_duplicates,
    )
