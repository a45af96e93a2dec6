"""CSV as the Excel of a Brazilian office opens it: UTF-8 with its mark, semicolons, CR LF.

A spreadsheet takes what begins with `=`, `+`, `-`, `@`, a tabulator or a carriage return for a formula, and runs it; an
apostrophe in front makes it a text again (OWASP, CSV Injection).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from recado.web.exports.document import Cell, Document, written

_MARK = "\ufeff"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_ROWS_A_PIECE = 500


def pieces(document: Document) -> Iterator[bytes]:
    """The file, piece by piece; memory does not grow with the number of rows."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write(_MARK)
    writer.writerow([document.title])
    writer.writerows([safe(label), safe(value)] for label, value in document.filters)
    writer.writerow([])
    writer.writerow(document.heads)
    for number, row in enumerate(document.rows, 1):
        writer.writerow([safe(cell) for cell in row])
        if number % _ROWS_A_PIECE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def safe(cell: Cell) -> str:
    """The cell's text, with an apostrophe in front when a spreadsheet would take it for a formula."""
    text = written(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(_FORMULA_STARTS) else text


def _taken(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece
