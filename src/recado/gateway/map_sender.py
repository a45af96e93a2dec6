"""An Android phone by Bluetooth (MAP) as the gateway's `Sender`: it takes whole texts and sends them by itself.

It tells neither signal nor battery nor SIM, so its health is whether it answers. What became of a text it may tell
later (`MapFollowing`); what it received it tells at once, and keeps (`MapHearing`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from recado.gateway.map_following import MapFollowing, phone_time
from recado.gateway.sender import Around, Told
from recado.inbox.receiving import receive_text
from recado.links.bluetooth.map_events import MessageCame, MessageTold
from recado.links.bluetooth.map_phone import MapPhone
from recado.links.bluetooth.map_session import INBOX
from recado.modem.clock import Clock
from recado.modem.condition import PhoneCondition, explain
from recado.modem.errors import LinkDown
from recado.modem.health import Health
from recado.modem.identity import Identity
from recado.modem.outcome import HandedOver, Outcome, SendStep
from recado.outbox.claims import Claim
from recado.phones.models import Phone

logger = logging.getLogger(__name__)

CATCH_UP = 50
"""How many of the newest messages are looked through for replies that came while the phone was away."""
# The phone's clock and ours may differ; what is read twice is recognised.
CLOCKS_APART = timedelta(minutes=15)


class MapSender:
    """See `Sender`. `row`: the phone as it was before this line was opened."""

    def __init__(self, phone: MapPhone, row: Phone, clock: Clock, now: Callable[[], datetime]) -> None:
        self._phone = phone
        self._last_seen = row.last_seen_at
        self._following = MapFollowing(phone, row.pk, clock, now)

    def start(self) -> Identity:
        self._following.begin()
        return Identity(model=self._phone.model)

    def health(self) -> Health:
        try:
            self._phone.ping()
        except LinkDown as down:
            return Health.unread(down.condition, down.reason, down.advice, sim=PhoneCondition.READY)
        ready = explain(PhoneCondition.READY)
        return Health.unread(PhoneCondition.READY, ready.reason, ready.advice, sim=PhoneCondition.READY)

    def send(self, claim: Claim, on_step: Callable[[SendStep], None]) -> Outcome:
        outcome = self._phone.push(claim.number, claim.part.text, on_step)
        if isinstance(outcome, HandedOver):
            self._following.pushed()
        return outcome

    def wait(self, timeout: float, wake: int | None = None) -> tuple[Told, ...]:
        if self._following.due_in() <= 0:
            self._following.look()
        return self._phone.wait(min(timeout, self._following.due_in()), wake)

    def take_events(self) -> tuple[Told, ...]:
        return self._phone.take_events()

    def acknowledge(self) -> None:
        """The phone keeps what it tells of."""

    def hearing(self, phone_id: int, now: Callable[[], datetime]) -> MapHearing:
        return MapHearing(self._phone, phone_id, self._following, self._last_seen, now)

    def tending(self, phone: Phone, around: Around) -> MapTending:
        return MapTending()

    def close(self) -> None:
        self._phone.close()


class MapTending:
    """Nothing more can be asked of such a phone: neither balance nor what its store proves."""

    def look(self, phone: Phone) -> None:
        """Nothing is ever due."""


class MapHearing:
    """See `Hearing`. What came in stays in the phone; so what could not be fetched is found again later."""

    def __init__(
        self,
        phone: MapPhone,
        phone_id: int,
        following: MapFollowing,
        last_seen: datetime | None,
        now: Callable[[], datetime],
    ) -> None:
        self._phone = phone
        self._phone_id = phone_id
        self._following = following
        self._now = now
        self._since = now() if last_seen is None else last_seen - CLOCKS_APART
        self.behind = False

    def take_stored(self) -> None:
        """Fetch what came since the phone was last seen. What it received before it was ours is not ours to read."""
        self.behind = False
        for listed in self._phone.list_folder(INBOX, CATCH_UP):
            came = phone_time(listed.at)
            if came is not None and came >= self._since:
                self._fetch(listed.handle)

    def heed(self, events: Iterable[Told]) -> None:
        for event in events:
            if isinstance(event, MessageCame):
                self._fetch(event.handle)
            elif isinstance(event, MessageTold):
                self._following.told(event)

    def keep(self, events: Iterable[Told]) -> None:
        for event in events:
            if isinstance(event, MessageTold):
                self._following.keep(event)

    def _fetch(self, handle: str) -> None:
        received = self._phone.fetch(handle)
        if received is None:
            logger.warning("phone %s: a message that came in could not be fetched", self._phone_id)
            self.behind = True
        elif received.is_sms:
            receive_text(self._phone_id, received.handle, received.number, received.text, self._now())
