"""Sending through the phone's store: as honest as without it, and with evidence after a crash."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.emulator.faults import FAULTS, Trigger
from recado.gsm.causes import Verdict
from recado.modem.driver import Driver
from recado.modem.outcome import Accepted, Ambiguous, Outcome, PhoneDown, Rejected, SendStep, Unknown
from recado.modem.settings import DriverSettings

from .bench import Bench, a_bench
from .fake import OK, PROMPT, FakeClock, FakePhone, Script, a_submit

STORE_FIRST = DriverSettings(store_first=True)
SUBMIT = a_submit()
ERROR = b"\r\nERROR\r\n"


def a_started_bench(**options: object) -> Bench:
    bench = a_bench(STORE_FIRST, **options)
    bench.driver.start()
    return bench


def last_commands(bench: Bench, count: int) -> list[str]:
    return [command.partition("=")[0] for command in bench.commands()[-count:]]


def test_it_is_stored_sent_from_the_store_and_deleted_once_the_answer_is_known() -> None:
    bench = a_started_bench()
    assert bench.send() == (Accepted(0, "+CMSS: 0"), 1)
    assert last_commands(bench, 3) == ["AT+CMSS", "AT+CPMS", "AT+CMGD"]
    assert bench.driver.stored_outgoing() == ()


def test_each_step_is_told_before_it_is_taken() -> None:
    bench, told = a_started_bench(), []
    bench.driver.send(SUBMIT, on_step=lambda step: told.append((step, bench.phone.on_air_total)))
    assert told == [
        (SendStep.COMMAND, 0),
        (SendStep.PROMPT, 0),
        (SendStep.PDU, 0),
        (SendStep.STORED, 0),
        (SendStep.SUBMITTED, 0),
        (SendStep.ANSWERED, 1),
    ]


def _bytes_of_a_send() -> tuple[int, int]:
    bench = a_started_bench()
    before = len(bench.line.written)
    bench.send()
    return before, len(bench.line.written)


@given(cut=st.integers(*_bytes_of_a_send()))
@settings(max_examples=300, deadline=None)
def test_wherever_the_process_dies_the_store_tells_whether_the_message_left(cut: int) -> None:
    bench = a_started_bench(latency=3.0)
    bench.line.cut_after = cut
    outcome, on_air = bench.send()
    assert on_air <= 1
    if isinstance(outcome, PhoneDown | Rejected):
        assert on_air == 0
    if isinstance(outcome, Accepted):
        assert on_air == 1
    bench.clock.now += 200.0
    driver = bench.reconnect()
    driver.start()
    found = [copy for copy in driver.stored_outgoing() if copy.matches(SUBMIT)]
    assert len(found) <= 1
    if not isinstance(outcome, Accepted):
        assert [copy.status for copy in found if copy.status == "STO SENT"] == ["STO SENT"] * on_air
    assert all(driver.delete_stored(copy.memory, copy.index) for copy in found)
    assert driver.stored_outgoing() == ()


@pytest.mark.parametrize("spec", [s for s in FAULTS if s.trigger is not Trigger.MOMENT], ids=lambda s: s.name)
@pytest.mark.parametrize("latency", [0.0, 3.0])
def test_whatever_goes_wrong_outcome_and_evidence_agree_with_the_air(spec: object, latency: float) -> None:
    bench = a_started_bench(latency=latency)
    bench.phone.faults.set(spec.name, spec.default)  # type: ignore[attr-defined]
    outcome, on_air = bench.send()
    assert on_air <= 1
    if isinstance(outcome, Accepted):
        assert on_air == 1
    if isinstance(outcome, Rejected | PhoneDown):
        assert on_air == 0
    bench.phone.faults.clear_all()
    bench.clock.now += 400.0
    driver = bench.reconnect()
    driver.start()
    if isinstance(outcome, Unknown | Ambiguous):
        sent = any(copy.status == "STO SENT" for copy in driver.stored_outgoing())
        assert sent is bool(on_air) or spec.name == "send_stored"  # type: ignore[attr-defined]


def test_an_answer_that_never_comes_leaves_the_proof_in_the_store() -> None:
    bench = a_started_bench()
    bench.phone.faults.set("mute_after_submit")
    outcome, _ = bench.send()
    assert isinstance(outcome, Unknown)
    (copy,) = bench.driver.stored_outgoing()
    assert copy.status == "STO SENT"
    assert copy.matches(SUBMIT)
    assert not copy.matches(a_submit("outro"))


def test_a_rejected_message_leaves_nothing_behind() -> None:
    bench = a_started_bench()
    bench.phone.faults.set("reject")
    outcome, on_air = bench.send()
    assert isinstance(outcome, Rejected)
    assert on_air == 0
    assert bench.driver.stored_outgoing() == ()


@pytest.mark.parametrize("fault", ["store_full", "send_stored"])
def test_a_phone_that_cannot_store_or_send_from_its_store_sends_without(fault: str) -> None:
    bench = a_started_bench()
    bench.phone.faults.set(fault, "refused" if fault == "send_stored" else True)
    assert bench.send() == (Accepted(0, "+CMGS: 0"), 1)
    bench.phone.faults.clear(fault)
    assert bench.driver.stored_outgoing() == ()


def test_a_phone_that_refused_to_send_from_its_store_is_not_asked_again() -> None:
    bench = a_started_bench()
    bench.phone.faults.set("send_stored", "refused")
    bench.send()
    bench.send()
    assert [command.partition("=")[0] for command in bench.commands()].count("AT+CMSS") == 1


# --- phones that answer oddly --------------------------------------------------------------------------


class StoringPhone(FakePhone):
    """A scripted phone whose AT+CMGW asks for a PDU too; ``submissions`` answers each PDU in turn."""

    def _answer(self, command: str) -> None:
        if command.startswith("AT+CMGW") and command not in self.answers:
            self.commands.append(command)
            self._entering = True
            self.say(self.prompt)
        else:
            super()._answer(command)


STORED: Script = [(0.5, b"\r\n+CMGW: 4\r\n\r\nOK\r\n")]
SENT = b"\r\n+CMSS: 9\r\n\r\nOK\r\n"
WRITE = f"AT+CMGW={SUBMIT.tpdu_length},2"


def a_phone(*submissions: Script, **answers: bytes | Script) -> StoringPhone:
    phone = StoringPhone(FakeClock(), submissions=list(submissions))
    phone.answers["AT+CMSS=4"] = [(2.0, SENT)]
    return phone


def send(phone: FakePhone) -> Outcome:
    return Driver(phone, clock=phone.clock, settings=STORE_FIRST).send(SUBMIT)


@pytest.mark.parametrize("result", [b"+CMSS: 9", b"+CMGS: 9"])
def test_both_names_of_the_result_are_taken(result: bytes) -> None:
    phone = a_phone(STORED)
    phone.answers["AT+CMSS=4"] = [(2.0, b"\r\n" + result + b"\r\n" + OK)]
    assert send(phone) == Accepted(9, result.decode())
    assert phone.commands[-1] == "AT+CMGD=4"


def test_a_phone_without_a_store_is_sent_to_directly() -> None:
    phone = a_phone()
    phone.answers['AT+CPMS="ME","ME"'] = phone.answers['AT+CPMS="SM","SM"'] = ERROR
    assert send(phone) == Accepted(7, "+CMGS: 7")
    assert WRITE not in phone.commands


def test_the_sim_is_written_only_where_the_phone_has_no_memory_of_its_own() -> None:
    phone = a_phone(STORED)
    phone.answers['AT+CPMS="ME","ME"'] = ERROR
    assert send(phone) == Accepted(9, "+CMSS: 9")
    assert phone.commands[-2:] == ['AT+CPMS="SM"', "AT+CMGD=4"]


@pytest.mark.parametrize("at", ["command", "pdu"])
def test_a_refusal_to_store_is_no_refusal_to_send(at: str) -> None:
    phone = a_phone() if at == "command" else a_phone([(0.5, b"\r\n+CMS ERROR: 322\r\n")])
    if at == "command":
        phone.answers[WRITE] = ERROR
    assert send(phone) == Accepted(7, "+CMGS: 7")


@pytest.mark.parametrize("answer", [b"", OK, b"\r\n+CMGW: \r\n" + OK])
def test_without_a_word_on_where_it_lies_nothing_is_sent_and_the_copy_is_swept_first(answer: bytes) -> None:
    phone = a_phone([(0.5, answer)], STORED)
    driver = Driver(phone, clock=phone.clock, settings=STORE_FIRST)
    outcome = driver.send(SUBMIT)
    assert isinstance(outcome, PhoneDown)
    assert len(phone.entered) == 1
    assert not any(command.startswith(("AT+CMSS", "AT+CMGS")) for command in phone.commands)
    pdu = SUBMIT.to_hex().encode()
    phone.answers["AT+CPMS=?"] = b'\r\n+CPMS: ("ME"),("ME"),("ME")\r\n' + OK
    phone.answers['AT+CPMS="ME"'] = b"\r\n+CPMS: 1,20\r\n" + OK
    phone.answers["AT+CMGL=4"] = b"\r\n+CMGL: 3,2,,20\r\n" + pdu + b"\r\n" + OK
    assert driver.send(SUBMIT) == Accepted(9, "+CMSS: 9")
    assert phone.commands.index("AT+CMGD=3") < phone.commands.index("AT+CMSS=4")


def test_while_an_unsent_copy_may_lie_there_nothing_is_sent_without_the_store() -> None:
    phone = a_phone([])
    driver = Driver(phone, clock=phone.clock, settings=STORE_FIRST)
    driver.send(SUBMIT)
    phone.answers[WRITE] = ERROR
    phone.answers["AT+CPMS=?"] = b'\r\n+CPMS: ("ME"),("ME"),("ME")\r\n' + OK
    phone.answers['AT+CPMS="ME"'] = b"\r\n+CPMS: 1,20\r\n" + OK
    phone.answers["AT+CMGL=4"] = b"\r\n+CMGL: 3,2,,20\r\n" + SUBMIT.to_hex().encode() + b"\r\n" + OK
    phone.answers["AT+CMGD=3"] = ERROR
    assert not isinstance(driver.send(SUBMIT), Accepted)
    assert not any(command.startswith("AT+CMGS") for command in phone.commands)


@pytest.mark.parametrize("answer", [b"\r\n+CMS ERROR: 321\r\n", b"\r\n+CMS ERROR: 302\r\n", b"\r\n+CME ERROR: 4\r\n"])
def test_an_error_that_proves_that_nothing_was_tried_is_followed_by_a_direct_send(answer: bytes) -> None:
    phone = a_phone(STORED)
    phone.answers["AT+CMSS=4"] = answer
    assert send(phone) == Accepted(7, "+CMGS: 7")
    assert phone.commands.index("AT+CMGD=4") < phone.commands.index(f"AT+CMGS={SUBMIT.tpdu_length}")


def test_a_copy_that_cannot_be_deleted_forbids_the_direct_send() -> None:
    phone = a_phone(STORED)
    phone.answers["AT+CMSS=4"] = b"\r\n+CMS ERROR: 302\r\n"
    phone.answers["AT+CMGD=4"] = ERROR
    assert isinstance(send(phone), Rejected)
    assert not any(command.startswith("AT+CMGS") for command in phone.commands)


@pytest.mark.parametrize(
    ("answer", "verdict"), [(b"+CMS ERROR: 38", Verdict.TRANSIENT), (b"+CMS ERROR: 1", Verdict.PERMANENT)]
)
def test_the_networks_refusal_is_the_tables_verdict_and_not_tried_twice(answer: bytes, verdict: Verdict) -> None:
    phone = a_phone(STORED)
    phone.answers["AT+CMSS=4"] = b"\r\n" + answer + b"\r\n"
    outcome = send(phone)
    assert isinstance(outcome, Rejected)
    assert outcome.verdict is verdict
    assert len(phone.entered) == 1


@pytest.mark.parametrize("answer", [OK, b"\r\n+CMS ERROR: 500\r\n"])
def test_a_doubtful_answer_stays_doubtful_and_its_evidence_stays(answer: bytes) -> None:
    phone = a_phone(STORED)
    phone.answers["AT+CMSS=4"] = answer
    assert isinstance(send(phone), Ambiguous)
    assert "AT+CMGD=4" not in phone.commands


def test_the_prompt_of_the_store_is_as_patient_as_the_other() -> None:
    phone = a_phone(STORED)
    phone.prompt = [(8.0, PROMPT)]
    assert send(phone) == Accepted(9, "+CMSS: 9")


def test_a_command_left_half_written_never_sends_another_message() -> None:
    bench = a_started_bench()
    bench.phone.faults.set("lost_before_air")
    bench.send()
    bench.phone.faults.clear_all()
    (left,) = bench.driver.stored_outgoing()
    assert left.index == 1
    bench.line.write(b"AT+CMSS=1")
    driver = bench.reconnect()
    driver.start()
    assert bench.phone.on_air_total == 0
    assert driver.stored_outgoing() == (left,)
