"""The parser: every mess a phone makes of its lines, in any division of the bytes."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.modem.parser import MAX_LINE, Final, FinalKind, Line, Message, Parser, Prompt, read_final

PDU = "07915511000000F0040B915511900000F10000620111105122180CCF20A8FD6E8FCB"


@pytest.mark.parametrize(
    ("data", "tokens"),
    [
        (b"\r\nOK\r\n", [Final(FinalKind.OK, "OK")]),
        (b"OK\r\n", [Final(FinalKind.OK, "OK")]),
        (b"\r\r\nOK\r\r\n", [Final(FinalKind.OK, "OK")]),
        (b"\x00\x00\r\n\x00OK\r\n", [Final(FinalKind.OK, "OK")]),
        (b"\xff\xfeOK\xff\r\n", [Final(FinalKind.OK, "OK")]),
        (b"\r\n\xff> ", [Prompt()]),
        (b"AT\r\r\nOK\r\n", [Line("AT"), Final(FinalKind.OK, "OK")]),
        (b"\n+CSQ: 20,99\nOK\n", [Line("+CSQ: 20,99"), Final(FinalKind.OK, "OK")]),
        (b"\r\n+CMS ERROR: 38\r\n", [Final(FinalKind.CMS_ERROR, "+CMS ERROR: 38", 38)]),
        (b"\r\n+CMS ERROR:38\r\n", [Final(FinalKind.CMS_ERROR, "+CMS ERROR:38", 38)]),
        (b"\r\n+CME ERROR: SIM busy\r\n", [Final(FinalKind.CME_ERROR, "+CME ERROR: SIM busy")]),
        (b"COMMAND NOT SUPPORT\r\n", [Final(FinalKind.ERROR, "COMMAND NOT SUPPORT")]),
        (b"MODEM ERROR: 1\r\n", [Final(FinalKind.ERROR, "MODEM ERROR: 1")]),
        (b"NO CARRIER\r\n", [Final(FinalKind.CALL_ENDED, "NO CARRIER")]),
        (b"\r\n> ", [Prompt()]),
        (b"\r\n>", [Prompt()]),
        (b">\r\n+CMGS: 1\r\n", [Prompt(), Line("+CMGS: 1")]),
        (b"> 0011\x1a\r\n+CMGS: 1\r\n", [Prompt(), Line("0011"), Line("+CMGS: 1")]),
        (b"^RSSI:18\r\n> ^MODE:3,3\r\n", [Line("^RSSI:18"), Prompt(), Line("^MODE:3,3")]),
        (b"OKAY\r\nOK, chego as 10h\r\n", [Line("OKAY"), Line("OK, chego as 10h")]),
        (b"0\r\n", [Line("0")]),
    ],
)
def test_it_reads_what_phones_make_of_line_ends(data: bytes, tokens: list[object]) -> None:
    assert Parser().feed(data) == tokens
    single = Parser()
    assert [token for byte in data for token in single.feed(bytes((byte,)))] == tokens


@pytest.mark.parametrize("header", ["+CMT: ,24", "+CMT: 24", '+CMT: "",24', "+CDS: 24", "+CDS: ,24", "+CBM: 88"])
def test_the_pdu_after_a_header_belongs_to_it(header: str) -> None:
    assert Parser().feed(f"\r\n{header}\r\n{PDU}\r\nOK\r\n".encode()) == [
        Message(header, PDU),
        Final(FinalKind.OK, "OK"),
    ]


@pytest.mark.parametrize("reply", ["OK, chego as 10h", "OK", "ERROR", "+CMGS: 3", "> sim", "NO CARRIER"])
def test_a_customers_words_are_never_a_result(reply: str) -> None:
    header = '+CMT: "+5511900000001","","26/11/22,09:13:25-12"'
    assert Parser().feed(f"\r\n{header}\r\n{reply}\r\n".encode()) == [Message(header, reply)]


def test_a_pdu_lost_after_its_header_costs_no_answer() -> None:
    tokens = Parser().feed(b"\r\n+CDS: 24\r\n+CMGS: 5\r\n\r\nOK\r\n")
    assert tokens == [Line("+CDS: 24"), Line("+CMGS: 5"), Final(FinalKind.OK, "OK")]


def test_a_report_in_text_mode_is_one_line() -> None:
    tokens = Parser().feed(b'\r\n+CDS: 6,12,"+5511900000001",145,"a","b",0\r\nOK\r\n')
    assert tokens[1:] == [Final(FinalKind.OK, "OK")]


def test_numeric_results_count_only_while_asked_for() -> None:
    parser = Parser()
    parser.numeric = True
    assert parser.feed(b"0\r4\r") == [Final(FinalKind.OK, "OK"), Final(FinalKind.ERROR, "ERROR")]
    parser.numeric = False
    assert parser.feed(b"0\r") == [Line("0")]


def test_an_error_in_words_keeps_them() -> None:
    assert read_final("+CMS ERROR: Unknown error") == Final(FinalKind.CMS_ERROR, "+CMS ERROR: Unknown error")


def test_endless_garbage_takes_no_memory_and_the_next_line_is_read() -> None:
    parser = Parser()
    tracemalloc.start()
    for _ in range(200):
        assert parser.feed(b"\xff" * 10_000) == []
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * MAX_LINE
    assert parser.discarded > 1_900_000
    assert parser.feed(b"\r\nOK\r\n") == [Final(FinalKind.OK, "OK")]


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_any_bytes_are_read_without_an_exception_and_leave_the_parser_usable(pieces: list[bytes]) -> None:
    parser = Parser()
    for piece in pieces:
        parser.feed(piece)
    assert parser.feed(b"\r\nx\r\nOK\r\n")[-1] == Final(FinalKind.OK, "OK")


@given(st.binary(max_size=200), st.data())
def test_the_division_into_reads_changes_nothing(data: bytes, choice: st.DataObject) -> None:
    cut = choice.draw(st.integers(0, len(data)))
    parser = Parser()
    assert parser.feed(data[:cut]) + parser.feed(data[cut:]) == Parser().feed(data)
