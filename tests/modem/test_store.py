"""What waits in the phone's store: listed, read, deleted, whatever the phone's habits."""

import re

import pytest

from recado.emulator.faults import Faults
from recado.emulator.phone import EmulatedPhone
from recado.gsm import Deliver, EncodingPolicy, StatusReport, build_submit, segment
from recado.modem.driver import Driver
from recado.modem.errors import LinkDown, PhoneSilent
from recado.modem.events import ReportStored, SmsStored
from recado.modem.store import MOST_READS, StoredPdu

from .bench import Bench, a_bench
from .fake import HEALTHY, OK, FakeClock, FakePhone

NUMBER = "+5581900000012"
DELIVER = b"07911555000000F0040D91551809000021F300006211220000000003CFB71B"
SUBMIT = b"0011000D91551809000021F30000FF03CFB71B"


def a_started_bench(**options: object) -> Bench:
    bench = a_bench(**options)
    bench.driver.start()
    return bench


def texts(stored: tuple[StoredPdu, ...]) -> list[str]:
    return [Deliver.from_hex(entry.pdu).text for entry in stored if entry.kind == "deliver"]


def test_nothing_waits_in_an_empty_phone() -> None:
    assert a_started_bench().driver.list_stored() == ()


def test_what_arrived_while_nobody_listened_is_listed_and_deleted() -> None:
    bench = a_started_bench()
    for number in range(3):
        bench.phone.deliver(NUMBER, f"texto {number}", bench.clock.now)
    events = bench.driver.wait(1.0) + bench.driver.wait(1.0) + bench.driver.wait(1.0)
    assert [event for event in events if isinstance(event, SmsStored)]
    driver = bench.reconnect()
    driver.start()
    stored = driver.list_stored()
    assert texts(stored) == ["texto 0", "texto 1", "texto 2"]
    assert all(driver.delete_stored(entry.memory, entry.index) for entry in stored)
    assert driver.list_stored() == ()


@pytest.mark.parametrize("first_index", [0, 1])
def test_a_phone_that_never_answers_a_list_is_read_place_by_place_and_not_asked_again(first_index: int) -> None:
    bench = a_started_bench(first_index=first_index)
    bench.phone.faults.set("cmgl_hangs")
    for number in range(3):
        bench.phone.deliver(NUMBER, f"texto {number}", bench.clock.now)
    bench.driver.wait(1.0)
    assert texts(bench.driver.list_stored()) == ["texto 0", "texto 1", "texto 2"]
    assert texts(bench.driver.list_stored()) == ["texto 0", "texto 1", "texto 2"]
    assert bench.commands().count("AT+CMGL=4") == 1


def test_a_huawei_is_never_asked_for_its_list() -> None:
    bench = a_started_bench(manufacturer="huawei", model="E173")
    bench.phone.deliver(NUMBER, "oi", bench.clock.now)
    assert texts(bench.driver.list_stored()) == ["oi"]
    assert not any(command.startswith("AT+CMGL") for command in bench.commands())


def test_reports_that_the_phone_stored_are_told_from_messages() -> None:
    bench = a_started_bench(memories=("ME", "SM", "SR"), report_memory="SR")
    bench.phone.faults.set("cnma_refused")
    submit_with_report(bench)
    bench.driver.wait(5.0)
    submit_with_report(bench)
    assert ReportStored("SR", 1) in bench.driver.wait(5.0)
    (report,) = bench.driver.list_stored()
    assert (report.memory, report.kind) == ("SR", "report")
    assert StatusReport.from_hex(report.pdu).reference == 1


@pytest.mark.parametrize("memory", ["ME", "SR", "SM"])
def test_reports_reach_the_driver_from_whatever_memory_a_phone_keeps_them_in(memory: str) -> None:
    bench = a_bench()
    bench.phone.faults.set("cnmi_no_direct")
    if memory != "ME":
        bench.phone.faults.set("report_memory", memory)
    bench.driver.start()
    submit_with_report(bench)
    assert bench.driver.wait(5.0) == (ReportStored(memory, 1),)
    pdu = bench.driver.read_stored(memory, 1)
    assert pdu is not None
    assert bench.driver.list_stored() == (StoredPdu(memory, 1, "report", pdu),)
    assert bench.driver.delete_stored(memory, 1)
    assert bench.driver.list_stored() == ()


def submit_with_report(bench: Bench) -> None:
    part = segment("Pedido atendido", EncodingPolicy.FOLD).parts[0]
    bench.driver.send(build_submit(part, NUMBER, status_report=True))


def test_deleting_what_is_gone_already_is_success() -> None:
    phone = FakePhone(FakeClock(), answers={"AT+CMGD=3": b"\r\n+CMS ERROR: 321\r\n"})
    assert Driver(phone, clock=phone.clock).delete_stored("SM", 3)


