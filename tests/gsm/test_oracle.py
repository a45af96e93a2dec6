"""A second opinion: libgammu reads what Recado writes. It has no national tables, so those stay out."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.gsm import EncodingPolicy, Part, build_submit, segment
from recado.gsm.validity import decode_relative, encode_relative

from .strategies import any_text

gammu = pytest.importorskip("gammu")

NUMBER = "+5531999990000"


def _read(part: Part, **asked: Any) -> dict[str, Any]:
    pdu = build_submit(part, NUMBER, **asked).to_hex()
    read: dict[str, Any] = gammu.DecodePDU(bytes.fromhex(pdu), True)
    # libgammu takes the length in septets for one in characters: past the NUL that ends the text is old memory.
    read["Text"] = read["Text"].split("\x00")[0]
    return read


@settings(max_examples=300)
@given(
    any_text,
    st.sampled_from([EncodingPolicy.FOLD, EncodingPolicy.UCS2]),
    st.integers(0, 255),
    st.booleans(),
)
def test_libgammu_reads_every_part_as_it_was_meant(
    text: str, policy: EncodingPolicy, reference: int, wide: bool
) -> None:
    if policy is EncodingPolicy.UCS2:
        # libgammu repeats a "~" of UCS-2 text over the character after it.
        text = text.replace("~", "-")
    cut = segment(text, policy, reference=reference, wide_reference=wide)
    for part in cut.parts:
        read = _read(part)
        assert (read["Type"], read["Number"], read["Text"]) == ("Submit", NUMBER, part.text)
        coding = "Unicode" if policy is EncodingPolicy.UCS2 else "Default"
        assert read["Coding"] == f"{coding}_No_Compression"
        if len(cut.parts) > 1:
            header = read["UDH"]
            assert (header["PartNumber"], header["AllParts"]) == (part.index, part.total)
            assert header["ID16bit" if wide else "ID8bit"] == reference


_UNITS = {"M": timedelta(minutes=1), "H": timedelta(hours=1), "D": timedelta(days=1), "W": timedelta(weeks=1)}


@given(st.integers(5, 62 * 7 * 24 * 60), st.integers(0, 255))
def test_libgammu_reads_what_is_asked_of_the_network(minutes: int, reference: int) -> None:
    (part,) = segment("oi", EncodingPolicy.FOLD).parts
    asked = timedelta(minutes=minutes)
    read = _read(part, validity=asked, message_reference=reference, status_report=True)
    assert read["MessageReference"] == reference
    validity = read["SMSC"]["Validity"]
    assert int(validity[:-1]) * _UNITS[validity[-1]] == decode_relative(encode_relative(asked)) <= asked
