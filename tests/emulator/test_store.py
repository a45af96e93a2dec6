"""The store of the phone in software: kept, sent from there, full, read and erased."""

from __future__ import annotations

import re

import pytest

from recado.emulator.settings import PhoneSettings
from recado.gsm import Deliver, StatusReport, join_text

from .talk import CTRL_Z, ESCAPE, NUMBER, Talk, submits

SENT = b"\r\n+CMSS: 0\r\n\r\nOK\r\n"


def keep(talk: Talk, *, status: str = "") -> bytes:
    """Store one SMS and give what comes after Ctrl-Z."""
    submit = submits()[0]
    assert talk.at(f"AT+CMGW={submit.tpdu_length}{status}") == b"\r\n> "
    return talk.say(submit.to_hex().encode() + CTRL_Z)


def statuses(talk: Talk) -> list[int]:
    return [int(found) for found in re.findall(rb"\+CMGL: \d+,(\d),", talk.at("AT+CMGL=4"))]


def test_a_kept_sms_is_not_on_the_air_until_it_is_sent_from_the_store() -> None:
    talk = Talk().prepare()
    assert keep(talk) == b"\r\n+CMGW: 1\r\n\r\nOK\r\n"
    assert (statuses(talk), talk.phone.on_air) == ([2], [])
    assert talk.at("AT+CMSS=1") == SENT
    assert statuses(talk) == [3]
    assert talk.phone.on_air[0].text == "Protocolo 20260000012345"


@pytest.mark.parametrize(("status", "kept"), [(",2", [2]), (",3", [3]), ("", [2])])
def test_it_is_kept_with_the_status_asked_for(status: str, kept: list[int]) -> None:
    talk = Talk().prepare()
    keep(talk, status=status)
    assert statuses(talk) == kept


def test_reading_does_not_change_what_was_not_received() -> None:
    talk = Talk().prepare()
    keep(talk)
    talk.at("AT+CMGR=1")
    assert statuses(talk) == statuses(talk) == [2]


@pytest.mark.parametrize(
    ("fault", "value", "answer", "status", "on_air"),
    [
        ("reject", 38, b"\r\n+CMS ERROR: 38\r\n", 2, 0),
        ("mute_after_submit", True, b"", 3, 1),
        ("lost_before_air", True, b"", 2, 0),
        ("error_though_sent", 500, b"\r\n+CMS ERROR: 500\r\n", 3, 1),
        ("send_stored", "no_flip", SENT, 2, 1),
        ("send_stored", "refused", b"\r\n+CMS ERROR: 302\r\n", 2, 0),
        ("no_signal", True, b"\r\n+CMS ERROR: 331\r\n", 2, 0),
    ],
)
def test_the_status_tells_whether_it_left(fault: str, value: object, answer: bytes, status: int, on_air: int) -> None:
    talk = Talk().prepare()
    keep(talk)
    talk.faults.set(fault, value)
    assert talk.at("AT+CMSS=1") == answer
    assert (statuses(talk), len(talk.phone.on_air)) == ([status], on_air)


def test_a_place_with_nothing_in_it_cannot_be_sent() -> None:
    talk = Talk().prepare()
    assert talk.at("AT+CMSS=7") == b"\r\n+CMS ERROR: 321\r\n"
    assert talk.at("AT+CMSS=x") == b"\r\n+CMS ERROR: 321\r\n"


def test_an_escape_keeps_nothing() -> None:
    talk = Talk().prepare()
    talk.at("AT+CMGW=20")
    talk.say(b"0011" + ESCAPE)
    assert statuses(talk) == []


def test_each_memory_is_its_own() -> None:
    talk = Talk().prepare()
    assert b"+CPMS: 0,50,0,50,0,50" in talk.at('AT+CPMS="ME","SM"')
    keep(talk)
    assert statuses(talk) == []
    talk.at('AT+CPMS="SM"')
    assert statuses(talk) == [2]
    assert b'+CPMS: "SM",1,50,"SM",1,50,"ME",0,50' in talk.at("AT+CPMS?")
    assert talk.at('AT+CPMS="XX"') == b"\r\n+CMS ERROR: 302\r\n"


