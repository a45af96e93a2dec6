"""One send: what each answer and each silence means for the message."""

import dataclasses

import pytest

from recado.gsm.causes import Verdict
from recado.modem.condition import PhoneCondition
from recado.modem.driver import Driver
from recado.modem.events import Rebooted, ReportArrived
from recado.modem.outcome import Accepted, Ambiguous, PhoneDown, Rejected, SendStep, Unknown

from .fake import OK, PROMPT, TAKEN
from .submitting import COMMAND, PDU, SUBMIT, a_phone, answered, send


def test_a_reference_and_ok_are_accepted() -> None:
    phone = a_phone([(2.0, b"\r\n+CMGS: 134\r\n"), (0.1, OK)])
    assert send(phone) == Accepted(134, "+CMGS: 134")
    assert bytes(phone.written) == COMMAND + PDU + b"\x1a"


def test_each_step_is_told_before_it_is_taken() -> None:
    phone = a_phone()
    told: list[tuple[SendStep, int]] = []
    Driver(phone, clock=phone.clock).send(SUBMIT, on_step=lambda step: told.append((step, len(phone.written))))
    submitted = len(COMMAND) + len(PDU)
    assert told == [
        (SendStep.COMMAND, len(b"AT+CMGF=0\r")),
        (SendStep.PROMPT, len(COMMAND)),
        (SendStep.PDU, len(COMMAND)),
        (SendStep.SUBMITTED, submitted),
        (SendStep.ANSWERED, submitted + 1),
    ]


def test_a_bare_ok_is_ambiguous_not_accepted() -> None:
    outcome = send(a_phone([(2.0, OK)]))
    assert isinstance(outcome, Ambiguous)
    assert outcome.kind == "bare_ok"


def test_a_reference_after_a_leftover_ok_is_accepted() -> None:
    assert send(a_phone([(1.0, OK), (1.0, TAKEN)])) == Accepted(7, "+CMGS: 7")


@pytest.mark.parametrize("code", [350, 500])
def test_codes_seen_on_delivered_messages_are_ambiguous(code: int) -> None:
    outcome = send(a_phone(answered(f"+CMS ERROR: {code}")))
    assert isinstance(outcome, Ambiguous)
    assert outcome.kind == "code"
    assert outcome.meaning is not None
    assert outcome.meaning.code == code


def test_unknown_error_in_words_is_code_500() -> None:
    outcome = send(a_phone(answered("+CMS ERROR: Unknown error")))
    assert isinstance(outcome, Ambiguous)
    assert outcome.meaning is not None
    assert outcome.meaning.code == 500


@pytest.mark.parametrize(
    "answer", ["+CMS ERROR: timer expired", "+CMS ERROR:", "+CME ERROR: timeout", "+CMS ERROR: 123456"]
)
def test_an_error_in_words_nobody_knows_is_ambiguous(answer: str) -> None:
    outcome = send(a_phone(answered(answer)))
    assert isinstance(outcome, Ambiguous)
    assert (outcome.kind, outcome.raw) == ("words", answer)


@pytest.mark.parametrize(("answer", "code"), [("+CMS ERROR: congestion", 42), ("+CME ERROR: SIM not inserted", 10)])
def test_an_error_in_the_standards_words_is_its_code(answer: str, code: int) -> None:
    outcome = send(a_phone(answered(answer)))
    assert isinstance(outcome, Rejected)
    assert outcome.meaning is not None
    assert outcome.meaning.code == code


def test_a_duplicate_the_network_already_has_is_accepted() -> None:
    assert send(a_phone(answered("+CMS ERROR: 197"))) == Accepted(None, "+CMS ERROR: 197")


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("+CMS ERROR: 38", Verdict.TRANSIENT),
        ("+CMS ERROR: 1", Verdict.PERMANENT),
        ("+CMS ERROR: 310", Verdict.PHONE),
        ("+CMS ERROR: 304", Verdict.OURS),
        ("ERROR", Verdict.TRANSIENT),
        ("MODEM ERROR: 4", Verdict.TRANSIENT),
    ],
)
def test_an_error_is_rejected_with_the_tables_verdict(answer: str, verdict: Verdict) -> None:
    outcome = send(a_phone(answered(answer)))
    assert isinstance(outcome, Rejected)
    assert outcome.verdict is verdict
    assert outcome.raw == answer
    assert outcome.reason


def test_a_phone_that_fell_back_to_text_mode_never_gets_the_pdu_as_a_text() -> None:
    phone = a_phone()
    phone.answers["AT+CMGF=0"] = b"\r\nERROR\r\n"
    phone.answers["AT+CMGF?"] = b"\r\n+CMGF: 1\r\n" + OK
    outcome = send(phone)
    assert isinstance(outcome, PhoneDown)
    assert outcome.condition is PhoneCondition.INITIALISING
    assert phone.commands == ["AT+CMGF=0", "AT+CMGF?"]
    assert phone.entered == []


def test_a_caller_who_hangs_up_during_a_send_does_not_fail_it() -> None:
    script = [(1.0, b"\r\nRING\r\n"), (3.0, b"\r\nNO CARRIER\r\n"), (2.0, TAKEN)]
    assert send(a_phone(script)) == Accepted(7, "+CMGS: 7")


