"""What is fuzzed: everything that reads bytes from a phone or a network. Each target takes any bytes.

A target fails by raising: an exception that is not the library's own, or an assertion about what must hold after
any input. The short form (``test_targets``) runs with the suite; the long form is ``python -m tests.fuzz``.
"""

import contextlib
from collections.abc import Callable

from recado.emulator.phone import EmulatedPhone
from recado.gsm import DecodeError, Deliver, StatusReport, Submit
from recado.modem.driver import Driver
from recado.modem.errors import PhoneDown
from recado.modem.outcome import Accepted, Outcome
from recado.modem.parser import Final, Parser
from recado.modem.ussd import read_text
from tests.modem.fake import HEALTHY, OK, FakeClock, FakePhone, a_submit

_LIMIT = 4096
_PIECES = 40


def parse(data: bytes) -> None:
    """The parser: no exception, the same tokens however the bytes are cut, and usable afterwards."""
    whole, cut = Parser(), Parser()
    tokens = whole.feed(data)
    assert [token for byte in data for token in cut.feed(bytes((byte,)))] == tokens
    # A header may still wait for its message, and a prompt may be half read.
    whole.feed(b"\r\n\r\nx\r\n")
    assert whole.feed(b"\r\nOK\r\n")[-1] == Final("OK", "OK")  # type: ignore[arg-type]


def decode(data: bytes) -> None:
    """The three PDUs: read, or refused with ``DecodeError``; what was read says something."""
    for smsc_included in (False, True):
        with contextlib.suppress(DecodeError):
            assert isinstance(Deliver.from_hex(data.hex(), smsc_included=smsc_included).text, str)
        with contextlib.suppress(DecodeError):
            assert StatusReport.from_hex(data.hex(), smsc_included=smsc_included).outcome
        with contextlib.suppress(DecodeError):
            assert isinstance(Submit.from_hex(data.hex(), smsc_included=smsc_included).text, str)
    with contextlib.suppress(DecodeError):
        Deliver.from_hex(data.decode("latin-1"))


def answer_ussd(data: bytes) -> None:
    """The text of a +CUSD answer, plain and as hexadecimal."""
    for dcs in (None, 15, 72):
        assert isinstance(read_text(data.decode("latin-1"), dcs), str)
        assert isinstance(read_text(data.hex(), dcs), str)


def converse(data: bytes) -> None:
    """The whole driver with a phone that answers anything at all: only outcomes and ``PhoneDown``, no endless
    wait, and a healthy phone is served as ever afterwards."""
    clock = FakeClock()
    phone = FakePhone(clock, answers=dict(HEALTHY))
    pieces = iter([data[at : at + 64] for at in range(0, len(data[:_LIMIT]), 64)][:_PIECES])
    phone.answers = dict.fromkeys([*HEALTHY, "AT", "AT+CMGL=4", "AT+CPMS?"], lambda: next(pieces, OK))
    phone.submissions = [[(1.0, data[:_LIMIT])]]
    driver = Driver(phone, clock=clock)
    begun = clock.now
    for act in (driver.start, driver.health, driver.list_stored, lambda: driver.balance("*544#")):
        with contextlib.suppress(PhoneDown):
            act()
    assert isinstance(driver.send(a_submit()), Outcome)
    assert clock.now - begun < 3600.0
    _mend(phone, clock, driver)
    assert driver.start().imei == "490154203237518"
    assert isinstance(driver.send(a_submit()), Accepted)


def emulate(data: bytes) -> None:
    """The phone in software, fed anything: no exception, and it answers AT afterwards."""
    phone = EmulatedPhone()
    phone.feed(data[:_LIMIT], 0.0)
    phone.due(0.0)
    phone.feed(b"\x1b\r", 100.0)
    phone.due(100.0)
    phone.feed(b"ATE1V1\rAT\r", 101.0)
    assert b"OK\r\n" in phone.due(103.0)


def _mend(phone: FakePhone, clock: FakeClock, driver: Driver) -> None:
    phone.answers, phone.submissions = dict(HEALTHY), []
    phone.say(b"\r\n\r\n")
    with contextlib.suppress(PhoneDown):
        driver.wait(1.0)
    # Long enough for every late answer to be none any more.
    clock.now += 600.0
    driver.take_events()


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (parse, decode, answer_ussd, converse, emulate)
}
