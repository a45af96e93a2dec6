"""Unsolicited events on their way to the driver's user: in order, and bounded.

A phone that chatters for days while nobody asks must not fill the memory, nor push a delivery report out:
when the box is full the oldest chatter goes first.
"""

from collections import deque

from recado.modem import chatter
from recado.modem.chatter import Kind
from recado.modem.events import (
    Event,
    OtherLine,
    Rebooted,
    ReportArrived,
    ReportStored,
    SignalChanged,
    SmsArrived,
    SmsStored,
    StoreFull,
)
from recado.modem.parser import Message

CAPACITY = 1000


class Mailbox:
    """Events not yet taken, oldest first."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._events: deque[Event] = deque()
        self._capacity = capacity
        self.dropped = 0
        """Events thrown away because the box was full."""

    def __len__(self) -> int:
        return len(self._events)

    def post(self, event: Event) -> None:
        """Add ``event``, making room by dropping the oldest chatter, or the oldest event if none is."""
        if len(self._events) >= self._capacity:
            self.dropped += 1
            idle = next((e for e in self._events if isinstance(e, OtherLine | SignalChanged)), None)
            if idle is None:
                self._events.popleft()
            else:
                self._events.remove(idle)
        self._events.append(event)

    def take(self) -> tuple[Event, ...]:
        """Give all events and forget them."""
        events = tuple(self._events)
        self._events.clear()
        return events


def message_event(message: Message) -> Event:
    """Give the event for a two-line message; cell broadcasts are chatter to us."""
    if message.header.startswith("+CDS:"):
        return ReportArrived(message.payload)
    if message.header.startswith("+CMT:"):
        return SmsArrived(message.payload)
    return OtherLine(message.header)


def line_event(text: str) -> Event:
    """Give the event for a one-line unsolicited message."""
    match chatter.recognise(text):
        case Kind.SMS_STORED:
            memory, index = _stored(text)
            return SmsStored(memory, index) if index is not None else OtherLine(text)
        case Kind.REPORT_STORED:
            memory, index = _stored(text)
            return ReportStored(memory, index) if index is not None else OtherLine(text)
        case Kind.STORE_FULL:
            return StoreFull(text)
        case Kind.SIGNAL:
            return SignalChanged(text)
        case Kind.BOOT | Kind.GOING_DOWN:
            return Rebooted(text)
        case _:
            return OtherLine(text)


def _stored(text: str) -> tuple[str, int | None]:
    """Read ``+CMTI: "SM",3``; makers add spaces or leave the quotes out."""
    memory, _, index = text.partition(":")[2].partition(",")
    digits = index.partition(",")[0].strip()
    readable = digits.isascii() and digits.isdigit() and len(digits) <= 6
    return memory.strip().strip('"'), int(digits) if readable else None
