"""Single fields: septets, tables, addresses, times, validity, headers, statuses, and what must be refused."""

from datetime import datetime, timedelta

import pytest

from recado.gsm import DecodeError, Deliver, NationalTable, ReportOutcome, Submit, report_status
from recado.gsm.address import Address, read_address, read_smsc
from recado.gsm.alphabet import LOCKING, SINGLE, decode_septets, encode_septets
from recado.gsm.octets import OctetReader
from recado.gsm.septets import pack, unpack
from recado.gsm.timestamp import decode_timestamp, encode_timestamp
from recado.gsm.udh import decode_header
from recado.gsm.userdata import Content, cut_user_data, decode_content, decode_ucs2
from recado.gsm.validity import decode_enhanced, decode_relative, encode_relative

from .conformance import Vector, cases

PACKED = cases("unpack", "gsm7_packing")
WRITTEN = cases("pack", "gsm7_packing")
FIELDS = {
    section: [case for case in cases("field", "fields") if case.id.split("/")[1] == section]
    for section in ("address", "timestamp", "validity", "udh", "status_codes")
}
INVALID = cases("refuse", "invalid")
TABLES = cases("table", "national_tables")


def _septet_values(vector: Vector) -> bytes:
    return bytes.fromhex("".join(vector["septet_values"]))


def _tables(vector: Vector) -> tuple[NationalTable, NationalTable]:
    return NationalTable(vector["locking_table"]), NationalTable(vector["single_table"])


@pytest.mark.parametrize(("name", "vector"), PACKED)
def test_packed_septets_read_as_the_text(name: str, vector: Vector) -> None:
    tables = _tables(vector)
    if "packed" in vector:
        written = encode_septets(vector["text"], *tables)
        assert written is not None
        count = vector.get("septets", len(written))
        septets = unpack(bytes.fromhex(vector["packed"]), count, vector.get("fill_bits", 0))
    else:
        septets = _septet_values(vector)
    assert decode_septets(septets, *tables) == vector["text"]


@pytest.mark.parametrize(("name", "vector"), WRITTEN)
def test_the_text_writes_the_packed_septets(name: str, vector: Vector) -> None:
    septets = encode_septets(vector["text"], *_tables(vector))
    assert septets is not None
    if "packed" in vector:
        assert pack(septets, vector.get("fill_bits", 0)).hex().upper() == vector["packed"]
    else:
        assert septets == _septet_values(vector)


@pytest.mark.parametrize(("name", "vector"), TABLES)
def test_the_national_tables_hold_the_published_code_points(name: str, vector: Vector) -> None:
    table = NationalTable(vector["national_language_identifier"])
    if vector["locking"] is not None:
        ours = [None if value == 0x1B else ord(character) for value, character in enumerate(LOCKING[table])]
        assert ours == vector["locking"]
    assert {f"{value:02X}": ord(character) for value, character in SINGLE[table].items()} == vector["single"]


@pytest.mark.parametrize(("name", "vector"), FIELDS["address"])
def test_an_address_reads_and_writes(name: str, vector: Vector) -> None:
    octets = bytes.fromhex(vector["hex"])
    if vector["form"] == "smsc":
        smsc = read_smsc(OctetReader(octets))
        assert smsc is not None
        assert (str(smsc), smsc.to_smsc_bytes()) == (vector["value"], octets)
        return
    bare = vector["form"] != "address"
    toa = octets[0] if bare else octets[1]
    written = Address(vector["value"].removeprefix("+"), toa).to_bytes()
    address = read_address(OctetReader(written[:1] + octets if bare else octets), "TP-DA")
    assert str(address) == vector["value"]
    assert written[1 if bare else 0 :] == octets


@pytest.mark.parametrize(("name", "vector"), FIELDS["timestamp"])
def test_a_time_stamp_reads_and_writes(name: str, vector: Vector) -> None:
    octets = bytes.fromhex(vector["hex"])
    moment = decode_timestamp(octets)
    assert moment.isoformat() == vector["iso"].split(" or ")[0]
    assert encode_timestamp(moment) == octets


