"""XLSX: times are times, texts are texts whatever they begin with, and rows go to the disk as they are written."""

from __future__ import annotations

import tempfile
from datetime import datetime
from typing import IO

import xlsxwriter

from recado.web.exports.document import Document

MOST_ROWS = 50_000
"""A workbook is sent only when it is whole; more rows than these would keep the browser waiting too long."""

_WIDTHS = (17, 17, 10, 20, 34, 16, 28, 20, 16, 11, 18)


def workbook(document: Document) -> IO[bytes]:
    """The whole file, unnamed on the disk, at its beginning; closing it removes it."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed on, and closed with the response
    options = {"constant_memory": True, "default_date_format": "dd/mm/yyyy hh:mm:ss"}
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet("Mensagens")
    bold = book.add_format({"bold": True})
    for column, width in enumerate(_WIDTHS[: len(document.heads)]):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, document.title, bold)
    for line, (label, value) in enumerate(document.filters, 1):
        sheet.write_string(line, 0, label)
        sheet.write_string(line, 1, value)
    head = len(document.filters) + 2
    sheet.freeze_panes(head + 1, 0)
    for column, words in enumerate(document.heads):
        sheet.write_string(head, column, words, bold)
    for line, row in enumerate(document.rows, head + 1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(line, column, cell)
            elif isinstance(cell, datetime):
                sheet.write_datetime(line, column, cell)
            elif cell is not None:
                sheet.write_number(line, column, cell)
    book.close()
    file.seek(0)
    return file
