"""A phone that takes AT commands, as the gateway's `Sender`: parts become SUBMITs, the rest is the driver's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from recado.gateway.care import Care
from recado.gateway.incoming import Incoming
from recado.gateway.sender import Around
from recado.gateway.submission import submit_of
from recado.gsm import Cause, EncodeError, Part, Verdict
from recado.modem.driver import Driver
from recado.modem.events import Event
from recado.modem.health import Health
from recado.modem.identity import Identity
from recado.modem.outcome import Outcome, Rejected, SendStep
from recado.outbox.claims import Claim
from recado.phones.models import Phone


class AtSender:
    """See `Sender`."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def start(self) -> Identity:
        return self._driver.start()

    def health(self) -> Health:
        return self._driver.health()

    def send(self, claim: Claim, on_step: Callable[[SendStep], None]) -> Outcome:
        try:
            # A phone on an AT line is never given a whole text.
            submit = submit_of(cast(Part, claim.part), claim.number, claim.message_type)
        except EncodeError as fault:
            return Rejected(None, "", Verdict.OURS, Cause.OURS, f"O texto não pode seguir por SMS: {fault}")
        return self._driver.send(submit, on_step=on_step)

    def wait(self, timeout: float, wake: int | None = None) -> tuple[Event, ...]:
        return self._driver.wait(timeout, wake)

    def take_events(self) -> tuple[Event, ...]:
        return self._driver.take_events()

    def acknowledge(self) -> None:
        self._driver.acknowledge()

    def hearing(self, phone_id: int, now: Callable[[], datetime]) -> Incoming:
        return Incoming(self._driver, phone_id, now)

    def tending(self, phone: Phone, around: Around) -> Care:
        return Care(self._driver, phone, around)

    def close(self) -> None:
        self._driver.close()
