"""Octets from outside: whatever they are, a decoder reads them or raises DecodeError, and nothing else."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.gsm import DecodeError, Deliver, StatusReport, Submit
from recado.gsm.address import read_address, read_smsc
from recado.gsm.octets import OctetReader
from recado.gsm.timestamp import decode_timestamp
from recado.gsm.udh import decode_header
from recado.gsm.userdata import cut_user_data, decode_content, decode_ucs2
from recado.gsm.validity import decode_enhanced

from .conformance import PDU_FILES, load

READERS = (Submit, Deliver, StatusReport)
PDUS = [(vector["pdu"], vector["smsc_included"]) for file in PDU_FILES for _, vector in load(file)]


def _read_everything(reader: Any, pdu: str, smsc_included: bool) -> None:
    """Ask a decoded PDU for everything it offers: no property may fail later."""
    with contextlib.suppress(DecodeError):
        read = reader.from_hex(pdu, smsc_included=smsc_included)
        for name in ("text", "content", "concat", "ports", "encoding", "message_class", "outcome", "meaning"):
            getattr(read, name, None)
        assert str(getattr(read, "smsc", "")) is not None
        repr(read)


@given(st.binary(max_size=300), st.booleans())
@pytest.mark.parametrize("reader", READERS)
def test_random_octets(reader: Any, octets: bytes, smsc_included: bool) -> None:
    _read_everything(reader, octets.hex(), smsc_included)


@given(st.text(max_size=200), st.booleans())
@pytest.mark.parametrize("reader", READERS)
def test_random_characters(reader: Any, text: str, smsc_included: bool) -> None:
    _read_everything(reader, text, smsc_included)


@given(st.sampled_from(PDUS), st.data())
@pytest.mark.parametrize("reader", READERS)
def test_a_real_pdu_with_octets_changed_cut_or_added(reader: Any, pdu: tuple[str, bool], data: st.DataObject) -> None:
    octets = bytearray.fromhex(pdu[0])
    for _ in range(data.draw(st.integers(0, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(octets)))
    octets = octets[:end] + data.draw(st.binary(max_size=8))
    _read_everything(reader, octets.hex(), pdu[1])


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("pdu", ["", "0", "00", "zz", "FF" * 2_000_000, "0" * 10_000_000, "é", "00 1", "\x00"])
def test_what_is_no_pdu_is_refused(reader: Any, pdu: str) -> None:
    with pytest.raises(DecodeError):
        reader.from_hex(pdu)


@pytest.mark.parametrize(("pdu", "smsc_included"), PDUS[::7])
def test_no_beginning_of_a_pdu_reads_as_another_text(pdu: str, smsc_included: bool) -> None:
    for end in range(0, len(pdu), 2):
        for reader in READERS:
            _read_everything(reader, pdu[:end], smsc_included)


def _header(octets: bytes) -> object:
    return decode_header(octets)


def _address(octets: bytes) -> object:
    return read_address(OctetReader(octets), "TP-DA")


def _smsc(octets: bytes) -> object:
    return read_smsc(OctetReader(octets))


@given(st.binary(max_size=200))
@pytest.mark.parametrize("decode", [_header, _address, _smsc, decode_timestamp, decode_enhanced, decode_ucs2])
def test_random_octets_for_one_field(decode: Callable[[bytes], object], octets: bytes) -> None:
    with contextlib.suppress(DecodeError):
        assert decode(octets) is not None or octets[:1] == b"\x00"


@given(st.integers(0, 255), st.booleans(), st.integers(0, 255), st.binary(max_size=200))
def test_random_user_data(dcs: int, udhi: bool, udl: int, octets: bytes) -> None:
    with contextlib.suppress(DecodeError):
        content = decode_content(dcs, udhi, udl, cut_user_data(dcs, udl, octets))
        assert len(content.text) <= 255


def test_an_address_longer_than_the_standard_allows_is_refused() -> None:
    with pytest.raises(DecodeError):
        Deliver.from_hex("000415" + "91" + "21" * 10 + "F1" + "0000" + "62302190035100" + "00")


def test_a_time_stamp_of_zeros_does_not_cost_the_report() -> None:
    report = StatusReport.from_hex("0006050B911599999999F90000000000000000000000000000" + "00")
    assert (report.reference, report.submitted_at, report.discharged_at) == (5, None, None)
    assert report.outcome == "delivered"