@pytest.mark.parametrize(("name", "vector"), FIELDS["validity"])
def test_a_validity_period_reads_and_writes(name: str, vector: Vector) -> None:
    raw = bytes.fromhex(vector["raw"])
    period = None if vector["seconds"] is None else timedelta(seconds=vector["seconds"])
    if vector["format"] == "enhanced":
        assert decode_enhanced(raw).duration == period
        return
    assert period is not None
    assert encode_relative(period) == raw[0]
    rounded_down = "note" in vector
    assert decode_relative(raw[0]) == period or (rounded_down and decode_relative(raw[0]) < period)


@pytest.mark.parametrize(("name", "vector"), FIELDS["udh"])
def test_a_header_reads(name: str, vector: Vector) -> None:
    expect = vector["expect"]
    if "hex" in vector:
        content = Content(*_no_text(), header=decode_header(bytes.fromhex(vector["hex"])))
    else:
        content = _content(vector["user_data_with_udl"], int(vector["dcs"], 16), udhi=vector["udhi"])
    header = content.header
    seen = {
        "concat": header.concat
        and {
            "ref": header.concat.reference,
            "total": header.concat.total,
            "seq": header.concat.index,
            "ref_bits": 16 if header.concat.wide else 8,
        },
        "ports": header.ports
        and {
            "dest": header.ports.destination,
            "orig": header.ports.origin,
            "bits": 16 if header.ports.wide else 8,
        },
        "udh": [{"iei": f"{e.iei:02X}", "data": e.data.hex().upper()} for e in header.elements],
        "text": content.text,
        "data_hex": content.data.hex().upper(),
        "fill_bits": 1,
    }
    assert {key: seen[key] for key in expect} == expect


def _no_text() -> tuple[object, str, bytes]:
    return None, "", b""


def _content(user_data_with_udl: str, dcs: int, *, udhi: bool) -> Content:
    octets = bytes.fromhex(user_data_with_udl)
    return decode_content(dcs, udhi, octets[0], cut_user_data(dcs, octets[0], octets[1:]))


_CATEGORIES = {
    "complete": {ReportOutcome.DELIVERED, ReportOutcome.UNCONFIRMED},
    "temporary_still_trying": {ReportOutcome.TEMPORARY},
    "permanent": {ReportOutcome.FAILED},
    "temporary_sc_gave_up": {ReportOutcome.FAILED},
}


@pytest.mark.parametrize(("name", "vector"), FIELDS["status_codes"])
def test_a_status_is_of_its_category(name: str, vector: Vector) -> None:
    for code in (int(code, 16) for code in vector.get("codes", ())):
        assert report_status(code).outcome in _CATEGORIES[vector["category"]]
    for first, last in vector.get("ranges", ()):
        for code in range(int(first, 16), int(last, 16) + 1):
            assert report_status(code).name.startswith(("Reserved", "Operator's own"))


@pytest.mark.parametrize(("name", "vector"), INVALID)
def test_what_is_broken_is_refused(name: str, vector: Vector) -> None:
    if "ucs2_hex" in vector:
        assert decode_ucs2(bytes.fromhex(vector["ucs2_hex"])).endswith("\ufffd")
        return
    with pytest.raises(DecodeError):
        _read_broken(vector)


def _read_broken(vector: Vector) -> object:
    if "pdu" in vector:
        kind = Submit if vector["kind"] == "submit" else Deliver
        return kind.from_hex(vector["pdu"], smsc_included=vector["smsc_included"])
    if "timestamp_hex" in vector:
        return decode_timestamp(bytes.fromhex(vector["timestamp_hex"]))
    if "address_hex" in vector:
        return read_address(OctetReader(bytes.fromhex(vector["address_hex"])), "TP-DA")
    ucs2 = "UCS-2" in vector["reason"]
    return _content(vector["user_data_with_udl"], 0xE0 if ucs2 else 0x04, udhi=not ucs2)


def test_the_century_turns_where_sms_began() -> None:
    assert decode_timestamp(bytes.fromhex("89212221401400")) == datetime.fromisoformat("1998-12-22T12:04:41+00:00")
