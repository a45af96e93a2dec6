"""A line that drops, cuts its bytes anyhow or adds some of its own: what it means for a send."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.modem.condition import PhoneCondition
from recado.modem.driver import Driver
from recado.modem.events import OtherLine
from recado.modem.outcome import Accepted, Outcome, PhoneDown, Unknown

from .fake import OK, PROMPT, TAKEN
from .submitting import COMMAND, PDU, SUBMIT, a_phone, send


@pytest.mark.parametrize("written", range(len(COMMAND) + len(PDU)))
def test_a_line_that_drops_before_ctrl_z_is_the_phones_fault(written: int) -> None:
    outcome = send(a_phone(drop_after_written=written))
    assert isinstance(outcome, PhoneDown)
    assert outcome.condition is PhoneCondition.DISCONNECTED


def test_a_line_that_drops_while_ctrl_z_is_written_is_unknown() -> None:
    assert isinstance(send(a_phone(drop_after_written=len(COMMAND) + len(PDU))), Unknown)


@given(read=st.integers(0, len(OK + PROMPT + TAKEN) - 1), chunk=st.integers(1, 9))
@settings(max_examples=150, deadline=None)
def test_the_byte_at_which_the_line_drops_decides_the_outcome(read: int, chunk: int) -> None:
    outcome = send(a_phone(drop_after_read=read, chunk=chunk))
    taken_at = len(OK + PROMPT) + TAKEN.index(b"7\r") + 2
    if read <= len(OK + PROMPT):
        assert isinstance(outcome, PhoneDown)
    elif read < taken_at:
        assert isinstance(outcome, Unknown)
    else:
        assert outcome == Accepted(7, "+CMGS: 7")


@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("echo", [False, True])
def test_the_size_of_the_reads_changes_nothing(chunk: int, echo: bool) -> None:
    phone = a_phone([(1.0, b"^RSSI:18\r\r\n+CMGS: 7\r\n^HCSQ:1\r\n\r\nOK\r\n")], chunk=chunk, echo=echo)
    assert send(phone) == Accepted(7, "+CMGS: 7")


FRAGMENTS = [
    b"OK",
    b"ERROR",
    b"+CMS ERROR: 38",
    b"+CMS ERROR: 500",
    b"+CMGS: 5",
    b"+CMT: ,24",
    b"+CDS: 24",
    b"> ",
    b"\r",
    b"\n",
    b"\r\n",
    b"\x00",
    b"\x1a",
    b"\x1b",
    b"RDY",
    b"0011",
    b"NO CARRIER",
    b"AT+CMGS=23",
]
NOISE = st.binary(max_size=60) | st.lists(st.sampled_from(FRAGMENTS), max_size=12).map(b"".join)


@given(noise=NOISE, at=st.sampled_from(["before", "prompt", "answer"]))
@settings(max_examples=400, deadline=None)
def test_any_noise_ends_in_an_outcome_and_leaves_the_driver_usable(noise: bytes, at: str) -> None:
    phone = a_phone([(1.0, noise if at == "answer" else b""), (1.0, TAKEN)])
    if at == "prompt":
        phone.prompt = [(0.1, noise), (0.1, PROMPT)]
    if at == "before":
        phone.say(noise)
    driver = Driver(phone, clock=phone.clock)
    assert isinstance(driver.send(SUBMIT), Outcome)
    phone.prompt = [(0.1, PROMPT)]
    phone.say([(0.0, b"\r\n")])
    driver.wait(300.0)
    phone.clock.now += 300.0
    driver.take_events()
    assert driver.health().condition is PhoneCondition.READY
    phone.submissions = [[(1.0, TAKEN)]]
    assert driver.send(SUBMIT) == Accepted(7, "+CMGS: 7")


def test_noise_between_commands_is_an_event_not_an_answer() -> None:
    phone = a_phone()
    phone.say(b"\r\n+CMS ERROR: 38\r\n")
    driver = Driver(phone, clock=phone.clock)
    assert driver.send(SUBMIT) == Accepted(7, "+CMGS: 7")
    assert driver.take_events() == (OtherLine("+CMS ERROR: 38"),)
