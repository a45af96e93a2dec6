"""XLSX: its first sheet is written out as a table once, and read like any other.

A workbook cannot be read from the middle, and a batch must be readable from where a crash left it. Formulas are text
here (`=A1+B1`), never run; a number has the decimals that it is shown with, after a comma; a date is dd/mm/aaaa.

A workbook is a ZIP, and a small one may claim to be huge: what it unpacks to is bounded before it is unpacked, and the
table of shared texts, which openpyxl keeps in memory, more narrowly.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from recado.batches.tables import MOST_COLUMNS, FileRefused, write_table

MOST_UNPACKED = 4 * 1024**3
MOST_SHARED = 200 * 1024**2
MOST_TIMES_LARGER = 200
_FREELY = 10 * 1024**2
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_DECIMALS = re.compile(r"0\.(0+)(?![0E])")
_TO_PORTUGUESE = str.maketrans(",.", ".,")
_UNREADABLE = (
    "A planilha não pode ser lida. Abra-a no Excel ou no LibreOffice e salve de novo como .xlsx ou “CSV UTF-8”."
)


def is_workbook(path: Path) -> bool:
    """True for an XLSX. Raises FileRefused (pt-BR) for another program's or an old workbook."""
    with path.open("rb") as file:
        beginning = file.read(4)
    if beginning == _OLE:
        raise FileRefused("É uma planilha antiga (.xls) ou com senha. Salve-a como .xlsx, sem senha, ou “CSV UTF-8”.")
    if beginning != _ZIP:
        return False
    _check(path)
    return True


def first_rows(path: Path, count: int) -> list[list[str]]:
    """The first `count` rows of the first sheet. Raises FileRefused."""
    rows: list[list[str]] = []
    for row in _rows(path):
        rows.append(row)
        if len(rows) >= count:
            break
    return rows


def write_csv(path: Path, target: Path) -> None:
    """Write the first sheet to `target` as a table of ours; it appears whole or not at all. Raises FileRefused."""
    write_table(target, (row or [""] for row in _rows(path)))


def _check(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            entries = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as fault:
        raise FileRefused(_UNREADABLE) from fault
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names:
        raise FileRefused("O arquivo é compactado, mas não é uma planilha .xlsx. Salve a planilha como .xlsx ou CSV.")
    unpacked = sum(entry.file_size for entry in entries)
    shared = sum(entry.file_size for entry in entries if entry.filename == "xl/sharedStrings.xml")
    swollen = unpacked > _FREELY and unpacked > MOST_TIMES_LARGER * path.stat().st_size
    if unpacked > MOST_UNPACKED or shared > MOST_SHARED or swollen:
        raise FileRefused("A planilha é grande demais para ser lida com segurança. Salve-a como “CSV UTF-8”.")


def _rows(path: Path) -> Iterator[list[str]]:
    # Imported here: half a second that only who reads a workbook pays.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    # Whatever a spoiled workbook holds, openpyxl answers with one of these.
    faults = (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        SyntaxError,
        IndexError,
        OSError,
    )
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            # What it warns of is formats and styles that it does not know: none matters here.
            warnings.simplefilter("ignore")
            book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
            sheet = book.worksheets[0]
            # The sheet's own word on its size may be a lie.
            sheet.reset_dimensions()
            for row in sheet.iter_rows(max_col=MOST_COLUMNS + 1):
                cells = [_written(cell.value, cell) for cell in row]
                while cells and not cells[-1]:
                    cells.pop()
                yield cells
    except faults as fault:
        raise FileRefused(_UNREADABLE) from fault


def _written(cell: Any, place: Any) -> str:
    """A cell's value as a person reads it; `place` knows how it is shown."""
    if cell is None:
        return ""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _number(cell, str(place.number_format))
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y}" if cell.time() == time.min else f"{cell:%d/%m/%Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    if isinstance(cell, bool):
        return "sim" if cell else "não"
    # Array and table formulas come as objects of their own.
    text = getattr(cell, "text", cell)
    return str(text)


def _number(value: float, shown: str) -> str:
    """With the decimals and the points of thousands of its format, as money is; else as few as it has."""
    if match := _DECIMALS.search(shown):
        text = f"{value:,.{len(match[1])}f}" if "#,##0" in shown else f"{value:.{len(match[1])}f}"
        return text.translate(_TO_PORTUGUESE)
    return (str(int(value)) if float(value).is_integer() else repr(value)).translate(_TO_PORTUGUESE)
