"""Every way the phone misbehaves: what reaches the air, what the other side is told."""

from __future__ import annotations

import pytest

from recado.emulator.errors import FaultError
from recado.emulator.faults import FAULTS, Faults
from recado.emulator.settings import PhoneSettings
from recado.emulator.state import Condition

from .talk import CTRL_Z, Talk, submits

CONFIRMED = b"\r\n+CMGS: 0\r\n\r\nOK\r\n"


@pytest.mark.parametrize(
    ("fault", "value", "answer", "on_air"),
    [
        ("reject", True, b"\r\n+CMS ERROR: 38\r\n", 0),
        ("reject", 21, b"\r\n+CMS ERROR: 21\r\n", 0),
        ("mute_after_submit", True, b"", 1),
        ("lost_before_air", True, b"", 0),
        ("bare_ok", True, b"\r\nOK\r\n", 1),
        ("bare_ok", "not_on_air", b"\r\nOK\r\n", 0),
        ("error_though_sent", True, b"\r\n+CMS ERROR: 500\r\n", 1),
        ("drop_after_submit", True, b"", 1),
        ("drop_after_submit", "not_on_air", b"", 0),
        ("no_signal", True, b"\r\n+CMS ERROR: 331\r\n", 0),
        ("not_registered", "3", b"\r\n+CMS ERROR: 331\r\n", 0),
        ("no_smsc", True, b"\r\n+CMS ERROR: 330\r\n", 0),
    ],
)
def test_what_an_answer_says_and_what_is_on_air(fault: str, value: object, answer: bytes, on_air: int) -> None:
    talk = Talk().prepare()
    talk.faults.set(fault, value)
    assert talk.send() == answer
    assert talk.pass_time(600) == b""
    assert len(talk.phone.on_air) == on_air


@pytest.mark.parametrize(
    ("fault", "code"), [("sim_missing", 310), ("sim_pin", 311), ("sim_puk", 316), ("sim_busy", 314)]
)
def test_a_sim_that_is_not_ready_refuses_at_once(fault: str, code: int) -> None:
    talk = Talk().prepare()
    talk.faults.set(fault)
    assert talk.at("AT+CMGS=20") == f"\r\n+CMS ERROR: {code}\r\n".encode()


@pytest.mark.parametrize(
    ("fault", "value", "condition"),
    [
        ("unplugged", True, Condition.DISCONNECTED),
        ("hang", True, Condition.SILENT),
        ("sim_missing", True, Condition.SIM_MISSING),
        ("sim_pin", True, Condition.SIM_PIN),
        ("sim_puk", True, Condition.SIM_PUK),
        ("sim_busy", True, Condition.INITIALISING),
        ("no_signal", True, Condition.NO_SIGNAL),
        ("not_registered", True, Condition.NOT_REGISTERED),
        ("no_smsc", True, Condition.NO_SMSC),
    ],
)
def test_the_condition_names_what_is_wrong(fault: str, value: object, condition: Condition) -> None:
    talk = Talk()
    assert talk.phone.condition is Condition.READY
    talk.faults.set(fault, value)
    assert talk.phone.condition is condition


def test_a_late_answer_leaves_the_phone_free_meanwhile() -> None:
    talk = Talk().prepare()
    talk.faults.set("late_answer", 135)
    assert talk.send() == b""
    assert talk.at("AT") == b"\r\nOK\r\n"
    assert talk.pass_time(134) == b""
    assert talk.pass_time(1) == CONFIRMED


def test_a_slow_network_holds_the_phone() -> None:
    talk = Talk().prepare()
    talk.faults.set("slow", 23)
    assert talk.send() == b""
    assert talk.at("AT") == b""
    assert talk.pass_time(23) == CONFIRMED + b"\r\nOK\r\n"


def test_the_next_n_only() -> None:
    talk = Talk().prepare()
    talk.faults.set("reject", {"value": 42, "times": 2})
    answers = [talk.send() for _ in range(3)]
    assert answers[:2] == [b"\r\n+CMS ERROR: 42\r\n"] * 2
    assert b"+CMGS: 2" in answers[2]
    assert not talk.faults.is_on("reject")


