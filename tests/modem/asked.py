"""A phone that answers what start-up and health ask, and those two."""

from collections.abc import Callable

from recado.modem.driver import Driver
from recado.modem.health import Health
from recado.modem.identity import Identity

from .fake import HEALTHY, FakeClock, FakePhone, Script

ERROR = b"\r\nERROR\r\n"


def a_phone(answers: dict[str, bytes] | None = None, **options: object) -> FakePhone:
    merged: dict[str, bytes | Script | Callable[[], bytes]] = {**HEALTHY, **(answers or {})}
    return FakePhone(FakeClock(), answers=merged, **options)  # type: ignore[arg-type]


def start(phone: FakePhone) -> Identity:
    return Driver(phone, clock=phone.clock).start()


def health(phone: FakePhone) -> Health:
    return Driver(phone, clock=phone.clock).health()
