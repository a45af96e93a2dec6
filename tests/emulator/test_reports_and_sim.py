"""Delivery reports in every fate, the SIM's counters, the balance, and a phone that is not ready yet."""

from __future__ import annotations

import re

import pytest

from recado.emulator import air
from recado.emulator.settings import PhoneSettings
from recado.emulator.state import Condition
from recado.gsm import StatusReport

from .talk import Talk, submits


def reports(written: bytes) -> list[tuple[int, int]]:
    """Reference and TP-ST of each report in ``written``."""
    pdus = re.findall(rb"\+CDS: \d+\r\n([0-9A-F]+)\r\n", written)
    read = [StatusReport.from_hex(pdu.decode()) for pdu in pdus]
    return [(report.reference, report.status) for report in read]


def a_talk() -> Talk:
    return Talk(settings=PhoneSettings(report_delay=1.0)).prepare(cnmi="2,1,0,1,0")


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ({}, [(0, 0)]),
        ({"report_repeated": True}, [(0, 0), (0, 0)]),
        ({"report_temporary": 32}, [(0, 32), (0, 0)]),
        ({"report_temporary": 48, "report_status": 70}, [(0, 48), (0, 70)]),
        ({"report_lost": True, "report_repeated": True}, []),
    ],
)
def test_each_fate_of_a_report(faults: dict[str, object], expected: list[tuple[int, int]]) -> None:
    talk = a_talk()
    for name, value in faults.items():
        talk.faults.set(name, value)
    talk.send(submits(status_report=True)[0])
    assert reports(talk.pass_time(10)) == expected


def test_a_report_may_be_late() -> None:
    talk = a_talk()
    talk.faults.set("report_late", {"value": 7200, "times": 1})
    talk.send(submits(status_report=True)[0])
    talk.send(submits(status_report=True)[0])
    assert reports(talk.pass_time(7199)) == [(1, 0)]
    assert reports(talk.pass_time(2)) == [(0, 0)]


def test_a_refused_acknowledgement_holds_the_next_report_until_they_are_stored() -> None:
    talk = a_talk()
    talk.at("AT+CSMS=1")
    talk.faults.set("cnma_refused")
    for _ in range(2):
        talk.send(submits(status_report=True)[0])
    assert len(reports(talk.pass_time(10))) == 1
    assert talk.at("AT+CNMA=0") == b"\r\n+CMS ERROR: 302\r\n"
    assert talk.pass_time(10) == b""
    assert b"+CDSI: " in talk.at("AT+CNMI=2,1,0,2,0")


def test_references_wrap_at_255() -> None:
    talk = Talk(settings=PhoneSettings(first_reference=254)).prepare()
    for _ in range(4):
        talk.send()
    assert [sms.reference for sms in talk.phone.on_air] == [254, 255, 0, 1]


def test_the_air_keeps_the_last_and_counts_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(air, "MOST_ON_AIR", 10)
    talk = Talk().prepare()
    for sent in range(1, 101):
        talk.send()
        assert [sms.sequence for sms in talk.phone.on_air_since(sent - 1)] == [sent]
        assert talk.phone.on_air[-1].sequence == sent
        assert min(sent, 10) <= len(talk.phone.on_air) <= 20
    assert talk.phone.on_air_total == 100
    assert talk.phone.on_air_since(100) == []


def test_any_byte_before_the_answer_cancels_it_although_the_sms_left() -> None:
    talk = Talk(settings=PhoneSettings(latency=3.0)).prepare()
    talk.faults.set("abort_by_byte")
    assert talk.send() == b""
    assert talk.at("AT") == b"\r\nOK\r\n\r\nOK\r\n"
    assert talk.pass_time(10) == b""
    assert talk.phone.on_air_total == 1


# --- the SIM -----------------------------------------------------------------------------------------


def test_every_makers_counter_tells_the_tries_left() -> None:
    talk = Talk().prepare()
    talk.faults.set("sim_pin")
    talk.at('AT+CPIN="0000"')
    assert b"+CPINR: SIM PIN,2,3" in talk.at('AT+CPINR="SIM PIN"')
    assert b"^CPIN: SIM PIN,,10,2,10,3" in talk.at("AT^CPIN?")
    assert b"^SPIC: 2" in talk.at("AT^SPIC")


