"""Whole PDUs of other projects, read and written."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from recado.gsm import Address, Deliver, Encoding, InformationElement, NationalTable, StatusReport, Submit
from recado.gsm.alphabet import encode_septets
from recado.gsm.octets import OctetReader
from recado.gsm.tpdu import Tpdu
from recado.gsm.udh import encode_header
from recado.gsm.userdata import pack_user_data
from recado.gsm.validity import EnhancedValidity, Validity, ValidityFormat, read_validity

from .conformance import READ_OTHERWISE, Vector, cases, expected

_READERS: dict[str, Any] = {"submit": Submit, "deliver": Deliver, "status_report": StatusReport}
_ALPHABETS = {"gsm7": Encoding.GSM7, "ucs2": Encoding.UCS2, "8bit": Encoding.OCTETS}


def _udh(elements: tuple[InformationElement, ...]) -> list[dict[str, str]]:
    return [{"iei": f"{e.iei:02X}", "data": e.data.hex().upper()} for e in elements]


def _concat(pdu: Any) -> dict[str, int] | None:
    concat = pdu.concat
    if concat is None:
        return None
    bits = 16 if concat.wide else 8
    return {"ref": concat.reference, "total": concat.total, "seq": concat.index, "ref_bits": bits}


def _ports(pdu: Any) -> dict[str, int] | None:
    ports = pdu.ports
    if ports is None:
        return None
    return {"dest": ports.destination, "orig": ports.origin, "bits": 16 if ports.wide else 8}


def _validity_format(validity: Validity) -> str:
    if validity is None:
        return "none"
    if isinstance(validity, EnhancedValidity):
        return "enhanced"
    return "absolute" if isinstance(validity, datetime) else "relative"


def _isoformat(moment: datetime | None) -> str | None:
    return moment and moment.isoformat()


# Field of a vector -> how to ask our object for it.
_SHARED = {
    "smsc": lambda p: p.smsc and str(p.smsc),
}
_USER_DATA = {
    "pid": lambda p: p.pid,
    "dcs": lambda p: p.dcs,
    "udl": lambda p: p.udl,
    "udhi": lambda p: p.udhi,
    "rp": lambda p: p.reply_path,
    "text": lambda p: p.text,
    "alphabet": lambda p: next(name for name, encoding in _ALPHABETS.items() if encoding is p.encoding),
    "class": lambda p: p.message_class,
    "udh": lambda p: _udh(p.elements),
    "concat": _concat,
    "ports": _ports,
    "data_hex": lambda p: p.content.data.hex().upper(),
    "ucs2_hex": lambda p: p.content.data.hex().upper(),
    "locking_shift": lambda p: p.content.header.locking,
    "single_shift": lambda p: p.content.header.single,
}
_FIELDS: dict[str, dict[str, Any]] = {
    "submit": _SHARED
    | _USER_DATA
    | {
        "destination": lambda p: str(p.destination),
        "destination_toa": lambda p: f"{p.destination.toa:02X}",
        "mr": lambda p: p.reference,
        "srr": lambda p: p.status_report,
        "rd": lambda p: p.reject_duplicates,
        "vpf": lambda p: _validity_format(p.validity),
        "vp_seconds": lambda p: p.validity.total_seconds(),
        "vp_absolute": lambda p: p.validity.isoformat(),
    },
    "deliver": _SHARED
    | _USER_DATA
    | {
        "originator": lambda p: str(p.originator),
        "originator_toa": lambda p: f"{p.originator.toa:02X}",
        "timestamp": lambda p: _isoformat(p.sent_at),
        "mms_more_messages": lambda p: p.more_messages,
        "sri": lambda p: p.status_report_indication,
    },
    "status_report": _SHARED
    | {
        "reference": lambda p: p.reference,
        "recipient": lambda p: str(p.recipient),
        "recipient_toa": lambda p: f"{p.recipient.toa:02X}",
        "timestamp": lambda p: _isoformat(p.submitted_at),
        "discharge": lambda p: _isoformat(p.discharged_at),
        "status": lambda p: p.status,
        "srq_for_command": lambda p: p.for_command,
        "trailing": lambda p: p.parameters.hex().upper(),
    },
}
# Said by the vector but not kept by Recado: consequences of the other fields.
_NOT_KEPT = {"fill_bits", "ud_octets", "short", "vp_raw", "first_octet", "tpdu_len"}


@pytest.mark.parametrize(("name", "vector"), cases("decode", "submit", "deliver", "status_report"))
def test_a_foreign_pdu_reads_as_its_source_says(name: str, vector: Vector) -> None:
    pdu = _READERS[vector["kind"]].from_hex(vector["pdu"], smsc_included=vector["smsc_included"])
    fields = _FIELDS[vector["kind"]]
    wanted = expected(vector)
    compared = [f for f in wanted if f in fields and (name, f) not in READ_OTHERWISE]
    assert {f: fields[f](pdu) for f in compared} == {f: wanted[f] for f in compared}
    assert len(compared) >= 4
    assert set(wanted) - set(fields) <= _NOT_KEPT | {"udhi"}


@pytest.mark.parametrize(("name", "vector"), cases("encode", "submit", "deliver"))
def test_the_same_fields_write_the_same_pdu(name: str, vector: Vector) -> None:
    pdu = _build(vector)
    assert pdu.to_hex(_smsc(vector)).removeprefix("" if vector["smsc_included"] else "00") == vector["pdu"]
    assert pdu.tpdu_length == vector["tpdu_len"]


_RESERVED_BIT = "the sender sets a reserved bit of the first octet, which Recado does not keep"
_ZERO_FILLER = "the sender fills an odd digit with 0, where Recado writes the F of the standard"

NOT_REWRITTEN: dict[str, str] = {
    "submit/pygsm-badudl": "the sender counts the filler as a digit, where Recado counts digits alone",
    "deliver/android-cingular-mwi-set": _ZERO_FILLER,
    "deliver/android-cingular-mwi-clear": _ZERO_FILLER,
    "deliver/phonesim-1": _RESERVED_BIT,
    "deliver/phonesim-2": _RESERVED_BIT,
    "deliver/phonesim-3": _RESERVED_BIT,
    "status_report/ofono-sr-3": "the sender writes ten quarters of an hour as one digit A instead of 1 and 0",
}


def _rewritten() -> list[Any]:
    return [case for case in cases("decode", "submit", "deliver", "status_report") if case.id not in NOT_REWRITTEN]


@pytest.mark.parametrize(("name", "vector"), _rewritten())
def test_a_pdu_read_and_written_again_is_the_same_octets(name: str, vector: Vector) -> None:
    read = _READERS[vector["kind"]].from_hex(vector["pdu"], smsc_included=vector["smsc_included"])
    written = read.to_hex(read.smsc)
    assert written.removeprefix("" if vector["smsc_included"] else "00") == vector["pdu"]


def _smsc(vector: Vector) -> Address | None:
    smsc = expected(vector).get("smsc")
    if not smsc or not vector["smsc_included"]:
        return None
    return Address(smsc.removeprefix("+"), int(vector["pdu"][2:4], 16))


def _build(vector: Vector) -> Tpdu:
    fields = expected(vector)
    udl, user_data = _user_data(fields)
    shared: dict[str, Any] = {
        "dcs": fields["dcs"],
        "pid": fields["pid"],
        "udhi": fields["udhi"],
        "reply_path": fields["rp"],
        "udl": udl,
        "user_data": user_data,
    }
    if vector["kind"] == "deliver":
        return Deliver(
            originator=_address(fields["originator"], fields["originator_toa"]),
            sent_at=datetime.fromisoformat(fields["timestamp"]),
            more_messages=fields["mms_more_messages"],
            status_report_indication=fields["sri"],
            **shared,
        )
    return Submit(
        destination=_address(fields["destination"], fields["destination_toa"]),
        validity=_validity(fields),
        status_report=fields["srr"],
        reject_duplicates=fields["rd"],
        reference=fields["mr"],
        **shared,
    )


def _address(text: str, toa: str) -> Address:
    return Address(text.removeprefix("+"), int(toa, 16))


def _validity(fields: Vector) -> Validity:
    if "vp_absolute" in fields:
        return datetime.fromisoformat(fields["vp_absolute"])
    if "vp_seconds" in fields and fields["vpf"] == "relative":
        return timedelta(seconds=fields["vp_seconds"])
    form = ValidityFormat[fields["vpf"].upper()]
    return read_validity(OctetReader(bytes.fromhex(fields.get("vp_raw", ""))), form)


def _user_data(fields: Vector) -> tuple[int, bytes]:
    elements = tuple(InformationElement(int(e["iei"], 16), bytes.fromhex(e["data"])) for e in fields.get("udh", ()))
    header = encode_header(elements)
    if fields["alphabet"] == "gsm7":
        locking = NationalTable(fields.get("locking_shift") or 0)
        single = NationalTable(fields.get("single_shift") or 0)
        septets = encode_septets(fields["text"], locking, single)
        assert septets is not None
        return pack_user_data(header, septets)
    data = bytes.fromhex(fields["data_hex"]) if "data_hex" in fields else fields["text"].encode("utf-16-be")
    return len(header + data), header + data
