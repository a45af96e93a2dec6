"""bMessages: what is written is exact to the octet, what is read may be anything."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.links.bluetooth.bmessage import LONGEST, BMessageError, read_bmessage, write_sms

NUMBER = "+5581900000012"
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), max_size=400)
TRAPS = st.lists(st.sampled_from(["END:MSG", "/", "\n", "BEGIN:MSG", "END:BBODY", "END:BMSG", "ção", "😀", " "])).map(
    "".join
)


def outcome(data: bytes) -> object:
    """The message, or why there is none; anything else that is raised fails the test."""
    try:
        return read_bmessage(data)
    except BMessageError as error:
        return str(error)


def test_it_is_written_as_the_profile_shows_it() -> None:
    assert write_sms(NUMBER, "Olá") == (
        b"BEGIN:BMSG\r\nVERSION:1.0\r\nSTATUS:READ\r\nTYPE:SMS_GSM\r\nFOLDER:telecom/msg/outbox\r\n"
        b"BEGIN:BENV\r\nBEGIN:VCARD\r\nVERSION:2.1\r\nN:\r\nTEL:+5581900000012\r\nEND:VCARD\r\n"
        b"BEGIN:BBODY\r\nCHARSET:UTF-8\r\nLENGTH:26\r\nBEGIN:MSG\r\nOl\xc3\xa1\r\nEND:MSG\r\n"
        b"END:BBODY\r\nEND:BENV\r\nEND:BMSG\r\n"
    )


@given(TEXTS | TRAPS)
def test_a_text_comes_back_as_it_went(text: str) -> None:
    message = read_bmessage(write_sms(NUMBER, text))
    assert (message.text, message.recipients[0].number, message.kind) == (text, NUMBER, "SMS_GSM")


@given(TEXTS | TRAPS)
def test_the_length_counts_octets_from_begin_to_the_line_end_after_end(text: str) -> None:
    written = write_sms(NUMBER, text)
    match = re.search(rb"LENGTH:(\d+)\r\n", written)
    assert match is not None
    counted = written[match.end() : match.end() + int(match.group(1))]
    assert counted.startswith(b"BEGIN:MSG\r\n")
    assert counted.endswith(b"\r\nEND:MSG\r\n")
    assert written[match.end() + len(counted) :] == b"END:BBODY\r\nEND:BENV\r\nEND:BMSG\r\n"


@given(TEXTS | TRAPS)
def test_no_line_of_a_text_can_end_the_message(text: str) -> None:
    assert write_sms(NUMBER, text).split(b"\r\n").count(b"END:MSG") == 1


@given(st.binary(max_size=600) | TRAPS.map(lambda text: b"BEGIN:BMSG\r\n" + text.encode()))
def test_whatever_a_phone_hands_over_is_read_or_refused(data: bytes) -> None:
    assert outcome(data)


@given(st.integers(0, 400), st.binary(max_size=8))
def test_a_damaged_message_is_read_or_refused(at: int, damage: bytes) -> None:
    whole = write_sms(NUMBER, "Protocolo 20261000000012.\nEND:MSG")
    assert outcome(whole[:at] + damage + whole[at + len(damage) :])


@pytest.mark.parametrize("number", ["", "81 9", "+55;ext=1", "+55\r\nTEL:+1", "Cliente"])
def test_what_is_no_number_is_never_written(number: str) -> None:
    with pytest.raises(BMessageError):
        write_sms(number, "Olá")


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_a_text_that_utf8_does_not_hold_is_never_written(text: str) -> None:
    with pytest.raises(BMessageError):
        write_sms(NUMBER, text)


def test_a_reply_is_read_as_android_writes_it() -> None:
    message = read_bmessage(
        b"BEGIN:BMSG\r\nVERSION:1.0\r\nSTATUS:UNREAD\r\nTYPE:SMS_GSM\r\nFOLDER:telecom/msg/INBOX\r\n"
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Cliente\r\nN:Cliente\r\nTEL:+5581900000012\r\nEND:VCARD\r\n"
        b"BEGIN:BENV\r\nBEGIN:VCARD\r\nVERSION:3.0\r\nFN:\r\nN:\r\nTEL;TYPE=CELL:81900000000\r\nEND:VCARD\r\n"
        b"BEGIN:BBODY\r\nCHARSET:UTF-8\r\nLENGTH:999\r\nBEGIN:MSG\r\nN\xc3\xa3o\r\nSAIR\r\nEND:MSG\r\nEND:BBODY\r\n"
        b"END:BENV\r\nEND:BMSG\r\n"
    )
    assert message.text == "Não\nSAIR"
    assert [card.number for card in message.originators] == ["+5581900000012"]
    assert [card.number for card in message.recipients] == ["81900000000"]
    assert (message.read, message.folder) == (False, "telecom/msg/INBOX")


def test_a_message_in_the_phones_native_coding_is_refused() -> None:
    native = write_sms(NUMBER, "0001000D91").replace(b"CHARSET:UTF-8\r\n", b"")
    with pytest.raises(BMessageError, match="UTF-8"):
        read_bmessage(native)


def test_envelopes_without_end_are_refused() -> None:
    with pytest.raises(BMessageError, match="envelopes"):
        read_bmessage(b"BEGIN:BMSG\r\n" + b"BEGIN:BENV\r\n" * 5000)


def test_what_is_no_sms_by_its_size_is_refused() -> None:
    with pytest.raises(BMessageError, match="long"):
        read_bmessage(b"x" * (LONGEST + 1))
