"""The session and the driver's idle side: routing, deadlines, recovery, events."""

import pytest

from recado.modem.driver import Driver
from recado.modem.errors import LinkDown, NoAnswer, PhoneSilent
from recado.modem.events import (
    OtherLine,
    Rebooted,
    ReportArrived,
    ReportStored,
    SignalChanged,
    SmsArrived,
    SmsStored,
    StoreFull,
)
from recado.modem.mailbox import Mailbox
from recado.modem.session import Session

from .fake import OK, FakeClock, FakePhone


@pytest.fixture
def phone() -> FakePhone:
    return FakePhone(FakeClock())


@pytest.fixture
def session(phone: FakePhone) -> Session:
    return Session(phone, phone.clock)


@pytest.fixture
def driver(phone: FakePhone) -> Driver:
    return Driver(phone, clock=phone.clock)


def test_an_answer_has_neither_echo_nor_chatter(phone: FakePhone, session: Session) -> None:
    phone.echo = True
    phone.answers["AT+CSQ"] = b"\r\n^RSSI:18\r\n+CSQ: 20,99\r\n+CREG: 1\r\n+FUTURE: 3\r\n" + OK
    answer = session.execute("AT+CSQ")
    assert answer.lines == ("+CSQ: 20,99",)
    assert session.mailbox.take() == (
        SignalChanged("^RSSI:18"),
        OtherLine("+CREG: 1"),
        OtherLine("+FUTURE: 3"),
    )


def test_a_command_ends_with_cr_alone(phone: FakePhone, session: Session) -> None:
    session.execute("AT+CSQ")
    assert bytes(phone.written) == b"AT+CSQ\r"


def test_a_deadline_is_absolute_under_endless_chatter(phone: FakePhone, session: Session) -> None:
    phone.answers["AT+CSQ"] = [(1.0, b"^RSSI:18\r\n")] * 100
    begun = phone.clock.now
    with pytest.raises(NoAnswer) as caught:
        session.execute("AT+CSQ", timeout=5.0)
    assert phone.clock.now - begun == pytest.approx(5.0)
    assert caught.value.command == "AT+CSQ"


def test_an_unanswered_command_is_recovered_from_with_escape(phone: FakePhone, session: Session) -> None:
    phone.answers["AT+CMGL=4"] = b""
    with pytest.raises(NoAnswer):
        session.execute("AT+CMGL=4")
    assert session.execute("AT+CSQ").value("+CSQ:") == "20,99"
    assert bytes(phone.written) == b"AT+CMGL=4\r99999999\x1b\rAT\rAT+CSQ\r"


def test_an_answer_that_comes_during_recovery_meets_no_other_command(phone: FakePhone, session: Session) -> None:
    phone.answers["AT+COPS?"] = [(21.0, b"\r\n+COPS: 0\r\n" + OK)]
    with pytest.raises(NoAnswer):
        session.execute("AT+COPS?")
    assert session.execute("AT+CSQ").lines == ("+CSQ: 20,99",)


def test_a_phone_that_never_recovers_is_silent(phone: FakePhone, session: Session) -> None:
    phone.answers = {"AT+CSQ": b"", "AT": b""}
    with pytest.raises(NoAnswer):
        session.execute("AT+CSQ")
    with pytest.raises(PhoneSilent):
        session.execute("AT+CSQ")


def test_recovery_ends_although_the_phone_is_never_quiet(phone: FakePhone, session: Session) -> None:
    phone.say([(0.1, b"^BOOT:1,2\r\n")] * 10_000)
    begun = phone.clock.now
    session.recover()
    assert phone.clock.now - begun < 15


def test_a_result_left_over_from_before_is_not_the_next_commands(phone: FakePhone, session: Session) -> None:
    phone.say(b"\r\nERROR\r\n")
    assert session.execute("AT+CSQ").ok


