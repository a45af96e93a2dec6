"""Cutting under each policy: what is kept, how many parts, and that no part says half a character."""

import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.gsm import (
    EncodeError,
    Encoding,
    EncodingPolicy,
    NationalTable,
    Submit,
    build_submit,
    fold,
    join_text,
    segment,
)

from .strategies import any_text, portuguese

NUMBER = "+5531999990000"
PT = NationalTable.PORTUGUESE
NONE = NationalTable.DEFAULT

policies = st.sampled_from(EncodingPolicy)
references = st.integers(0, 255)


@given(any_text, policies, references, st.booleans())
def test_any_text_comes_back_whole_from_its_pdus(text: str, policy: EncodingPolicy, reference: int, wide: bool) -> None:
    cut = segment(text, policy, reference=reference, wide_reference=wide)
    read = [Submit.from_hex(build_submit(part, NUMBER, validity=timedelta(days=1)).to_hex()) for part in cut.parts]
    assert join_text(submit.content for submit in read) == cut.text
    assert cut.text == (fold(text).text if policy is EncodingPolicy.FOLD else text)
    assert [submit.text for submit in read] == [part.text for part in cut.parts]
    assert all(submit.encoding is cut.encoding for submit in read)


@given(any_text, policies, references, st.booleans())
def test_every_part_fits_one_sms_and_is_numbered(text: str, policy: EncodingPolicy, reference: int, wide: bool) -> None:
    parts = segment(text, policy, reference=reference, wide_reference=wide).parts
    assert all(len(part.user_data) <= 140 for part in parts)
    assert [part.index for part in parts] == list(range(1, len(parts) + 1))
    assert {part.total for part in parts} == {len(parts)}
    concats = [build_submit(part, NUMBER).concat for part in parts]
    if len(parts) == 1:
        assert concats == [None]
    else:
        assert [(c.reference, c.total, c.index, c.wide) for c in concats if c] == [
            (reference, len(parts), part.index, wide) for part in parts
        ]


@given(any_text, policies)
def test_no_part_ends_in_half_a_character(text: str, policy: EncodingPolicy) -> None:
    cut = segment(text, policy)
    assert "".join(part.text for part in cut.parts) == cut.text
    assert not any("\ufffd" in part.text for part in cut.parts) or "\ufffd" in text


@given(any_text, policies)
def test_the_same_arguments_give_the_same_parts(text: str, policy: EncodingPolicy) -> None:
    assert segment(text, policy, reference=9) == segment(text, policy, reference=9)


@given(any_text)
def test_auto_never_takes_more_parts_than_another_way_that_keeps_every_character(text: str) -> None:
    auto = segment(text, EncodingPolicy.AUTO)
    others = [segment(text, policy) for policy in (EncodingPolicy.UCS2, EncodingPolicy.SHIFT)]
    assert auto.changes == ()
    assert len(auto.parts) == min(len(other.parts) for other in others)


@given(portuguese)
def test_fold_never_takes_more_parts_than_ucs2(text: str) -> None:
    # An ellipsis folds to three dots, so only texts without one are sure to shrink.
    plain = text.replace("…", "").replace("€", "e")
    assert len(segment(plain, EncodingPolicy.FOLD).parts) <= len(segment(plain, EncodingPolicy.UCS2).parts)


@pytest.mark.parametrize(
    ("text", "locking", "single"),
    [
        ("texto sem acento", NONE, NONE),
        ("sua solicitação foi atendida", NONE, PT),
        ("ãõáíóúâêç" * 12, PT, NONE),
        ("ãõáíóúâêç {Ω} " * 8, PT, PT),
    ],
)
def test_shift_takes_the_tables_that_cost_least(text: str, locking: NationalTable, single: NationalTable) -> None:
    part = segment(text, EncodingPolicy.SHIFT).parts[0]
    assert (part.encoding, part.locking, part.single) == (Encoding.GSM7, locking, single)