def test_a_phone_may_count_from_zero() -> None:
    talk = Talk(settings=PhoneSettings(first_index=0)).prepare()
    assert b"+CMGW: 0" in keep(talk)
    assert talk.at("AT+CMGD=0") == b"\r\nOK\r\n"


def test_what_arrives_at_a_full_store_waits_in_the_network_and_is_told_once() -> None:
    talk = Talk(settings=PhoneSettings(capacity=1)).prepare()
    for text in ("um", "dois"):
        talk.phone.deliver(NUMBER, text, talk.now)
    assert talk.pass_time(60) == b'\r\n+CMTI: "ME",1\r\n\r\n^SMMEMFULL:"ME"\r\n'
    assert talk.pass_time(60) == b""
    assert keep_is_refused(talk)
    assert talk.at("AT+CMGD=1") == b'\r\nOK\r\n\r\n+CMTI: "ME",1\r\n'


def keep_is_refused(talk: Talk) -> bool:
    return talk.at("AT+CMGW=20") == b"\r\n+CMS ERROR: 322\r\n"


def test_the_full_store_can_be_switched_on_and_off() -> None:
    talk = Talk().prepare()
    talk.faults.set("store_full")
    assert b'+CPMS: "ME",50,50' in talk.at("AT+CPMS?")
    talk.phone.deliver(NUMBER, "oi", talk.now)
    assert talk.pass_time(1) == b'\r\n^SMMEMFULL:"ME"\r\n'
    talk.faults.clear("store_full")
    assert talk.pass_time(1) == b'\r\n+CMTI: "ME",1\r\n'


def test_reports_go_to_their_own_memory_when_asked_to_be_stored() -> None:
    talk = Talk(settings=PhoneSettings(memories=("ME", "SM", "SR"), report_memory="SR")).prepare(cnmi="2,1,0,2,0")
    talk.send(submits(status_report=True)[0])
    assert talk.pass_time(5) == b'\r\n+CDSI: "SR",1\r\n'
    talk.at('AT+CPMS="SR"')
    found = re.search(rb"\+CMGR: 0,,\d+\r\n([0-9A-F]+)\r\n", talk.at("AT+CMGR=1"))
    assert found
    assert StatusReport.from_hex(found[1].decode()).reference == 0


# --- what arrives ------------------------------------------------------------------------------------


def arrived(talk: Talk) -> list[Deliver]:
    pdus = re.findall(rb"\+CMT: ,\d+\r\n([0-9A-F]+)\r\n", talk.pass_time(1))
    return [Deliver.from_hex(pdu.decode()) for pdu in pdus]


TEXT = "Preciso de um carro-pipa na rua. " * 20


def test_parts_may_come_in_any_order() -> None:
    talk = Talk().prepare(cnmi="2,2,0,0,0")
    talk.faults.set("parts_shuffled")
    total = talk.phone.deliver(NUMBER, TEXT, talk.now)
    parts = arrived(talk)
    order = [part.concat.index for part in parts if part.concat]
    assert sorted(order) == list(range(1, total + 1)) != order
    assert join_text(part.content for part in sorted(parts, key=lambda part: part.concat.index)) == TEXT  # type: ignore[union-attr]


def test_a_part_may_be_lost() -> None:
    talk = Talk().prepare(cnmi="2,2,0,0,0")
    talk.faults.set("part_lost", {"times": 1})
    total = talk.phone.deliver(NUMBER, TEXT, talk.now)
    assert len(arrived(talk)) == total - 1
    talk.phone.deliver(NUMBER, TEXT, talk.now)
    assert len(arrived(talk)) == total