def test_chatter_and_a_report_inside_the_answer_are_kept_apart() -> None:
    phone = a_phone(
        [(1.0, b"^RSSI:18\r\n+CDS: 24\r\n0791AB\r\n+CMGS: 7\r\n"), (0.1, b'+CMTI: "SM",1\r\n\r\nOK\r\n^MODE:3,3\r\n')]
    )
    driver = Driver(phone, clock=phone.clock)
    assert driver.send(SUBMIT) == Accepted(7, "+CMGS: 7")
    assert ReportArrived("0791AB") in driver.wait(0.0)


def test_an_answer_after_135_seconds_still_counts() -> None:
    assert send(a_phone([(135.0, TAKEN)])) == Accepted(7, "+CMGS: 7")


def test_no_answer_before_the_deadline_is_unknown_although_chatter_never_stops() -> None:
    phone = a_phone([(30.0, b"^BOOT:27710117,0,0,0,75\r\n")] * 20)
    start = phone.clock.now
    assert isinstance(send(phone), Unknown)
    assert phone.clock.now - start == pytest.approx(180, abs=1)


def test_nothing_is_written_between_ctrl_z_and_the_deadline() -> None:
    phone = a_phone([])
    send(phone)
    assert phone.written.endswith(b"\x1a")


def test_a_reference_without_ok_is_accepted() -> None:
    assert send(a_phone([(2.0, b"\r\n+CMGS: 7\r\n")])) == Accepted(7, "+CMGS: 7")


def test_a_reboot_after_ctrl_z_ends_the_wait_early_and_is_unknown() -> None:
    phone = a_phone([(2.0, b"\r\nRDY\r\n")])
    driver = Driver(phone, clock=phone.clock)
    start = phone.clock.now
    assert isinstance(driver.send(SUBMIT), Unknown)
    assert phone.clock.now - start < 20
    assert driver.wait(0.0) == (Rebooted("RDY"),)


def test_a_prompt_that_never_comes_is_the_phones_fault_and_escapes_without_ctrl_z() -> None:
    phone = a_phone(prompt=[])
    outcome = send(phone)
    assert isinstance(outcome, PhoneDown)
    assert outcome.condition is PhoneCondition.SILENT
    assert b"\x1a" not in phone.written
    assert phone.written.startswith(COMMAND + b"99999999\x1b\r")
    assert phone.entered == []


@pytest.mark.parametrize("code", [350, 500, 197])
def test_a_doubtful_code_instead_of_the_prompt_is_a_plain_refusal(code: int) -> None:
    outcome = send(a_phone(prompt=answered(f"+CMS ERROR: {code}")))
    assert isinstance(outcome, Rejected)
    assert outcome.verdict is Verdict.TRANSIENT


def test_a_busy_sim_is_asked_again_before_the_prompt() -> None:
    phone = a_phone()
    busy = [b"\r\n+CMS ERROR: 314\r\n", b"\r\n+CME ERROR: 515\r\n"]
    real_answer = phone._answer

    def answer(command: str) -> None:
        if command.startswith("AT+CMGS") and busy:
            phone.say(busy.pop(0))
        else:
            real_answer(command)

    phone._answer = answer  # type: ignore[method-assign]
    assert send(phone) == Accepted(7, "+CMGS: 7")


def test_an_error_between_prompt_and_ctrl_z_keeps_ctrl_z_back() -> None:
    phone = a_phone(prompt=[(0.1, PROMPT), (0.0, b"\r\n+CMS ERROR: 38\r\n")])
    assert isinstance(send(phone), Rejected)
    assert b"\x1a" not in phone.written


def test_a_prompt_without_space_and_an_echo_of_everything_change_nothing() -> None:
    phone = a_phone([(1.0, PDU + b"\r\n\r\n+CMGS: 134\r\n\r\nOK\r\n")], prompt=[(0.1, b"\r\r\n>")], echo=True)
    assert send(phone) == Accepted(134, "+CMGS: 134")


def test_a_callback_that_raises_before_submission_leaves_nothing_on_the_air() -> None:
    phone = a_phone()
    driver = Driver(phone, clock=phone.clock)

    def refuse(step: SendStep) -> None:
        if step is SendStep.SUBMITTED:
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the callback's own
        driver.send(SUBMIT, on_step=refuse)
    assert phone.entered == []
    assert driver.send(SUBMIT) == Accepted(7, "+CMGS: 7")
    assert phone.entered == [PDU.decode()]


def test_a_slow_phone_gets_its_pdu_in_pieces() -> None:
    phone = a_phone()
    phone.answers["AT+CGMI"] = b"\r\nNokia\r\n" + OK
    driver = Driver(phone, clock=phone.clock)
    driver.start()
    writes: list[bytes] = []
    real_write = phone.write
    phone.write = lambda data: (writes.append(data), real_write(data))[1]  # type: ignore[method-assign,func-returns-value]
    assert driver.send(SUBMIT) == Accepted(7, "+CMGS: 7")
    assert max(len(piece) for piece in writes if piece != COMMAND) == 18
    assert b"".join(writes) == COMMAND + PDU + b"\x1a"


def test_an_outcome_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Accepted(1).reference = 2  # type: ignore[misc]