def test_the_puk_opens_a_blocked_sim_and_gives_the_tries_back() -> None:
    talk = Talk().prepare()
    talk.faults.set("sim_puk")
    assert talk.at('AT+CPIN="1234"') == b"\r\n+CME ERROR: 12\r\n"
    assert talk.at('AT+CPIN="00000000","1234"') == b"\r\n+CME ERROR: 16\r\n"
    assert b"^CPIN: SIM PUK,,9,3,10,3" in talk.at("AT^CPIN?")
    assert talk.at('AT+CPIN="12345678","1234"') == b"\r\nOK\r\n"
    assert b"READY" in talk.at("AT+CPIN?")


def test_ten_wrong_puks_are_the_end_of_the_sim() -> None:
    talk = Talk().prepare()
    talk.faults.set("sim_puk")
    for _ in range(10):
        talk.at('AT+CPIN="00000000","1234"')
    assert talk.at('AT+CPIN="12345678","1234"') == b"\r\n+CME ERROR: 16\r\n"


def test_the_iccid_needs_no_pin() -> None:
    talk = Talk().prepare()
    talk.faults.set("sim_pin")
    assert b"+CCID: 8955" in talk.at("AT+CCID")
    assert b"+CME ERROR: 11" in talk.at("AT+CIMI")


@pytest.mark.parametrize(
    ("code", "answer"), [("14", b"+CME ERROR: 14"), ("314", b"+CMS ERROR: 314"), ("515", b"+CME ERROR: 515")]
)
def test_a_phone_that_is_not_ready_yet_refuses_the_next_n_commands(code: str, answer: bytes) -> None:
    talk = Talk().prepare()
    talk.faults.set("not_yet", {"value": code, "times": 2})
    assert answer in talk.at("AT+CPIN?")
    assert talk.at("AT+CSQ").endswith(b"OK\r\n")
    assert answer in talk.at("AT+CMGF=0")
    assert talk.at("AT+CMGF=0") == b"\r\nOK\r\n"


# --- the radio and the network -----------------------------------------------------------------------


def test_the_radio_is_off_until_it_is_turned_on() -> None:
    talk = Talk().prepare()
    talk.faults.set("radio_off")
    assert talk.phone.condition is Condition.RADIO_OFF
    assert b"+CFUN: 4" in talk.at("AT+CFUN?")
    assert b"+CREG: 0,2" in talk.at("AT+CREG?")
    talk.at("AT+CFUN=1")
    assert talk.phone.condition is Condition.READY


def test_a_roaming_phone_sends() -> None:
    talk = Talk().prepare()
    talk.faults.set("roaming")
    assert b"+CREG: 0,5" in talk.at("AT+CREG?")
    assert talk.phone.condition is Condition.READY
    assert b"+CMGS: 0" in talk.send()


def test_a_forgotten_service_centre_can_be_written_again() -> None:
    talk = Talk().prepare()
    talk.faults.set("no_smsc")
    talk.at('AT+CSCA="+5511900000009",145')
    assert b'"+5511900000009"' in talk.at("AT+CSCA?")


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("packed", rb'\+CUSD: 0,"[0-9A-F]{42}",15'),
        ("ucs2", rb'\+CUSD: 0,"00530061[0-9A-F]+",72'),
        ("no_quotes", rb"\+CUSD: 0, [0-9A-F]{42}"),
        ("menu", rb'\+CUSD: 1,"1 Saldo\r\n'),
        ("unsupported", rb"\+CUSD: 4"),
    ],
)
def test_the_balance_comes_in_the_form_chosen(form: str, line: bytes) -> None:
    talk = Talk().prepare()
    talk.faults.set("ussd", form)
    query = "AA182C3602" if form == "packed" else "*544#"
    assert re.search(line, talk.at(f'AT+CUSD=1,"{query}",15'))


def test_a_balance_may_be_refused_or_never_come() -> None:
    talk = Talk().prepare()
    talk.faults.set("ussd", "refused")
    assert talk.at('AT+CUSD=1,"*544#",15') == b"\r\nERROR\r\n"
    talk.faults.set("ussd", "silent")
    assert talk.at('AT+CUSD=1,"*544#",15') == b"\r\nOK\r\n"
    assert talk.pass_time(60) == b""
