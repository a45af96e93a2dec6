"""Opening the line of a phone the way its row and the settings ask for."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings

from recado.gateway.at_sender import AtSender
from recado.gateway.map_sender import MapSender
from recado.gateway.sender import Sender
from recado.gateway.surroundings import Surroundings
from recado.links import MapLink, parse_link
from recado.modem.clock import Clock
from recado.modem.driver import Driver
from recado.modem.settings import DriverSettings
from recado.modem.transport import Transport
from recado.phones.models import Phone

Habits = tuple[bool, str]


def habits_of(phone: Phone) -> Habits:
    """What of the row a driver is made with: when it changes, the line is opened anew."""
    return phone.store_first, phone.smsc_wanted


def open_sender(phone: Phone, around: Surroundings) -> Sender:
    """Open the way by which `phone` sends. Raises `modem.errors.PhoneDown` when it cannot be opened."""
    link = parse_link(phone.link)
    if isinstance(link, MapLink):
        opened = around.open_map(link, settings.RECADO_SEND_DEADLINE)
        return MapSender(opened, phone, around.clock, around.now)
    return AtSender(driver_for(phone, around.open_link(phone.link), around.clock))


def driver_for(phone: Phone, transport: Transport, clock: Clock) -> Driver:
    """A driver on `transport` with the deadlines, the PIN and the habits that hold for `phone`."""
    pin = PinKeeper(phone.pk, settings.RECADO_SIM_PINS.get(phone.name))
    return Driver(
        transport,
        clock=clock,
        settings=DriverSettings(
            send_timeout=settings.RECADO_SEND_DEADLINE,
            caller_acknowledges=True,
            store_first=phone.store_first,
            smsc=phone.smsc_wanted or None,
            pin=pin.pin,
            may_try_pin=pin.may_try,
            pin_accepted=pin.accepted,
        ),
    )


class PinKeeper:
    """Lets a PIN be tried at most once on a SIM, across restarts: three wrong ones would block it.

    What was tried is kept as a keyed hash of PIN and SIM on the phone's row, written before the try and taken back when
    the SIM accepted it. Another PIN in the settings, or another SIM in the phone, is another hash.
    """

    def __init__(self, phone_id: int, pin: str | None) -> None:
        self.pin = pin
        self._row = Phone.objects.filter(pk=phone_id)

    def may_try(self, iccid: str) -> bool:
        """True once for this PIN on this SIM (`iccid`, empty when the locked SIM does not tell)."""
        mark = self._mark(iccid)
        return self.pin is not None and self._row.exclude(pin_tried=mark).update(pin_tried=mark) == 1

    def accepted(self, iccid: str) -> None:
        """The SIM took the PIN: it may be entered again after the next restart of the phone."""
        self._row.update(pin_tried="")

    def _mark(self, iccid: str) -> str:
        return hmac.digest(settings.SECRET_KEY.encode(), f"{iccid}:{self.pin}".encode(), hashlib.sha256).hex()
