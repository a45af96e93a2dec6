"""Any CSV that people make: delimiter, encoding, quoted line breaks, from any place in it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.batches import tables
from recado.batches.tables import (
    DELIMITERS,
    RARE_DELIMITERS,
    FileRefused,
    Layout,
    Record,
    delimiter_of,
    look_at,
    records,
)


def written(path: Path, content: str | bytes) -> Path:
    file = path / "lista.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def cells(path: Path, content: str | bytes) -> list[list[str]]:
    file = written(path, content)
    return [record.cells for record in records(file, look_at(file))]


@pytest.mark.parametrize("delimiter", [*DELIMITERS, *RARE_DELIMITERS])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    content = "\n".join(delimiter.join(row) for row in [["celular", "nome"], ["81912345678", "Ana"]])
    assert cells(tmp_path, content) == [["celular", "nome"], ["81912345678", "Ana"]]


def test_a_comma_in_the_values_is_no_delimiter(tmp_path: Path) -> None:
    content = "celular;valor;texto\n81912345678;10,00;Olá, Ana\n81912345679;1,00;Olá\n"
    assert look_at(written(tmp_path, content)).delimiter == ";"


def test_a_rare_delimiter_counts_where_no_usual_one_cuts_every_record(tmp_path: Path) -> None:
    rare = "celular~nome~valor\n81912345678~Ana~10,00\n81912345679~Bia~1,00\n"
    assert look_at(written(tmp_path, rare)).delimiter == "~"
    usual = "celular;nome;hora:\n81912345678;Ana;8:00\n81912345679;Bia;9:30\n"
    assert look_at(written(tmp_path, usual)).delimiter == ";"


@pytest.mark.parametrize(
    ("written_so", "delimiter"), [("TAB", "\t"), (" tab ", "\t"), ("§", "§"), ("\t", "\t"), ("@", "@")]
)
def test_a_person_may_name_any_delimiter(written_so: str, delimiter: str) -> None:
    assert delimiter_of(written_so) == delimiter


@pytest.mark.parametrize("written_so", ["", "  ", "a", "7", '"', "'", ";;", "\n"])
def test_what_can_be_no_delimiter_is_refused(written_so: str) -> None:
    with pytest.raises(FileRefused, match="um só caractere"):
        delimiter_of(written_so)


def test_a_table_of_one_column_has_any_delimiter(tmp_path: Path) -> None:
    assert cells(tmp_path, "celular\n81912345678\n") == [["celular"], ["81912345678"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1"])
def test_the_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    assert cells(tmp_path, "celular;nome\n81912345678;João Ñandú\n".encode(encoding))[1] == [
        "81912345678",
        "João Ñandú",
    ]


def test_the_first_accent_may_stand_far_below(tmp_path: Path) -> None:
    content = "celular;nome\n" + "81912345678;Ana\n" * 40_000 + "81912345678;João\n"
    assert look_at(written(tmp_path, content.encode("cp1252"))).encoding == "cp1252"
    assert look_at(written(tmp_path, content.encode())).encoding == "utf-8"


def test_one_spoiled_byte_does_not_make_another_encoding_of_good_utf8(tmp_path: Path) -> None:
    content = b"celular;nome\n" + "81912345678;João\n".encode() * 30 + b"81912345678;Jo\xe3o\n"
    rows = cells(tmp_path, content)
    assert rows[1][1] == "João"
    assert tables.UNREADABLE in rows[-1][1]


def test_a_quoted_line_break_belongs_to_its_cell(tmp_path: Path) -> None:
    rows = cells(tmp_path, 'celular;nome\r\n81912345678;"Ana\r\nLima"\r\n81912345679;Bia\r\n')
    assert rows[1] == ["81912345678", "Ana\r\nLima"]
    assert rows[2] == ["81912345679", "Bia"]


def test_a_record_has_the_number_that_a_spreadsheet_shows(tmp_path: Path) -> None:
    file = written(tmp_path, 'celular;nome\n\n1;"a\nb"\n2;c\n')
    assert [(record.line, record.cells) for record in records(file, look_at(file))] == [
        (1, ["celular", "nome"]),
        (2, []),
        (3, ["1", "a\nb"]),
        (4, ["2", "c"]),
    ]


def test_a_quotation_mark_without_partner_spoils_its_own_record_alone(tmp_path: Path) -> None:
    lines = [f"819123456{place:02d};Ana" for place in range(90)]
    lines[20] = '81912345620;"Ana'
    file = written(tmp_path, "\n".join(lines) + "\n")
    found = list(records(file, look_at(file)))
    assert len(found) == 90
    assert [record.line for record in found if record.fault] == [21]
    assert found[20].cells == ['81912345620;"Ana\n']
    assert found[21].cells == ["81912345621", "Ana"]


def test_so_does_one_in_the_last_record(tmp_path: Path) -> None:
    file = written(tmp_path, '81912345678;Ana\n81912345679;"Bia')
    found = list(records(file, Layout("utf-8", ";", 0)))
    assert [(record.line, bool(record.fault)) for record in found] == [(1, False), (2, True)]


def test_an_endless_line_is_one_fault_and_the_next_is_read(tmp_path: Path) -> None:
    file = written(tmp_path, "81912345678;Ana\n" + "x" * 300_000 + "\n81912345679;Bia\n")
    found = list(records(file, Layout("utf-8", ";", 0)))
    assert [bool(record.fault) for record in found] == [False, True, False]
    assert found[2].cells == ["81912345679", "Bia"]
    assert len(found[1].cells[0]) <= 300


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "está vazio"),
        (b" \n\r\n", "está vazio"),
        ("celular;nome\n".encode("utf-16"), "CSV UTF-8"),
        (b"celular;nome\n8191234\x005678;Ana\n", "CSV UTF-8"),
        (b"celular;nome\r81912345678;Ana\r", "terminam de um modo antigo"),
    ],
)
def test_what_is_no_csv_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        look_at(written(tmp_path, content))


cell = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)


@given(st.lists(st.lists(cell, min_size=2, max_size=4), min_size=1, max_size=12), st.data())
def test_reading_goes_on_after_any_record_as_if_it_had_not_stopped(
    tmp_path: Path, rows: list[list[str]], data: st.DataObject
) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(rows)
    file, layout = written(tmp_path, text.getvalue()), Layout("utf-8", ";", 0)
    whole: list[Record] = list(records(file, layout))
    assert [record.cells for record in whole] == rows
    stop = data.draw(st.sampled_from(whole))
    after = list(records(file, layout, position=stop.end, line=stop.line))
    assert [*whole[: stop.line], *after] == whole


@given(st.binary(max_size=400))
def test_any_bytes_are_read_to_their_end_or_refused(tmp_path: Path, content: bytes) -> None:
    file = written(tmp_path, content)
    try:
        layout = look_at(file)
    except FileRefused:
        return
    found = list(records(file, layout))
    assert [record.line for record in found] == list(range(1, len(found) + 1))
    assert not found or found[-1].end <= len(content)