def test_shift_falls_to_ucs2_when_one_character_does_not_fit() -> None:
    cut = segment("solicitação 😀", EncodingPolicy.SHIFT)
    assert (cut.encoding, cut.text, cut.changes) == (Encoding.UCS2, "solicitação 😀", ())


def test_auto_prefers_ucs2_to_national_tables_when_both_take_one_part() -> None:
    assert segment("solicitação", EncodingPolicy.AUTO).encoding is Encoding.UCS2
    assert segment("solicitação" * 10, EncodingPolicy.AUTO).encoding is Encoding.GSM7


def test_fold_tells_what_it_changed() -> None:
    cut = segment("Solicitação atendida", EncodingPolicy.FOLD)
    assert [(c.before, c.after, c.count) for c in cut.changes] == [("ç", "c", 1), ("ã", "a", 1)]
    assert cut.parts[0].text == "Solicitacao atendida"


def test_a_policy_may_come_as_plain_text_from_a_database() -> None:
    assert segment("ação", "fold").text == "acao"  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="fold_all"):
        segment("ação", "fold_all")  # type: ignore[arg-type]


def test_an_empty_text_is_one_empty_part() -> None:
    for policy in EncodingPolicy:
        (part,) = segment("", policy).parts
        assert (part.text, part.udl, part.user_data) == ("", 0, b"")


@pytest.mark.parametrize("text", ["\x00", "a\x1bb", "\x07", "\x7f", "\x85", "\ud83d", "a\udc00"])
@pytest.mark.parametrize("policy", EncodingPolicy)
def test_what_no_phone_can_show_is_refused(text: str, policy: EncodingPolicy) -> None:
    with pytest.raises(EncodeError):
        segment(text, policy)


@pytest.mark.parametrize(("reference", "wide"), [(-1, False), (256, False), (65536, True)])
def test_a_reference_out_of_range_is_refused(reference: int, wide: bool) -> None:
    with pytest.raises(EncodeError):
        segment("a", EncodingPolicy.FOLD, reference=reference, wide_reference=wide)


@pytest.mark.parametrize("policy", EncodingPolicy)
@pytest.mark.parametrize("character", ["a", "ã", "😀", "a\u0303", "\u0301", "ﷺ", "\x00"])
def test_ten_megabytes_are_refused_at_once(policy: EncodingPolicy, character: str) -> None:
    text = character * (10_000_000 // len(character))
    assert min(_seconds_to_refuse(text, policy) for _ in range(3)) < 0.02


def _seconds_to_refuse(text: str, policy: EncodingPolicy) -> float:
    began = time.thread_time()
    with pytest.raises(EncodeError):
        segment(text, policy)
    return time.thread_time() - began


@pytest.mark.parametrize("policy", EncodingPolicy)
@pytest.mark.parametrize("character", ["ﷺ", "…", "\u0301", "😀", "€", "a\u0323\u0301"])
def test_the_worst_text_just_under_the_limit_takes_no_time_to_speak_of(policy: EncodingPolicy, character: str) -> None:
    text = (character * 39015)[:39015]
    began = time.thread_time()
    try:
        parts = segment(text, policy).parts
    except EncodeError:
        parts = ()
    assert len(parts) <= 255
    assert time.thread_time() - began < 1.0


@pytest.mark.parametrize("policy", EncodingPolicy)
def test_an_ordinary_message_costs_a_fraction_of_a_millisecond(policy: EncodingPolicy) -> None:
    text = ("Sua solicitação foi atendida. Obrigado por avisar. " * 4)[:160]
    segment(text, policy)
    best = min(_seconds(text, policy) for _ in range(50))
    assert best < 0.0005


def _seconds(text: str, policy: EncodingPolicy) -> float:
    began = time.thread_time()
    for part in segment(text, policy).parts:
        build_submit(part, NUMBER).to_hex()
    return time.thread_time() - began
