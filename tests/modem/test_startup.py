"""Start-up: what is asked, what may be refused, and how each missing thing is told."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.modem.condition import PhoneCondition
from recado.modem.driver import Driver
from recado.modem.errors import (
    LinkDown,
    NetworkUnavailable,
    PhoneDown,
    PhoneSilent,
    SimUnusable,
    SmscMissing,
    SmsUnsupported,
    StillInitialising,
)
from recado.modem.identity import Identity
from recado.modem.outcome import Accepted

from .asked import ERROR, a_phone, start
from .fake import HEALTHY, OK, a_submit


@pytest.mark.parametrize("chunk", [1, 3, 4096])
@pytest.mark.parametrize("echo", [False, True])
def test_a_healthy_phone_starts_and_says_who_it_is(chunk: int, echo: bool) -> None:
    assert start(a_phone(chunk=chunk, echo=echo)) == Identity(
        manufacturer="ACME",
        model="M1",
        firmware="1.0",
        imei="490154203237518",
        imsi="724990000000001",
        iccid="89550000000000000001",
        smsc="+5511900000000",
    )


def test_the_first_bytes_escape_from_a_pdu_left_half_entered_and_never_transmit_it() -> None:
    phone = a_phone()
    phone._entering = True
    phone.write(b"0011000B91")
    start(phone)
    assert phone.written.startswith(b"0011000B9199999999\x1b\r")
    assert b"\x1a" not in phone.written


def test_every_optional_command_may_be_refused() -> None:
    needed = ("AT", "AT+CREG?", "AT+CPIN?", "AT+CMGF=0")
    refusing = a_phone()
    refusing.answers = {}
    real_answer = refusing._answer

    def answer(command: str) -> None:
        refusing.answers[command] = HEALTHY.get(command, OK) if command in needed else ERROR
        real_answer(command)

    refusing._answer = answer  # type: ignore[method-assign]
    assert start(refusing) == Identity()


def test_a_phone_that_ignores_the_first_commands_is_woken() -> None:
    phone = a_phone()
    ignored = iter([b"", b"", b""])
    phone.answers["AT"] = lambda: next(ignored, OK)
    assert start(phone).model == "M1"


def test_a_phone_that_answers_in_numbers_is_understood_until_told_not_to() -> None:
    phone = a_phone()
    for command in ("AT", "ATE0"):
        phone.answers[command] = lambda: OK if "ATV1" in phone.commands else b"0\r"
    assert start(phone).model == "M1"


def test_nothing_at_the_other_end_is_silent() -> None:
    phone = a_phone()
    phone.answers["AT"] = b""
    with pytest.raises(PhoneSilent) as caught:
        start(phone)
    assert caught.value.condition is PhoneCondition.SILENT
    assert "não responde" in caught.value.reason
    assert caught.value.advice


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (b"\r\n+CPIN: SIM PIN\r\n" + OK, PhoneCondition.SIM_PIN),
        (b"\r\n+CPIN: SIM PUK\r\n" + OK, PhoneCondition.SIM_PUK),
        (b"\r\n+CPIN: PH-NET PIN\r\n" + OK, PhoneCondition.SIM_FAILURE),
        (b"\r\n+CME ERROR: 10\r\n", PhoneCondition.SIM_MISSING),
        (b"\r\n+CME ERROR: 13\r\n", PhoneCondition.SIM_FAILURE),
        (b"\r\n+CMS ERROR: 310\r\n", PhoneCondition.SIM_MISSING),
    ],
)
def test_an_unusable_sim_is_told_apart(answer: bytes, state: PhoneCondition) -> None:
    with pytest.raises(SimUnusable) as caught:
        start(a_phone({"AT+CPIN?": answer}))
    assert caught.value.condition is state


def test_no_pin_is_ever_entered() -> None:
    phone = a_phone({"AT+CPIN?": b"\r\n+CPIN: SIM PIN\r\n" + OK})
    with pytest.raises(SimUnusable):
        start(phone)
    assert not any(command.startswith("AT+CPIN=") for command in phone.commands)


@pytest.mark.parametrize("answer", [b'\r\n+CPIN: "READY"\r\n' + OK, b"\r\n+CPIN:READY\r\n" + OK])
def test_a_ready_sim_may_be_quoted_or_lack_the_space(answer: bytes) -> None:
    assert start(a_phone({"AT+CPIN?": answer})).model == "M1"


@pytest.mark.parametrize("code", [b"+CME ERROR: 14", b"+CMS ERROR: 314", b"+CME ERROR: 515"])
def test_a_busy_sim_is_asked_again(code: bytes) -> None:
    phone = a_phone()
    busy = iter([b"\r\n" + code + b"\r\n"] * 10)
    phone.answers["AT+CPIN?"] = lambda: next(busy, HEALTHY["AT+CPIN?"])
    assert start(phone).model == "M1"


def test_a_sim_that_stays_busy_is_still_initialising() -> None:
    phone = a_phone({"AT+CPIN?": b"\r\n+CME ERROR: 14\r\n"})
    begun = phone.clock.now
    with pytest.raises(StillInitialising):
        start(phone)
    assert phone.clock.now - begun < 60


def test_a_phone_without_pdu_mode_cannot_do_sms() -> None:
    with pytest.raises(SmsUnsupported) as caught:
        start(a_phone({"AT+CMGF=0": ERROR}))
    assert caught.value.condition is PhoneCondition.NO_SMS


def test_a_phone_that_knows_only_pdu_mode_may_refuse_to_be_told() -> None:
    phone = a_phone({"AT+CMGF=0": ERROR, "AT+CMGF?": b"\r\n+CMGF: 0\r\n" + OK})
    assert start(phone).model == "M1"


def test_an_empty_service_centre_is_told() -> None:
    with pytest.raises(SmscMissing):
        start(a_phone({"AT+CSCA?": b'\r\n+CSCA: "",129\r\n' + OK}))


def test_a_service_centre_in_ucs2_is_read() -> None:
    number = "+5511900000000".encode("utf-16-be").hex().upper().encode()
    assert start(a_phone({"AT+CSCA?": b'\r\n+CSCA: "' + number + b'",145\r\n' + OK})).smsc == "+5511900000000"


def test_report_settings_are_tried_until_one_is_taken() -> None:
    phone = a_phone({"AT+CNMI=2,1,0,1,0": ERROR, "AT+CNMI=2,1,0,2,0": b"\r\n+CMS ERROR: 303\r\n"})
    start(phone)
    tried = [command for command in phone.commands if command.startswith("AT+CNMI")]
    assert tried == ["AT+CNMI=2,1,0,1,0", "AT+CNMI=2,1,0,2,0", "AT+CNMI=2,1,0,2,1"]


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({"AT+CREG?": b"\r\n+CREG: 0,3\r\n" + OK}, PhoneCondition.REGISTRATION_DENIED),
        (
            {"AT+CREG?": b"\r\n+CREG: 0,3\r\n" + OK, "AT+CEREG?": b"\r\n+CEREG: 0,1\r\n" + OK},
            PhoneCondition.REGISTRATION_DENIED,
        ),
        ({"AT+CREG?": b"\r\n+CREG: 0,2\r\n" + OK}, PhoneCondition.NOT_REGISTERED),
        ({"AT+CREG?": b"\r\n+CREG: 0,11\r\n" + OK}, PhoneCondition.NOT_REGISTERED),
        (
            {"AT+CREG?": b"\r\n+CREG: 0,2\r\n" + OK, "AT+CSQ": b"\r\n+CSQ: 99,99\r\n" + OK},
            PhoneCondition.NO_SIGNAL,
        ),
        (
            {"AT+CREG?": b"\r\n+CREG: 0,0\r\n" + OK, "AT+CFUN?": b"\r\n+CFUN: 4\r\n" + OK},
            PhoneCondition.RADIO_OFF,
        ),
    ],
)
def test_a_missing_network_is_told_apart(answers: dict[str, bytes], state: PhoneCondition) -> None:
    with pytest.raises(NetworkUnavailable) as caught:
        start(a_phone(answers))
    assert caught.value.condition is state


@pytest.mark.parametrize(
    "answers",
    [
        {"AT+CREG?": b"\r\n+CREG: 0,6\r\n" + OK},
        {"AT+CREG?": b"\r\n+CREG: 2,1,4CA,81DE445\r\n" + OK},
        {"AT+CREG?": b'\r\n+CREG: 0,5,"5E25","605F",2\r\n' + OK},
        {"AT+CREG?": b"\r\n+CREG: 0, 1\r\n" + OK},
        {"AT+CREG?": b"\r\n+CREG: 2\r\n\r\n+CREG: 0,1\r\n" + OK},
        {"AT+CREG?": ERROR, "AT+CEREG?": b"\r\n+CEREG: 0,1\r\n" + OK},
        {"AT+CREG?": b"\r\n+CREG: 0,0\r\n" + OK, "AT+CEREG?": b"\r\n+CEREG: 0,7\r\n" + OK},
    ],
)
def test_a_registered_phone_is_ready_in_whatever_words(answers: dict[str, bytes]) -> None:
    assert start(a_phone(answers)).model == "M1"


def test_the_network_is_waited_for() -> None:
    phone = a_phone()
    searching = iter([b"\r\n+CREG: 0,2\r\n" + OK] * 5)
    phone.answers["AT+CREG?"] = lambda: next(searching, HEALTHY["AT+CREG?"])
    assert start(phone).model == "M1"


def test_a_noisy_stick_is_told_to_be_quiet_but_not_the_models_that_cannot_bear_it() -> None:
    for model, quietened in ((b"E173", True), (b"E1752", False)):
        phone = a_phone({"AT+CGMI": b"\r\nhuawei\r\n" + OK, "AT+CGMM": b"\r\n" + model + b"\r\n" + OK})
        start(phone)
        assert ("AT^CURC=0" in phone.commands) is quietened


def _bytes_of_a_start() -> int:
    phone = a_phone()
    start(phone)
    return phone.given


# The LF after the last OK is not waited for.
@given(dropped=st.integers(0, _bytes_of_a_start() - 2))
@settings(max_examples=60, deadline=None)
def test_a_line_that_drops_anywhere_is_link_down(dropped: int) -> None:
    phone = a_phone(drop_after_read=dropped)
    with pytest.raises(LinkDown) as caught:
        start(phone)
    assert caught.value.condition is PhoneCondition.DISCONNECTED


@given(noise=st.lists(st.binary(min_size=1, max_size=30), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_any_answers_raise_nothing_but_our_own_error_and_the_driver_can_start_again(noise: list[bytes]) -> None:
    phone = a_phone()
    healthy = phone.answers
    pieces = iter(noise)
    phone.answers = dict.fromkeys(HEALTHY, lambda: next(pieces, OK))
    driver = Driver(phone, clock=phone.clock)
    with contextlib.suppress(PhoneDown):
        driver.start()
    phone.answers = healthy
    phone.say(b"\r\n")
    driver.wait(1.0)
    assert driver.start().imei == "490154203237518"
    assert driver.send(a_submit()) == Accepted(7, "+CMGS: 7")
