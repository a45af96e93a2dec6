"""An answer that comes after its send was given up: whose it is, and what it leaves unknown."""

import pytest

from recado.modem.condition import PhoneCondition
from recado.modem.driver import Driver
from recado.modem.events import LateAnswer
from recado.modem.outcome import Accepted, PhoneDown, Rejected, Unknown

from .fake import OK, PROMPT, TAKEN, FakePhone
from .submitting import SUBMIT, a_phone, answered


def after_an_unanswered_send(phone: FakePhone) -> Driver:
    driver = Driver(phone, clock=phone.clock)
    assert isinstance(driver.send(SUBMIT), Unknown)
    return driver


def test_a_late_answer_while_idle_is_an_event() -> None:
    phone = a_phone([(200.0, TAKEN)])
    assert after_an_unanswered_send(phone).wait(60.0) == (LateAnswer(7, "+CMGS: 7"),)


def test_a_late_answer_inside_another_command_is_not_its_answer() -> None:
    phone = a_phone([])
    driver = after_an_unanswered_send(phone)
    phone.answers["AT+CPIN?"] = TAKEN + b"\r\n+CPIN: READY\r\n" + OK
    assert driver.health().condition is PhoneCondition.READY
    assert driver.take_events() == (LateAnswer(7, "+CMGS: 7"),)


def test_a_late_answer_before_the_next_prompt_is_not_the_next_sends() -> None:
    phone = a_phone([], answered("+CMS ERROR: 38"))
    driver = after_an_unanswered_send(phone)
    phone.prompt = [(0.1, TAKEN), (0.1, PROMPT)]
    assert isinstance(driver.send(SUBMIT), Rejected)
    assert driver.take_events() == (LateAnswer(7, "+CMGS: 7"),)


def test_of_two_answers_after_ctrl_z_the_first_is_the_earlier_sends() -> None:
    phone = a_phone([], [(1.0, TAKEN), (3.0, b"\r\n+CMGS: 8\r\n\r\nOK\r\n")])
    driver = after_an_unanswered_send(phone)
    assert driver.send(SUBMIT) == Accepted(8, "+CMGS: 8")
    assert driver.take_events() == (LateAnswer(7, "+CMGS: 7"),)


@pytest.mark.parametrize("taken_first", [False, True])
def test_two_different_answers_without_proof_leave_the_second_send_unknown(taken_first: bool) -> None:
    error = b"\r\n+CMS ERROR: 38\r\n"
    first, second = (TAKEN, error) if taken_first else (error, TAKEN)
    driver = after_an_unanswered_send(a_phone([], [(1.0, first), (3.0, second)]))
    outcome = driver.send(SUBMIT)
    assert isinstance(outcome, Unknown)
    assert "+CMGS: 7" in outcome.raw
    assert "+CMS ERROR: 38" in outcome.raw


def test_the_next_reference_proves_a_late_answer_and_the_error_is_this_sends() -> None:
    late_then_error = [(1.0, b"\r\n+CMGS: 8\r\n\r\nOK\r\n"), (3.0, b"\r\n+CMS ERROR: 38\r\n")]
    phone = a_phone([(1.0, TAKEN)], [], late_then_error)
    driver = Driver(phone, clock=phone.clock)
    driver.send(SUBMIT)
    assert isinstance(driver.send(SUBMIT), Unknown)
    assert isinstance(driver.send(SUBMIT), Rejected)
    assert driver.take_events() == (LateAnswer(8, "+CMGS: 8"),)


def test_one_answer_for_two_sends_leaves_the_second_unknown() -> None:
    phone = a_phone([], [(1.0, TAKEN)])
    assert isinstance(after_an_unanswered_send(phone).send(SUBMIT), Unknown)


def test_after_one_answer_for_two_sends_the_line_is_left_quiet_and_the_third_is_clear() -> None:
    phone = a_phone([], [(1.0, TAKEN)], [(1.0, TAKEN)])
    driver = after_an_unanswered_send(phone)
    assert isinstance(driver.send(SUBMIT), Unknown)
    submitted = phone.clock.now
    assert driver.send(SUBMIT) == Accepted(7, "+CMGS: 7")
    assert phone.clock.now - submitted > 180


def test_a_reference_two_further_proves_whose_answer_it_is() -> None:
    phone = a_phone([(1.0, TAKEN)], [], [(1.0, b"\r\n+CMGS: 9\r\n\r\nOK\r\n")])
    driver = Driver(phone, clock=phone.clock)
    assert driver.send(SUBMIT) == Accepted(7, "+CMGS: 7")
    assert isinstance(driver.send(SUBMIT), Unknown)
    assert driver.send(SUBMIT) == Accepted(9, "+CMGS: 9")


def test_a_minute_after_recovery_answers_are_taken_at_their_word_again() -> None:
    phone = a_phone([], [(1.0, TAKEN)])
    driver = after_an_unanswered_send(phone)
    driver.wait(61.0)
    assert driver.send(SUBMIT) == Accepted(7, "+CMGS: 7")


def test_a_phone_that_stays_silent_after_an_unanswered_send_is_down_not_unknown() -> None:
    phone = a_phone([])
    driver = after_an_unanswered_send(phone)
    phone.answers = {"AT": b""}
    outcome = driver.send(SUBMIT)
    assert isinstance(outcome, PhoneDown)
    assert outcome.condition is PhoneCondition.SILENT
    assert len(phone.entered) == 1