def a_phone(answers: dict[str, bytes]) -> FakePhone:
    return FakePhone(
        FakeClock(), answers={**HEALTHY, "AT+CPMS=?": b'\r\n+CPMS: ("SM"),("SM"),("SM")\r\n' + OK, **answers}
    )


def listed(phone: FakePhone) -> tuple[StoredPdu, ...]:
    return Driver(phone, clock=phone.clock).list_stored()


ONE = (StoredPdu("SM", 0, "deliver", DELIVER.decode()),)


@pytest.mark.parametrize(
    "answers",
    [
        {'AT+CPMS="SM"': b"\r\n+CPMS: 1,20,0,20,0,20\r\n" + OK, "AT+CMGL=4": b"+CMGL: 0,1,,24\r\n" + DELIVER + OK},
        # The header may be spaced or quoted, the answer to +CPMS bare, and the list may hold what is not ours.
        {
            'AT+CPMS="SM"': OK,
            "AT+CPMS?": b'\r\n+CPMS: "SM",2,20,"SM",2,20\r\n' + OK,
            "AT+CMGL=4": b'+CMGL: 0, "1","",24\r\n' + DELIVER + b"\r\n+CMGL: 1,2,,19\r\n" + SUBMIT + OK,
        },
        # Empty of what it says: EP06 answers an empty list with 303.
        {
            'AT+CPMS="SM"': b"\r\n+CPMS: 1,20\r\n" + OK,
            "AT+CMGL=4": b"\r\n+CMS ERROR: 303\r\n",
            "AT+CMGR=0": b"\r\n+CMGR: 0,,24\r\n" + DELIVER + OK,
        },
        # Nothing is known of the memories at all.
        {
            "AT+CPMS=?": b"\r\n+CPMS: (),(),()\r\n" + OK,
            'AT+CPMS="ME"': b"\r\nERROR\r\n",
            "AT+CMGL=4": b"+CMGL: 0,0,,24\r\n^RSSI:18\r\n" + DELIVER + OK,
        },
    ],
)
def test_a_list_is_read_in_whatever_words(answers: dict[str, bytes]) -> None:
    assert listed(a_phone(answers)) == ONE


def test_a_phone_that_lies_about_its_size_costs_a_bounded_number_of_commands() -> None:
    phone = a_phone({'AT+CPMS="SM"': b"\r\n+CPMS: 99999,99999\r\n" + OK, "AT+CMGL=4": b"\r\nERROR\r\n"})
    assert listed(phone) == ()
    assert sum(command.startswith("AT+CMGR") for command in phone.commands) == MOST_READS


def test_a_store_that_is_busy_is_asked_again() -> None:
    phone = a_phone({"AT+CMGL=4": b"+CMGL: 0,0,,24\r\n" + DELIVER + OK})
    busy = iter([b"\r\n+CME ERROR: 515\r\n"] * 3)
    phone.answers['AT+CPMS="SM"'] = lambda: next(busy, b"\r\n+CPMS: 1,20\r\n" + OK)
    assert listed(phone) == ONE


@pytest.mark.parametrize("error", [LinkDown, PhoneSilent])
def test_a_line_that_is_lost_is_told(error: type[Exception]) -> None:
    phone = a_phone({})
    if error is LinkDown:
        phone.drop_after_read = 5
    else:
        phone.answers = dict.fromkeys(("AT", "AT+CPMS=?", 'AT+CPMS="SM"', 'AT+CPMS="ME"'), b"")
    with pytest.raises(error):
        listed(phone)


def test_an_interrupted_list_loses_nothing_and_invents_nothing() -> None:
    whole = b"+CMGL: 0,0,,24\r\n" + DELIVER + b"\r\n+CMGL: 1,0,,24\r\n" + DELIVER + OK
    for cut in range(len(whole)):
        phone = a_phone({'AT+CPMS="SM"': b"\r\n+CPMS: 2,20\r\n" + OK, "AT+CMGL=4": whole[:cut]})
        phone.answers["AT+CMGR=0"] = phone.answers["AT+CMGR=1"] = b"\r\n+CMGR: 1,,24\r\n" + DELIVER + OK
        found = listed(phone)
        assert [entry.index for entry in found] == [0, 1]
        assert {entry.pdu for entry in found} == {DELIVER.decode()}


def test_the_memory_of_the_emulated_phone_is_what_the_driver_reads() -> None:
    phone = EmulatedPhone(faults=Faults())
    phone.feed(b"ATE0\r", 0.0)
    phone.feed(b'AT+CPMS="SM","ME"\r', 0.0)
    assert re.search(rb"\+CPMS: 0,50,0,50,0,50", phone.due(0.0))
