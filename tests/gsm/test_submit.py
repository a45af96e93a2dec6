"""Submit, Deliver and StatusReport as the driver and the emulator use them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.gsm import (
    Address,
    DecodeError,
    Deliver,
    EncodeError,
    EncodingPolicy,
    StatusReport,
    Submit,
    build_deliver,
    build_submit,
    segment,
)
from recado.gsm.validity import decode_relative, encode_relative

NUMBER = "+5531999990000"
PART = segment("oi", EncodingPolicy.FOLD).parts[0]
BRASILIA = timezone(timedelta(hours=-3))


def test_the_pdu_line_begins_with_00_when_the_phone_knows_its_centre() -> None:
    assert build_submit(PART, NUMBER).to_hex() == "0001000D91551399990900F0000002EF34"


def test_the_pdu_line_carries_the_centre_it_is_given() -> None:
    submit = build_submit(PART, NUMBER)
    assert submit.to_hex("+550101102010").startswith("0791551010010201")
    assert Submit.from_hex(submit.to_hex("+550101102010")).smsc == Address("550101102010")


def test_the_length_leaves_the_centre_out() -> None:
    submit = build_submit(PART, NUMBER)
    assert submit.tpdu_length == len(submit.to_hex()) // 2 - 1


@given(
    st.booleans(),
    st.booleans(),
    st.integers(0, 255),
    st.none() | st.timedeltas(timedelta(seconds=1), timedelta(weeks=80)),
)
def test_what_is_asked_of_the_network_comes_back(
    report: bool, reject: bool, reference: int, validity: timedelta | None
) -> None:
    submit = build_submit(
        PART,
        NUMBER,
        validity=validity,
        status_report=report,
        reject_duplicates=reject,
        message_reference=reference,
    )
    read = Submit.from_hex(submit.to_hex())
    assert (read.status_report, read.reject_duplicates, read.reference) == (report, reject, reference)
    assert str(read.destination) == NUMBER
    rounded = None if validity is None else decode_relative(encode_relative(validity))
    assert read.validity == rounded


@given(st.timedeltas(timedelta(minutes=5), timedelta(weeks=63)))
def test_a_validity_period_is_never_longer_than_asked(period: timedelta) -> None:
    assert decode_relative(encode_relative(period)) <= period


@given(st.integers(0, 255))
def test_every_validity_octet_reads_and_writes(octet: int) -> None:
    assert encode_relative(decode_relative(octet)) == octet


@pytest.mark.parametrize("period", [timedelta(0), timedelta(seconds=-1)])
def test_a_period_that_is_over_is_refused(period: timedelta) -> None:
    with pytest.raises(EncodeError):
        build_submit(PART, NUMBER, validity=period).to_hex()


@pytest.mark.parametrize("number", ["", "+", "31 99999", "+55-31", "recado", "+" + "9" * 21, "abc", "١٢٣"])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(EncodeError):
        build_submit(PART, number)


@pytest.mark.parametrize("reference", [-1, 256])
def test_a_message_reference_has_eight_bits(reference: int) -> None:
    with pytest.raises(EncodeError):
        build_submit(PART, NUMBER, message_reference=reference).to_hex()


def test_a_number_is_masked_when_printed_and_a_text_left_out() -> None:
    submit = build_submit(PART, NUMBER)
    assert "99999" not in repr(submit)
    assert "oi" not in repr(PART)
    assert "ef34" not in repr(submit).lower()


def test_a_pdu_of_another_type_is_refused() -> None:
    pdu = build_submit(PART, NUMBER).to_hex()
    with pytest.raises(DecodeError):
        Deliver.from_hex(pdu)
    with pytest.raises(DecodeError):
        StatusReport.from_hex(pdu)


def test_a_reply_keeps_who_when_and_what() -> None:
    moment = datetime(2026, 3, 2, 9, 30, 15, tzinfo=BRASILIA)
    deliver = Deliver.from_hex(build_deliver(PART, NUMBER, moment).to_hex())
    assert (str(deliver.originator), deliver.sent_at, deliver.text) == (NUMBER, moment, "oi")


def test_a_name_can_send_but_not_be_answered() -> None:
    deliver = build_deliver(PART, Address("Operadora", 0xD0), datetime(2026, 3, 2, tzinfo=UTC))
    read = Deliver.from_hex(deliver.to_hex())
    assert (str(read.originator), read.originator.alphanumeric) == ("Operadora", True)


def test_a_report_keeps_reference_recipient_and_times() -> None:
    sent = datetime(2026, 3, 2, 9, 30, 15, tzinfo=BRASILIA)
    report = StatusReport(201, Address.parse(NUMBER), sent, sent + timedelta(seconds=4), 0)
    assert StatusReport.from_hex(report.to_hex()) == report


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 3, 2)  # noqa: DTZ001
    with pytest.raises(EncodeError):
        build_deliver(PART, NUMBER, naive).to_hex()
