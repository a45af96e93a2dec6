"""What a phone tells by MAP of messages that it has: of those that were pushed to it, and of those that came.

A message is named by its handle, the phone's own number for it, in decimal digits (MAP 1.4 §3.1.6; obexd writes it so).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Word(StrEnum):
    """What became of a message, in obexd's words for the event types of MAP 1.4 §3.1.7."""

    SENT = "sending-success"
    NOT_SENT = "sending-failure"
    DELIVERED = "delivery-success"
    NOT_DELIVERED = "delivery-failure"


@dataclass(frozen=True, slots=True)
class MessageTold:
    """The phone said what became of one of its messages."""

    handle: str
    word: Word


@dataclass(frozen=True, slots=True)
class MessageCame:
    """A message came in; it can be fetched."""

    handle: str


MapEvent: TypeAlias = MessageTold | MessageCame


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a folder's listing. `subject` is how the text begins, `at` the phone's own local time, unread."""

    handle: str
    number: str
    subject: str
    at: str
    sent: bool


@dataclass(frozen=True, slots=True)
class Received:
    """A message that came in, as it was fetched. `is_sms` is False for MMS and the like."""

    handle: str
    number: str
    text: str
    is_sms: bool
