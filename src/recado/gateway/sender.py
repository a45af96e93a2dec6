"""What the gateway asks of a phone, whatever way it sends: by AT commands, or as an Android phone by Bluetooth (MAP).

A worker opens a `Sender` for its phone's link and serves it. Pace, rules, claims, statuses and recovery know nothing of
how the message travels; only what is told of messages already sent, and what comes in, differs (`Hearing`, `Tending`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol, TypeAlias

from recado.links.bluetooth.map_events import MapEvent
from recado.modem.events import Event
from recado.modem.health import Health
from recado.modem.identity import Identity
from recado.modem.outcome import Outcome, SendStep
from recado.outbox.claims import Claim
from recado.phones.models import Phone

Told: TypeAlias = Event | MapEvent
"""What a phone says by itself, in the words of its kind."""


class Hearing(Protocol):
    """The incoming side of one phone: all that it says is kept before the phone may forget it."""

    behind: bool
    """Something waits in the phone that could not be read when it came."""

    def take_stored(self) -> None:
        """Fetch what came while nobody listened. Raises PhoneDown when the phone does not answer."""
        ...

    def heed(self, events: Iterable[Told]) -> None:
        """Keep what `events` carry, then tell the phone so. Raises PhoneDown when the phone does not answer."""
        ...

    def keep(self, events: Iterable[Told]) -> None:
        """Keep what `events` carry themselves, without a word to the phone."""
        ...


class Tending(Protocol):
    """What is asked of the phone now and then, beside its health."""

    def look(self, phone: Phone) -> None:
        """Do what is due for `phone`, its row as it is now. Raises PhoneDown when the phone does not answer."""
        ...


class Around(Protocol):
    """Where the time comes from."""

    @property
    def now(self) -> Callable[[], datetime]: ...


class Sender(Protocol):
    """An open phone. Used from one thread; once its line is gone another one is opened."""

    def start(self) -> Identity:
        """Bring the phone to where it can send. Raises a subclass of `modem.errors.PhoneDown`."""
        ...

    def health(self) -> Health:
        """Say how the phone is. Never raises: a phone that does not answer is a condition like any other."""
        ...

    def send(self, claim: Claim, on_step: Callable[[SendStep], None]) -> Outcome:
        """Send what is claimed, telling each step before it is taken. Never raises for what phone or line do.

        What `on_step` raises before `SendStep.SUBMITTED` ends the send with nothing on the air.
        """
        ...

    def wait(self, timeout: float, wake: int | None = None) -> tuple[Told, ...]:
        """Give what the phone says by itself, waiting at most `timeout` seconds or until `wake` is readable."""
        ...

    def take_events(self) -> tuple[Told, ...]:
        """Give what was collected so far, without waiting."""
        ...

    def acknowledge(self) -> None:
        """Tell the phone that all events given so far are kept. Raises PhoneDown."""
        ...

    def hearing(self, phone_id: int, now: Callable[[], datetime]) -> Hearing:
        """Give the incoming side of this phone."""
        ...

    def tending(self, phone: Phone, around: Around) -> Tending:
        """Give who looks after this phone beside its health, having looked once. Raises PhoneDown."""
        ...

    def close(self) -> None:
        """Let the phone go. Safe to call twice."""
        ...
