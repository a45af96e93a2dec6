"""Files of texts as people make them: each row good or with its reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.cli.csv_rows import LARGEST_FILE, BadRow, FileRefused, GoodRow, read_rows

HEADING = "celular;texto\n"


def good(content: str, encoding: str = "utf-8") -> list[tuple[int, str, str]]:
    rows = read_rows(content.encode(encoding))
    return [(row.line, row.number, row.text) for row in rows if isinstance(row, GoodRow)]


def bad(content: str) -> dict[int, str]:
    return {row.line: row.reason for row in read_rows(content.encode()) if isinstance(row, BadRow)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ","])
def test_encodings_and_separators_of_spreadsheets_are_understood(encoding: str, separator: str) -> None:
    content = f"Celular{separator} TEXTO \r\n(81) 90000-0001{separator}Ligação concluída\r\n"

    assert good(content, encoding) == [(2, "+5581900000001", "Ligação concluída")]


def test_columns_may_stand_in_any_order_among_others() -> None:
    assert good("nome;texto;celular\nAna;Oi;81900000001\n") == [(2, "+5581900000001", "Oi")]


def test_a_text_between_quotes_may_hold_the_separator_and_a_line_end() -> None:
    assert good(HEADING + '81900000001;"um; dois\ntrês"\n') == [(3, "+5581900000001", "um; dois\ntrês")]


def test_blank_lines_are_passed_over_and_the_line_numbers_stay_the_files_own() -> None:
    assert good(HEADING + "\n;\n81900000001;Oi\n") == [(4, "+5581900000001", "Oi")]


def test_each_bad_row_has_its_line_and_reason_and_the_good_go() -> None:
    content = HEADING + "8133334444;Oi\n81900000001;Oi\n900000001;Oi\n81900000002;\n81900000003\n"

    assert list(bad(content)) == [2, 4, 5, 6]
    assert "fixo" in bad(content)[2]
    assert "DDD" in bad(content)[4]
    assert "texto" in bad(content)[5]
    assert "coluna" in bad(content)[6]
    assert len(good(content)) == 1


def test_a_row_keeps_its_key_when_the_file_comes_again_and_no_two_rows_share_one() -> None:
    content = (HEADING + "81900000001;Oi\n" * 3).encode()
    keys = [row.key for row in read_rows(content) if isinstance(row, GoodRow)]

    assert keys == [row.key for row in read_rows(content) if isinstance(row, GoodRow)]
    assert len(set(keys)) == 3
    assert all(len(key) <= 100 for key in keys)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "vazio"),
        (b"\n \n", "vazio"),
        (b"celular;texto\n", "depois do cabe"),
        (b"fone;texto\n81900000001;Oi\n", "celular"),
        (b"celular;mensagem\n81900000001;Oi\n", "texto"),
        ("celular;texto\n81900000001;Oi".encode("utf-16"), "CSV UTF-8"),
        (b'celular;texto\n81900000001;"Oi\n', "aspas"),
        (b"celular;texto\n81900000001;" + b"x" * 200_000 + b"\n", "longo"),
        (b"x" * (LARGEST_FILE + 1), "MB"),
    ],
    ids=["empty", "blank", "heading only", "no number", "no text", "utf-16", "open quote", "huge field", "huge file"],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(FileRefused, match=reason):
        read_rows(content)


@given(st.binary(max_size=400))
def test_any_bytes_give_rows_or_a_refusal(content: bytes) -> None:
    try:
        rows = read_rows(b"celular;texto\n" + content)
    except FileRefused:
        rows = []
    assert all(row.line > 1 for row in rows)