@pytest.mark.parametrize(
    ("said", "event"),
    [
        (b'\r\n+CMTI: "SM",0\r\n', SmsStored("SM", 0)),
        (b"\r\n+CMTI: SM, 3\r\n", SmsStored("SM", 3)),
        (b'\r\n+CDSI: "SR",12\r\n', ReportStored("SR", 12)),
        (b'\r\n+CMTI: "SM"\r\n', OtherLine('+CMTI: "SM"')),
        (b"\r\n+CMT: ,24\r\n0791AB\r\n", SmsArrived("0791AB")),
        (b"\r\n+CDS: ,24\r\n0791AB\r\n", ReportArrived("0791AB")),
        (b'\r\n^SMMEMFULL:"SM"\r\n', StoreFull('^SMMEMFULL:"SM"')),
        (b'\r\n+QIND: "smsfull","SM"\r\n', StoreFull('+QIND: "smsfull","SM"')),
        (b"\r\n+SMS FULL\r\n", StoreFull("+SMS FULL")),
        (b"\r\n+CMTI: ,-1\r\n", OtherLine("+CMTI: ,-1")),
        (b"\r\n^SYSSTART\r\n", Rebooted("^SYSSTART")),
        (b"\r\nNORMAL POWER DOWN\r\n", Rebooted("NORMAL POWER DOWN")),
        (b"\r\n^BOOT:27710117,0,0,0,75\r\n", OtherLine("^BOOT:27710117,0,0,0,75")),
        (b"\r\nwhatever\r\n", OtherLine("whatever")),
    ],
)
def test_what_the_phone_says_unasked_becomes_an_event(
    phone: FakePhone, driver: Driver, said: bytes, event: object
) -> None:
    phone.chunk = 2
    phone.say(said)
    assert driver.wait(1.0) == (event,)


def test_waiting_ends_when_the_time_is_up(phone: FakePhone, driver: Driver) -> None:
    begun = phone.clock.now
    assert driver.wait(7.0) == ()
    assert phone.clock.now - begun == pytest.approx(7.0)


def test_waiting_writes_nothing(phone: FakePhone, driver: Driver) -> None:
    phone.say(b"\r\n+CMT: ,24\r\n0791AB\r\n")
    driver.wait(1.0)
    assert not phone.written


def test_direct_reports_are_acknowledged_once_start_up_agreed_to(phone: FakePhone, driver: Driver) -> None:
    driver.start()
    phone.say(b"\r\n+CDS: 24\r\n0791AB\r\n")
    assert driver.wait(1.0) == (ReportArrived("0791AB"),)
    assert phone.commands[-1] == "AT+CNMA=0"


@pytest.mark.parametrize(("answer", "asked"), [(b"\r\n+CMS ERROR: 340\r\n", 2), (b"\r\nERROR\r\n", 1)])
def test_a_refused_acknowledgement_is_not_repeated_for_ever(
    phone: FakePhone, driver: Driver, answer: bytes, asked: int
) -> None:
    driver.start()
    phone.answers["AT+CNMA=0"] = answer
    for _ in range(2):
        phone.say(b"\r\n+CDS: 24\r\n0791AB\r\n")
        assert driver.wait(1.0) == (ReportArrived("0791AB"),)
    assert phone.commands.count("AT+CNMA=0") == asked


def test_events_come_before_the_news_that_the_line_is_gone(phone: FakePhone, driver: Driver) -> None:
    driver.start()
    said = b"\r\n+CDS: 24\r\n0791AB\r\n"
    phone.drop_after_read = phone.given + len(said)
    phone.say(said)
    assert driver.wait(1.0) == (ReportArrived("0791AB"),)
    with pytest.raises(LinkDown):
        driver.wait(1.0)


def test_a_stored_message_is_read_and_deleted_in_its_own_memory(phone: FakePhone, driver: Driver) -> None:
    phone.answers["AT+CMGR=0"] = b"\r\n+CMGR: 1,,24\r\n07915511000000F004\r\n" + OK
    assert driver.read_stored("SM", 0) == "07915511000000F004"
    assert driver.delete_stored("SM", 0)
    assert phone.commands == ['AT+CPMS="SM"', "AT+CMGR=0", 'AT+CPMS="SM"', "AT+CMGD=0"]


def test_a_memory_name_that_is_none_is_never_written(phone: FakePhone, driver: Driver) -> None:
    assert driver.read_stored('SM"\r', 0) is None
    assert not phone.written


def test_a_full_mailbox_drops_chatter_before_reports() -> None:
    mailbox = Mailbox(capacity=3)
    for event in (ReportArrived("01"), OtherLine("a"), SignalChanged("b"), ReportArrived("02")):
        mailbox.post(event)
    mailbox.post(ReportArrived("03"))
    assert mailbox.dropped == 2
    assert mailbox.take() == (ReportArrived("01"), ReportArrived("02"), ReportArrived("03"))


def test_closing_lets_the_line_go(phone: FakePhone, driver: Driver) -> None:
    driver.close()
    assert phone.closed
