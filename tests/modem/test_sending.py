"""One send: what each answer, each silence and each broken line means for the message."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.gsm.causes import Verdict
from recado.modem.condition import PhoneCondition
from recado.modem.driver import Driver
from recado.modem.events import LateAnswer, OtherLine, Rebooted, ReportArrived
from recado.modem.outcome import Accepted, Ambiguous, Outcome, PhoneDown, Rejected, SendStep, Unknown

from .fake import OK, PROMPT, TAKEN, FakeClock, FakePhone, Script, a_submit

SUBMIT = a_submit()
COMMAND = f"AT+CMGF=0\rAT+CMGS={SUBMIT.tpdu_length}\r".encode()
PDU = SUBMIT.to_hex().encode()


def a_phone(*submissions: Script, **options: object) -> FakePhone:
    return FakePhone(FakeClock(), submissions=list(submissions), **options)  # type: ignore[arg-type]


def send(phone: FakePhone) -> Outcome:
    return Driver(phone, clock=phone.clock).send(SUBMIT)


def answered(text: str) -> Script:
    return [(3.0, f"\r\n{text}\r\n".encode())]


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


# --- a line that drops -------------------------------------------------------------------------------


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


# --- answers that come late --------------------------------------------------------------------------


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


# --- pieces and noise --------------------------------------------------------------------------------


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


def test_noise_between_commands_is_an_event_not_an_answer() -> None:
    phone = a_phone()
    phone.say(b"\r\n+CMS ERROR: 38\r\n")
    driver = Driver(phone, clock=phone.clock)
    assert driver.send(SUBMIT) == Accepted(7, "+CMGS: 7")
    assert driver.take_events() == (OtherLine("+CMS ERROR: 38"),)