def test_chance_is_the_same_for_the_same_seed() -> None:
    def run(seed: int) -> list[bytes]:
        talk = Talk(faults=Faults(seed=seed)).prepare()
        talk.faults.set("reject", {"probability": 0.3})
        return [talk.send() for _ in range(60)]

    assert run(1) == run(1) != run(2)
    assert 5 < sum(b"ERROR" in answer for answer in run(1)) < 35


def test_a_hung_phone_says_nothing_and_sends_nothing() -> None:
    talk = Talk().prepare()
    talk.faults.set("hang")
    assert talk.at("AT") == b""
    talk.faults.clear("hang")
    assert talk.at("AT") == b"\r\nOK\r\n"


def test_a_fallen_cable_takes_the_answer_along_and_returns_when_set_so() -> None:
    talk = Talk(settings=PhoneSettings(replug_after=2.0)).prepare()
    talk.faults.set("drop_after_submit", {"times": 1})
    talk.send()
    assert not talk.phone.plugged
    assert talk.at("AT") == b""
    talk.pass_time(2.0)
    assert talk.phone.plugged
    assert talk.at("AT") == b"\r\nOK\r\n"


def test_unplugging_leaves_a_command_half_done_but_the_phone_as_it_was() -> None:
    talk = Talk().prepare()
    submit = submits()[0]
    talk.at(f"AT+CMGS={submit.tpdu_length}")
    talk.phone.unplug(talk.now)
    talk.phone.plug(talk.now)
    assert talk.say(submit.to_hex().encode() + CTRL_Z + b"\r") == b""
    assert talk.phone.on_air == []
    assert b"+CMGF: 0" in talk.at("AT+CMGF?")


def test_an_sms_that_arrives_while_unplugged_is_told_afterwards() -> None:
    talk = Talk().prepare()
    talk.phone.unplug(talk.now)
    talk.phone.deliver("+5581987654321", "oi", talk.now)
    assert talk.pass_time(5) == b""
    talk.phone.plug(talk.now)
    assert b"+CMTI" in talk.pass_time(0)


def test_a_reboot_forgets_the_dialogue_and_says_when_it_is_ready() -> None:
    talk = Talk().prepare()
    talk.faults.set("reboot", 4)
    assert talk.at("AT") == b""
    assert talk.phone.condition is Condition.INITIALISING
    assert b"\r\nRDY\r\n" in talk.pass_time(4)
    assert talk.phone.condition is Condition.READY
    assert talk.at("AT+CMGF?") == b"AT+CMGF?\r\r\n+CMGF: 1\r\n\r\nOK\r\n"


def test_a_reboot_loses_an_answer_still_to_come() -> None:
    talk = Talk(settings=PhoneSettings(latency=5)).prepare()
    talk.send()
    talk.faults.set("reboot", 1)
    assert b"+CMGS" not in talk.pass_time(60)
    assert len(talk.phone.on_air) == 1


@pytest.mark.parametrize(("fault", "prompt"), [("no_prompt_space", b"\r\n>"), ("no_prompt", b""), ("late_prompt", b"")])
def test_the_prompt_may_be_odd_but_the_pdu_is_taken(fault: str, prompt: bytes) -> None:
    talk = Talk().prepare()
    talk.faults.set(fault)
    submit = submits()[0]
    assert talk.at(f"AT+CMGS={submit.tpdu_length}") == prompt
    assert talk.pass_time(2) == (b"\r\n> " if fault == "late_prompt" else b"")
    assert talk.say(submit.to_hex().encode() + CTRL_Z) == CONFIRMED


def test_the_pdu_may_come_back_as_echo() -> None:
    talk = Talk().prepare()
    talk.faults.set("echo_pdu")
    submit = submits()[0]
    assert talk.send(submit) == submit.to_hex().encode() + CONFIRMED


