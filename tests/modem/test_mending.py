"""What the driver mends by itself at start-up: a radio that is off, a service centre that was forgotten."""

import pytest

from recado.modem.condition import PhoneCondition
from recado.modem.driver import Driver
from recado.modem.errors import (
    NetworkUnavailable,
    SmscMissing,
)
from recado.modem.settings import DriverSettings

from .asked import a_phone, start
from .fake import HEALTHY, OK, FakePhone


def test_a_radio_that_is_off_is_turned_on_once_before_the_sim_is_asked() -> None:
    phone = a_phone()
    phone.answers["AT+CFUN?"] = lambda: (
        HEALTHY["AT+CFUN?"] if "AT+CFUN=1" in phone.commands else b"\r\n+CFUN: 4\r\n" + OK
    )
    start(phone)
    assert phone.commands.count("AT+CFUN=1") == 1
    assert phone.commands.index("AT+CFUN=1") < phone.commands.index("AT+CPIN?")


@pytest.mark.parametrize("maker", [b"ACME", b"Nokia"])
def test_a_radio_is_left_off_where_the_settings_or_the_maker_say_so(maker: bytes) -> None:
    answers = {
        "AT+CGMI": b"\r\n" + maker + b"\r\n" + OK,
        "AT+CFUN?": b"\r\n+CFUN: 4\r\n" + OK,
        "AT+CREG?": b"\r\n+CREG: 0,0\r\n" + OK,
    }
    phone = a_phone(answers)
    chosen = DriverSettings(turn_radio_on=maker == b"Nokia")
    with pytest.raises(NetworkUnavailable) as caught:
        Driver(phone, clock=phone.clock, settings=chosen).start()
    assert caught.value.condition is PhoneCondition.RADIO_OFF
    assert "AT+CFUN=1" not in phone.commands


def forgetful_phone() -> FakePhone:
    phone = a_phone()
    written = 'AT+CSCA="+5511900000000",145'
    phone.answers["AT+CSCA?"] = lambda: (
        HEALTHY["AT+CSCA?"] if written in phone.commands else b'\r\n+CSCA: "",129\r\n' + OK
    )
    return phone


def test_a_service_centre_from_the_settings_is_written_into_a_sim_that_has_none() -> None:
    phone = forgetful_phone()
    settings = DriverSettings(smsc="+5511900000000")
    assert Driver(phone, clock=phone.clock, settings=settings).start().smsc == "+5511900000000"
    assert phone.commands.count('AT+CSCA="+5511900000000",145') == 1


def test_a_service_centre_forgotten_later_is_written_again() -> None:
    phone = forgetful_phone()
    told = Driver(phone, clock=phone.clock, settings=DriverSettings(smsc="+5511900000000")).health()
    assert (told.condition, told.smsc) == (PhoneCondition.READY, "+5511900000000")


@pytest.mark.parametrize("number", ["11900000000", '+55"\r', "", "+0"])
def test_what_is_no_number_is_never_written_as_a_service_centre(number: str) -> None:
    phone = forgetful_phone()
    with pytest.raises(SmscMissing):
        Driver(phone, clock=phone.clock, settings=DriverSettings(smsc=number)).start()
    assert not any(command.startswith("AT+CSCA=") for command in phone.commands)


def test_a_service_centre_that_the_sim_has_is_kept() -> None:
    phone = a_phone()
    Driver(phone, clock=phone.clock, settings=DriverSettings(smsc="+5521900000000")).start()
    assert not any(command.startswith("AT+CSCA=") for command in phone.commands)
