"""Start-up: what is asked, what may be refused, and how each missing thing is told."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.modem.condition import PhoneCondition, explain
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
from recado.modem.health import Health
from recado.modem.identity import Identity
from recado.modem.network import Registration
from recado.modem.outcome import Accepted
from recado.modem.settings import DriverSettings

from .fake import HEALTHY, OK, FakeClock, FakePhone, Script, a_submit

ERROR = b"\r\nERROR\r\n"


def a_phone(answers: dict[str, bytes] | None = None, **options: object) -> FakePhone:
    merged: dict[str, bytes | Script | Callable[[], bytes]] = {**HEALTHY, **(answers or {})}
    return FakePhone(FakeClock(), answers=merged, **options)  # type: ignore[arg-type]


def start(phone: FakePhone) -> Identity:
    return Driver(phone, clock=phone.clock).start()


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
    assert caught.value.state is PhoneCondition.SILENT
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
    assert caught.value.state is state


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
    assert caught.value.state is PhoneCondition.NO_SMS


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
    assert caught.value.state is state


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
    assert caught.value.state is PhoneCondition.DISCONNECTED


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


# --- health ------------------------------------------------------------------------------------------


def health(phone: FakePhone) -> Health:
    return Driver(phone, clock=phone.clock).health()


def test_a_healthy_phone_says_how_it_is() -> None:
    assert health(a_phone()) == Health(
        registration=Registration.HOME,
        operator="OPERADORA",
        signal_dbm=-73,
        signal_percent=65,
        battery_percent=85,
        sim=PhoneCondition.READY,
        smsc="+5511900000000",
        condition=PhoneCondition.READY,
        reason="O aparelho está pronto para enviar.",
        advice="",
    )


@pytest.mark.parametrize(
    ("csq", "dbm", "percent"),
    [(b"0,0", -113, 0), (b"31,99", -51, 100), (b"99,99", None, None), (b"150,99", None, None), (b"x", None, None)],
)
def test_signal_is_read_in_dbm_and_percent(csq: bytes, dbm: int | None, percent: int | None) -> None:
    told = health(a_phone({"AT+CSQ": b"\r\n+CSQ: " + csq + b"\r\n" + OK}))
    assert (told.signal_dbm, told.signal_percent) == (dbm, percent)


def test_a_forgotten_service_centre_shows_in_the_health() -> None:
    told = health(a_phone({"AT+CSCA?": b'\r\n+CSCA: "",129\r\n' + OK}))
    assert told.condition is PhoneCondition.NO_SMSC
    assert "SMSC" in told.reason


def test_health_of_a_line_that_is_gone_is_disconnected() -> None:
    told = health(a_phone(drop_after_read=0))
    assert told.condition is PhoneCondition.DISCONNECTED
    assert told.advice


def test_health_of_a_phone_that_hung_is_silent() -> None:
    phone = a_phone()
    phone.answers = dict.fromkeys([*HEALTHY, "AT", "AT+CEREG?", "AT+CGREG?"], b"")
    assert health(phone).condition is PhoneCondition.SILENT


# --- what the driver mends by itself -----------------------------------------------------------------


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
    assert caught.value.state is PhoneCondition.RADIO_OFF
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


# --- told, but no reason to stop ---------------------------------------------------------------------


def test_roaming_is_told_and_does_not_stop_the_phone() -> None:
    told = health(a_phone({"AT+CREG?": b"\r\n+CREG: 0,5\r\n" + OK}))
    assert told.condition is PhoneCondition.READY
    assert told.notices == (PhoneCondition.ROAMING,)


@pytest.mark.parametrize(
    ("answer", "full"),
    [
        (b'+CPMS: "SM",3,20,"SM",3,20,"SM",20,20', True),
        (b'+CPMS: "SM",20,20,"SM",20,20,"ME",3,255', False),
        (b"+CPMS: 20,20,20,20,20,20", True),
        # ZTE MF710M: github.com/gammu/gammu issue 907.
        (b'+CPMS: "ME", 0, 50, "ME", 0, 50, "ME", 0, 50', False),
        # MF103: github.com/lkiuyu/DbusSmsForwardCPlus issue 10.
        (b'+CPMS: "ME",0,23,"ME",0,23,"SM",10,10', True),
        (b'+CPMS: "ME",0,0,"ME",0,0,"ME",0,0', False),
        (b"+CPMS: (),(),()", False),
        (b"+CPMS:", False),
    ],
)
def test_a_full_store_is_told_and_does_not_stop_the_phone(answer: bytes, full: bool) -> None:
    told = health(a_phone({"AT+CPMS?": b"\r\n" + answer + b"\r\n" + OK}))
    assert told.condition is PhoneCondition.READY
    assert told.store_full is full
    assert (PhoneCondition.STORE_FULL in told.notices) is full


@pytest.mark.parametrize("condition", list(PhoneCondition))
def test_every_condition_has_its_sentence_and_never_says_telephone(condition: PhoneCondition) -> None:
    known = explain(condition)
    assert known.reason.endswith(".")
    assert known.advice or condition is PhoneCondition.READY
    assert "telefone" not in f"{known.reason} {known.advice}".lower()