def test_garbage_stays_between_the_lines() -> None:
    talk = Talk().prepare()
    talk.faults.set("garbage")
    written = talk.at("AT+CSQ")
    assert {b"+CSQ: 21,99", b"OK"} <= set(written.split(b"\r\n"))
    assert any(octet > 0x7E for octet in written)


def test_split_gives_one_byte_at_a_time() -> None:
    talk = Talk().prepare()
    talk.faults.set("split")
    assert talk.at("AT") == b"\r"
    assert talk.pass_time(1) == b"\nOK\r\n"


def test_a_joined_notice_shares_the_line_end_of_the_answer() -> None:
    talk = Talk().prepare()
    talk.faults.set("join")
    written = talk.at("AT")
    assert written.endswith(b"\r\nOK\r\n")
    assert written[:1] in b"^+"


def test_chatter_comes_inside_answers_and_by_itself() -> None:
    talk = Talk().prepare()
    talk.faults.set("chatter", 30)
    assert len(talk.at("AT+CSQ").split(b"\r\n\r\n")) == 3
    assert len(talk.pass_time(95).split()) == 3


def test_doubled_cr() -> None:
    talk = Talk().prepare()
    talk.faults.set("double_cr")
    assert talk.at("AT") == b"\r\r\nOK\r\r\n"


def test_cnmi_mode_2_may_be_refused() -> None:
    talk = Talk().prepare()
    talk.faults.set("cnmi_mode_1")
    assert talk.at("AT+CNMI=2,1,0,1,0") == b"\r\n+CMS ERROR: 303\r\n"
    assert talk.at("AT+CNMI=1,1,0,1,0") == b"\r\nOK\r\n"


def test_cpin_may_lack_its_ok_and_cmgl_its_answer() -> None:
    talk = Talk().prepare()
    talk.faults.set("cpin_without_ok")
    talk.faults.set("cmgl_hangs")
    assert talk.at("AT+CPIN?") == b"\r\n+CPIN: READY\r\n"
    assert talk.at("AT+CMGL=4") == b""


def test_a_report_may_be_lost_or_tell_of_failure() -> None:
    talk = Talk().prepare(cnmi="2,1,0,1,0")
    talk.faults.set("report_lost", {"times": 1})
    talk.faults.set("report_status", 70)
    talk.send(submits(status_report=True)[0])
    assert talk.pass_time(60) == b""
    talk.send(submits(status_report=True)[0])
    assert talk.pass_time(60).endswith(b"46\r\n")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nope", True),
        ("hang", "yes"),
        ("reject", "abc"),
        ("reject", 1000),
        ("reject", {"probability": 2}),
        ("reject", {"times": 0}),
        ("reject", {"volume": 1}),
        ("reject", [38]),
        ("bare_ok", "elsewhere"),
        ("late_answer", "nan"),
        ("hang", {"times": 3}),
    ],
)
def test_a_wrong_fault_changes_nothing_and_says_so(name: str, value: object) -> None:
    faults = Faults()
    with pytest.raises(FaultError):
        faults.set(name, value)
    assert not any(fault["on"] for fault in faults.describe())


def test_the_command_line_says_value_times_and_probability() -> None:
    faults = Faults()
    faults.set_text("reject=42,times=3,probability=0.5")
    faults.set_text("hang")
    on = {fault["name"]: fault for fault in faults.describe() if fault["on"]}
    assert set(on) == {"reject", "hang"}
    assert (on["reject"]["value"], on["reject"]["times"], on["reject"]["probability"]) == (42, 3, 0.5)


def test_every_fault_can_be_switched_on_as_it_is_and_is_explained() -> None:
    faults = Faults()
    for spec in FAULTS:
        faults.set(spec.name)
        assert faults.value(spec.name) == spec.default
        assert spec.label
        assert spec.explanation.endswith(".")
    faults.clear_all()
    assert not any(fault["on"] for fault in faults.describe())
