"""The balance of a SIM, asked over USSD: one question, many forms of the answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.gsm import EncodeError
from recado.modem.driver import Driver
from recado.modem.errors import LinkDown
from recado.modem.outcome import Accepted
from recado.modem.ussd import ANSWER, read_text

from .bench import a_bench
from .fake import OK, FakeClock, FakePhone, a_submit

BALANCE = "Saldo de teste: R$ 10,00"
PLAIN = 'AT+CUSD=1,"*544#",15'


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        (None, BALANCE),
        ("packed", BALANCE),
        ("ucs2", BALANCE),
        ("no_quotes", BALANCE),
        ("menu", "1 Saldo 2 Recarga 3 Sair"),
        ("unsupported", None),
        ("refused", None),
        ("silent", None),
    ],
)
def test_the_answer_is_read_in_every_form_and_the_phone_still_sends(form: str | None, answer: str | None) -> None:
    bench = a_bench()
    bench.driver.start()
    if form is not None:
        bench.phone.faults.set("ussd", form)
    begun = bench.clock.now
    assert bench.driver.balance("*544#") == answer
    assert bench.clock.now - begun < ANSWER + 5
    assert isinstance(bench.send()[0], Accepted)


def a_phone(answer: bytes | list[tuple[float, bytes]]) -> FakePhone:
    return FakePhone(FakeClock(), answers={PLAIN: answer})


def balance(phone: FakePhone) -> str | None:
    return Driver(phone, clock=phone.clock).balance("*544#")


@pytest.mark.parametrize(
    "answer",
    [
        b'\r\n+CUSD: 0,"Saldo R$ 5",15\r\n' + OK,
        [(0.1, OK), (20.0, b'\r\n+CUSD: 0,"Saldo R$ 5",15\r\n')],
        [(0.1, OK), (1.0, b'^RSSI:18\r\n+CMTI: "SM",1\r\n\r\n+CUSD:0,"Saldo R$ 5"\r\n')],
        [(0.1, OK), (1.0, b'\r\n+CUSD: 2,"Saldo\r\nR$ 5",15\r\n')],
    ],
)
def test_the_answer_may_come_before_or_after_the_ok_and_over_several_lines(answer: bytes) -> None:
    assert balance(a_phone(answer)) == "Saldo R$ 5"


def test_a_code_that_the_phone_wants_packed_is_packed() -> None:
    phone = a_phone(b"\r\nERROR\r\n")
    phone.answers['AT+CUSD=1,"*101#",15'] = b"\r\nERROR\r\n"
    phone.answers['AT+CUSD=1,"AA182C3602",15'] = b'\r\n+CUSD: 0,"53FA1C",15\r\n' + OK
    assert Driver(phone, clock=phone.clock).balance("*101#") == "53FA1C"
    assert phone.commands == ['AT+CUSD=1,"*101#",15', 'AT+CUSD=1,"AA182C3602",15']


def test_a_phone_without_ussd_is_asked_once() -> None:
    phone = a_phone(b"\r\n+CME ERROR: 132\r\n")
    assert balance(phone) is None
    assert phone.commands == [PLAIN]


@pytest.mark.parametrize("code", ["", "544", "*54a#", '*1#"\r', "*1;+CFUN=0#", "*" + "1" * 40 + "#"])
def test_only_ussd_codes_are_written(code: str) -> None:
    phone = a_phone(OK)
    with pytest.raises(EncodeError):
        Driver(phone, clock=phone.clock).balance(code)
    assert not phone.written


def test_a_line_that_is_lost_is_told() -> None:
    phone = a_phone(OK)
    phone.drop_after_read = 3
    with pytest.raises(LinkDown):
        balance(phone)


@pytest.mark.parametrize(
    ("text", "dcs", "read"),
    [
        ("00530061006C0064006F", 72, "Saldo"),
        ("00530061006C0064006F", 15, "Saldo"),
        ("12345678", 15, "12345678"),
        ("R$ 10,00", 15, "R$ 10,00"),
        ("Você tem R$ 1", None, "Você tem R$ 1"),
    ],
)
def test_hexadecimal_is_undone_and_plain_text_is_left_alone(text: str, dcs: int | None, read: str) -> None:
    assert read_text(text, dcs) == read


@given(st.text(max_size=80), st.none() | st.integers(0, 255))
def test_any_answer_is_read_without_an_error(text: str, dcs: int | None) -> None:
    assert isinstance(read_text(text, dcs), str)


@given(st.binary(max_size=80))
def test_any_bytes_end_in_text_or_nothing_and_the_phone_still_sends(noise: bytes) -> None:
    phone = a_phone(noise)
    driver = Driver(phone, clock=phone.clock)
    answer = driver.balance("*544#")
    assert answer is None or answer.isprintable()
    phone.say(b"\r\n")
    driver.wait(300.0)
    assert isinstance(driver.send(a_submit()), Accepted)
