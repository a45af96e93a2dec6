"""How other projects cut long texts."""

from typing import Any

import pytest

from recado.gsm import (
    Deliver,
    EncodeError,
    EncodingPolicy,
    InformationElement,
    NationalTable,
    Segmentation,
    Submit,
    join_text,
    segment,
)
from recado.gsm.alphabet import encode_septets
from recado.gsm.segment import cut_septets, cut_utf16, segment_gsm7, septets_after
from recado.gsm.udh import LOCKING_SHIFT, SINGLE_SHIFT, Concat, encode_header
from recado.gsm.userdata import decode_ucs2

from .conformance import Vector, cases, load

_TABLE = InformationElement(LOCKING_SHIFT, b"\x03"), InformationElement(SINGLE_SHIFT, b"\x03")


def _with(*keys: str, without: tuple[str, ...] = ()) -> list[Any]:
    return [
        case
        for case in cases("split", "split")
        if all(key in case.values[1] for key in keys) and not any(key in case.values[1] for key in without)
    ]


SPLIT = _with("text", "ref_bits", without=("received_parts_hex", "extra_ie"))
JOINED = _with("pdus")
COUNTED_SEPTETS = _with("septets")
COUNTED_UNITS = _with("utf16_units")
LIMITS = _with("one_more_char")
CHUNKED = _with("chunk_size_septets", "text")
CUT = _with("chunks")
RECEIVED = _with("received_parts_hex")
EXTRA = _with("extra_ie")
FACTS = _with("facts")
CHECKED = SPLIT + JOINED + COUNTED_SEPTETS + COUNTED_UNITS + LIMITS + CHUNKED + CUT + RECEIVED + EXTRA + FACTS


def _segment(vector: Vector, text: str) -> Segmentation:
    wide = vector["ref_bits"] == 16
    if vector["alphabet"] == "ucs2":
        return segment(text, EncodingPolicy.UCS2, reference=7, wide_reference=wide)
    locking = NationalTable(vector.get("locking_table", 0))
    single = NationalTable(vector.get("single_table", 0))
    cut = segment_gsm7(text, locking, single, reference=7, wide_reference=wide)
    assert cut is not None
    return cut


@pytest.mark.parametrize(("name", "vector"), SPLIT)
def test_a_text_is_cut_where_others_cut_it(name: str, vector: Vector) -> None:
    texts = [part.text for part in _segment(vector, vector["text"]).parts]
    assert texts == vector.get("parts", texts)
    assert len(texts) == vector.get("part_count", len(texts))
    assert [len(text) for text in texts] == vector.get("part_lengths_chars", [len(text) for text in texts])
    assert "".join(texts) == vector["text"]


@pytest.mark.parametrize(("name", "vector"), JOINED)
def test_foreign_parts_join_to_the_text(name: str, vector: Vector) -> None:
    contents = [Submit.from_hex(pdu, smsc_included=_has_smsc(vector, pdu)).content for pdu in vector["pdus"]]
    assert join_text(contents) == vector["text"]


def _has_smsc(vector: Vector, pdu: str) -> bool:
    return not vector["source"]["repo"].startswith("warthog618")


@pytest.mark.parametrize(("name", "vector"), COUNTED_SEPTETS)
def test_septets_left_in_the_last_part(name: str, vector: Vector) -> None:
    parts = _segment(vector, "a" * vector["septets"]).parts
    assert (len(parts), 160 - parts[-1].udl) == (vector["part_count"], vector["units_remaining_in_last_part"])


@pytest.mark.parametrize(("name", "vector"), COUNTED_UNITS)
def test_utf16_units_left_in_the_last_part(name: str, vector: Vector) -> None:
    parts = _segment(vector, "ã" * vector["utf16_units"]).parts
    left = (140 - parts[-1].udl) // 2
    assert (len(parts), left) == (vector["part_count"], vector["units_remaining_in_last_part"])


@pytest.mark.parametrize(("name", "vector"), LIMITS)
def test_one_character_more_than_255_parts_hold_is_refused(name: str, vector: Vector) -> None:
    text = vector["char"] * vector["count"]
    assert len(_segment(vector, text).parts) == vector["part_count"]
    with pytest.raises(EncodeError):
        _segment(vector, text + vector["char"])


@pytest.mark.parametrize(("name", "vector"), CHUNKED)
def test_chunks_of_153_septets(name: str, vector: Vector) -> None:
    septets = encode_septets(vector["text"])
    assert septets is not None
    assert len(list(cut_septets(septets, vector["chunk_size_septets"]))) == vector["chunk_count"]


@pytest.mark.parametrize(("name", "vector"), CUT)
def test_no_pair_is_cut(name: str, vector: Vector) -> None:
    if "septet_values" in vector:
        chunks = cut_septets(bytes(vector["septet_values"]), vector["chunk_size_septets"])
    else:
        chunks = cut_utf16(bytes(vector["octets"]), vector["chunk_size_octets"])
    assert [list(chunk) for chunk in chunks] == vector["chunks"]


@pytest.mark.parametrize(("name", "vector"), RECEIVED)
def test_a_pair_cut_by_the_sender_is_joined_before_it_is_read(name: str, vector: Vector) -> None:
    assert decode_ucs2(bytes.fromhex("".join(vector["received_parts_hex"]))) == vector["text"]


@pytest.mark.parametrize(("name", "vector"), EXTRA)
def test_another_element_leaves_less_room(name: str, vector: Vector) -> None:
    extra = InformationElement(int(vector["extra_ie"]["iei"], 16), bytes.fromhex(vector["extra_ie"]["data"]))
    septets = encode_septets(vector["text"])
    assert septets is not None
    room = septets_after(encode_header((Concat(1, 2, 1).element(), extra)))
    assert [len(chunk) for chunk in cut_septets(septets, room)] == [len(part) for part in vector["parts"]]


@pytest.mark.parametrize(("name", "vector"), FACTS)
def test_what_the_header_costs_in_septets(name: str, vector: Vector) -> None:
    facts = vector["facts"]
    length = facts["udhl_octet_septets"]
    concat = Concat(1, 2, 1).element()
    assert 160 - septets_after(encode_header(_TABLE[:1])) == length + facts["one_shift_table_septets"]
    assert 160 - septets_after(encode_header(_TABLE)) == length + facts["two_shift_tables_septets"]
    assert 160 - septets_after(encode_header((concat,))) == length + facts["concat_8bit_septets"]


def test_parts_of_one_message_join_although_centres_and_times_differ() -> None:
    parts = [vector for name, vector in load("deliver") if name.startswith("deliver/mm-multipart-")]
    read = [Deliver.from_hex(vector["pdu"]) for vector in parts]
    assert len({pdu.concat.reference for pdu in read if pdu.concat}) == 1
    assert len(join_text(pdu.content for pdu in read)) == sum(len(pdu.text) for pdu in read) > 153
