"""The dialogue of the pure phone: commands, sending, receiving. No fault but where it is the subject."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.emulator.phone import EmulatedPhone
from recado.emulator.settings import PhoneSettings
from recado.gsm import Deliver, StatusReport, join_text

from .talk import CTRL_Z, ESCAPE, NUMBER, Talk, submits


def test_it_echoes_until_told_not_to() -> None:
    talk = Talk()
    assert talk.at("AT") == b"AT\r\r\nOK\r\n"
    assert talk.at("ATE0") == b"ATE0\r\r\nOK\r\n"
    assert talk.at("AT") == b"\r\nOK\r\n"


def test_it_ignores_a_line_that_is_no_command() -> None:
    talk = Talk().prepare()
    assert talk.at("hello") == b""
    assert talk.say(b"\r\n\x00\r") == b""


def test_it_finds_the_command_behind_noise() -> None:
    assert Talk().prepare().say(b"\x00\xffAT\r") == b"\r\nOK\r\n"


def test_it_answers_with_numbers_after_v0() -> None:
    talk = Talk().prepare()
    assert talk.at("ATV0") == b"0\r"
    assert talk.at("AT+NOSUCH") == b"4\r"
    assert talk.at("AT+CSQ") == b"+CSQ: 21,99\r\n0\r"


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("AT+CGMI", "RECADO"),
        ("AT+CGMM", "TELEFONE EMULADO"),
        ("AT+CGMR", "1.0"),
        ("AT+CGSN", "004999010640000"),
        ("AT+CIMI", "724990000000001"),
        ("AT+CCID", "+CCID: 89559900000000000019"),
        ("AT+CPIN?", "+CPIN: READY"),
        ("AT+CREG?", "+CREG: 0,1"),
        ("AT+CGREG?", "+CGREG: 0,1"),
        ("AT+CEREG?", "+CEREG: 0,1"),
        ("AT+CSQ", "+CSQ: 21,99"),
        ("AT+CBC", "+CBC: 0,87"),
        ("AT+COPS?", '+COPS: 0,0,"OPERADORA DE TESTE",7'),
        ("AT+CSCA?", '+CSCA: "+5511900000000",145'),
        ("AT+CMGF?", "+CMGF: 0"),
        ("AT+CSMS?", "+CSMS: 0,1,1,1"),
        ("AT+CNMI?", "+CNMI: 2,1,0,0,0"),
        ("AT+CMMS?", "+CMMS: 0"),
        ("AT+CPMS?", '+CPMS: "ME",0,50,"ME",0,50,"ME",0,50'),
        ("AT+CFUN?", "+CFUN: 1"),
    ],
)
def test_it_answers_what_a_sender_asks(command: str, line: str) -> None:
    assert Talk().prepare().at(command) == f"\r\n{line}\r\n\r\nOK\r\n".encode()


def test_several_commands_share_one_line_and_one_result() -> None:
    assert Talk().prepare().at("AT+CSQ;+CBC") == b"\r\n+CSQ: 21,99\r\n+CBC: 0,87\r\n\r\nOK\r\n"


@pytest.mark.parametrize(
    ("level", "answer"),
    [(0, b"ERROR"), (1, b"+CME ERROR: 10"), (2, b"+CME ERROR: SIM not inserted")],
)
def test_cmee_chooses_how_an_error_is_worded(level: int, answer: bytes) -> None:
    talk = Talk().prepare()
    talk.at(f"AT+CMEE={level}")
    talk.faults.set("sim_missing")
    assert talk.at("AT+CPIN?").lower() == b"\r\n" + answer.lower() + b"\r\n"


def test_an_accepted_sms_is_on_air_and_confirmed() -> None:
    talk = Talk().prepare()
    assert talk.send(submits("Olá, mundo")[0]) == b"\r\n+CMGS: 0\r\n\r\nOK\r\n"
    (sms,) = talk.phone.on_air
    assert (sms.number, sms.text, sms.encoding) == (NUMBER, "Ola, mundo", "gsm7")
    assert (sms.sequence, sms.reference, sms.concat_reference, sms.concat_total) == (1, 0, None, 1)
    assert sms.at.utcoffset() is not None


def test_parts_keep_their_place_and_get_a_reference_each() -> None:
    talk = Talk().prepare()
    for part in submits("palavra " * 50):
        talk.send(part)
    assert [(sms.concat_reference, sms.concat_index, sms.concat_total) for sms in talk.phone.on_air] == [
        (7, 1, 3),
        (7, 2, 3),
        (7, 3, 3),
    ]
    assert "".join(sms.text for sms in talk.phone.on_air) == "palavra " * 50
    assert [sms.reference for sms in talk.phone.on_air] == [0, 1, 2]


def test_the_reference_starts_again_after_255() -> None:
    talk = Talk(settings=PhoneSettings(first_reference=255)).prepare()
    assert b"+CMGS: 255\r\n" in talk.send()
    assert b"+CMGS: 0\r\n" in talk.send()


@pytest.mark.parametrize("wrong", [-1, 1])
def test_a_length_that_is_not_the_pdus_is_refused_with_304(wrong: int) -> None:
    talk = Talk().prepare()
    submit = submits()[0]
    talk.at(f"AT+CMGS={submit.tpdu_length + wrong}")
    assert talk.say(submit.to_hex().encode() + CTRL_Z) == b"\r\n+CMS ERROR: 304\r\n"
    assert talk.phone.on_air == []


@pytest.mark.parametrize("pdu", [b"", b"zz", b"00", b"0001", b"000400" + b"00" * 12])
def test_what_is_no_submit_is_refused_with_304(pdu: bytes) -> None:
    talk = Talk().prepare()
    talk.at(f"AT+CMGS={max(7, len(pdu) // 2 - 1)}")
    assert talk.say(pdu + CTRL_Z) == b"\r\n+CMS ERROR: 304\r\n"


def test_escape_gives_up_the_sms_and_is_answered_by_a_bare_ok() -> None:
    talk = Talk().prepare()
    submit = submits()[0]
    talk.at(f"AT+CMGS={submit.tpdu_length}")
    assert talk.say(submit.to_hex().encode() + ESCAPE) == b"\r\nOK\r\n"
    assert talk.phone.on_air == []


def test_it_does_not_send_a_pdu_in_text_mode() -> None:
    talk = Talk().prepare()
    talk.at("AT+CMGF=1")
    assert talk.at("AT+CMGS=20") == b"\r\n+CMS ERROR: 303\r\n"


def test_latency_holds_the_answer_and_the_next_command() -> None:
    talk = Talk(settings=PhoneSettings(latency=3.0)).prepare()
    assert talk.send() == b""
    assert len(talk.phone.on_air) == 1
    assert talk.at("AT") == b""
    assert talk.phone.next_due() == 3.0
    assert talk.pass_time(2.9) == b""
    assert talk.pass_time(0.1) == b"\r\n+CMGS: 0\r\n\r\nOK\r\n\r\nOK\r\n"


def test_an_idle_phone_asks_for_no_waking() -> None:
    talk = Talk().prepare()
    talk.send()
    assert talk.phone.next_due() is None


def _report(written: bytes) -> StatusReport:
    found = re.fullmatch(rb"\r\n\+CDS: (\d+)\r\n([0-9A-F]+)\r\n", written)
    assert found, written
    report = StatusReport.from_hex(found[2].decode())
    assert report.tpdu_length == int(found[1])
    return report


def test_a_delivery_report_comes_when_it_was_asked_for() -> None:
    talk = Talk(settings=PhoneSettings(report_delay=4.0)).prepare(cnmi="2,1,0,1,0")
    talk.send(submits(status_report=True)[0])
    assert talk.pass_time(3.9) == b""
    report = _report(talk.pass_time(0.2))
    assert (report.reference, str(report.recipient), report.status) == (0, NUMBER, 0)
    assert report.submitted_at == talk.phone.on_air[0].at


def test_no_report_comes_unasked_nor_with_ds_0() -> None:
    talk = Talk().prepare(cnmi="2,1,0,1,0")
    talk.send()
    talk.at("AT+CNMI=2,1,0,0,0")
    talk.send(submits(status_report=True)[0])
    assert talk.pass_time(10) == b""


def test_a_report_waits_until_a_pdu_is_typed() -> None:
    talk = Talk().prepare(cnmi="2,1,0,1,0")
    first, second = submits("palavra " * 30, status_report=True)
    talk.send(first)
    talk.at(f"AT+CMGS={second.tpdu_length}")
    assert talk.pass_time(5) == b""
    written = talk.say(second.to_hex().encode() + CTRL_Z)
    assert written.index(b"+CMGS: 1") < written.index(b"+CDS:")


def test_with_csms_1_the_next_report_waits_for_cnma() -> None:
    talk = Talk().prepare(cnmi="2,1,0,1,0")
    talk.at("AT+CSMS=1")
    for _ in range(2):
        talk.send(submits(status_report=True)[0])
    assert talk.pass_time(5).count(b"+CDS:") == 1
    assert talk.at("AT+CNMA").count(b"+CDS:") == 1
    assert talk.at("AT+CNMA") == b"\r\nOK\r\n"
    assert talk.at("AT+CNMA") == b"\r\n+CMS ERROR: 340\r\n"


def test_an_incoming_sms_is_stored_announced_read_and_erased() -> None:
    talk = Talk().prepare()
    talk.phone.deliver(NUMBER, "Ação concluída €", talk.now)
    assert talk.pass_time(0) == b'\r\n+CMTI: "ME",1\r\n'
    found = re.search(rb"\+CMGR: 0,,(\d+)\r\n([0-9A-F]+)\r\n\r\nOK", talk.at("AT+CMGR=1"))
    assert found
    deliver = Deliver.from_hex(found[2].decode())
    assert deliver.tpdu_length == int(found[1])
    assert (str(deliver.originator), deliver.text) == (NUMBER, "Ação concluída €")
    assert deliver.sent_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert b"+CMGL: 1,1,," in talk.at("AT+CMGL=4")
    assert talk.at("AT+CMGL=0") == b"\r\nOK\r\n"
    assert talk.at("AT+CMGD=1") == b"\r\nOK\r\n"
    assert talk.at("AT+CMGR=1") == b"\r\n+CMS ERROR: 321\r\n"


def test_a_long_incoming_sms_comes_in_parts_straight_to_the_line() -> None:
    talk = Talk().prepare(cnmi="2,2,0,0,0")
    text = "Preciso de um carro-pipa na rua. " * 10
    assert talk.phone.deliver("29000", text, talk.now) == 3
    pdus = re.findall(rb"\+CMT: ,\d+\r\n([0-9A-F]+)\r\n", talk.pass_time(0))
    assert join_text(Deliver.from_hex(pdu.decode()).content for pdu in pdus) == text


def test_an_incoming_sms_waits_until_cnmi_is_set() -> None:
    talk = Talk()
    talk.phone.deliver(NUMBER, "oi", talk.now)
    assert talk.pass_time(60) == b""
    assert b"+CMTI" in talk.at("AT+CNMI=2,1,0,0,0")


def test_the_balance_comes_after_the_ok() -> None:
    written = Talk().prepare().at('AT+CUSD=1,"*544#",15')
    assert written.startswith(b"\r\nOK\r\n")
    assert b'+CUSD: 0,"' in written


def test_three_wrong_pins_ask_for_the_puk() -> None:
    talk = Talk().prepare()
    talk.faults.set("sim_pin")
    assert b"+CPIN: SIM PIN" in talk.at("AT+CPIN?")
    for _ in range(3):
        assert talk.at('AT+CPIN="0000"') == b"\r\n+CME ERROR: 16\r\n"
    assert b"+CPIN: SIM PUK" in talk.at("AT+CPIN?")


def test_the_right_pin_opens_the_sim() -> None:
    talk = Talk().prepare()
    talk.faults.set("sim_pin")
    assert talk.at('AT+CPIN="1234"') == b"\r\nOK\r\n"
    assert b"READY" in talk.at("AT+CPIN?")


def test_cfun_restarts_the_phone() -> None:
    talk = Talk().prepare()
    assert talk.at("AT+CFUN=1,1") == b"\r\nOK\r\n"
    assert talk.pass_time(0.1) == b""
    assert talk.at("AT") == b""
    assert b"SMS DONE" in talk.pass_time(5)
    assert talk.at("AT") == b"AT\r\r\nOK\r\n"


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_no_bytes_break_the_phone(chunks: list[bytes]) -> None:
    phone = EmulatedPhone()
    for moment, chunk in enumerate(chunks):
        phone.feed(chunk, moment)
        phone.due(moment)
    phone.feed(b"\x1b\r", 100)
    phone.due(100)
    phone.feed(b"AT\r", 101)
    assert phone.due(101).endswith(b"\r\nOK\r\n")


def test_endless_input_is_thrown_away() -> None:
    talk = Talk().prepare()
    assert talk.say(b"AT" + b"x" * 100_000) == b""
    assert talk.at("AT") == b"\r\nOK\r\n"
