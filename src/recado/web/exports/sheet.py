"""XLSX (ECMA-376), sent while it is written: times are times, texts are texts whatever they begin with.

A workbook is a zip of XML parts. `zipfile` writes one to a file that cannot be sought in, and texts stand in their own
cells (`inlineStr`), not in a table that would have to be whole first; so memory does not grow with the number of rows.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from recado.web.exports.document import Cell, Document

MOST_ROWS = 1_048_000
"""A sheet has 1,048,576 lines; the filters take some."""

_PLAIN, _BOLD, _TIME = 0, 1, 2
# A number of a sheet has fifteen digits; what has more stays a text.
_LARGEST = 10**15
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's times have no zone
_WIDTHS = (22, 17, 10, 20, 34, 20, 28, 20, 22, 11, 18)
_ROWS_A_PIECE = 500
# XML 1.0 has no way to write these.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SHEET = "xl/worksheets/sheet1.xml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
    f'<Override PartName="/{_SHEET}" ContentType="{_KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView/></bookViews>'
    '<sheets><sheet name="Mensagens" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def pieces(document: Document) -> Iterator[bytes]:
    """The file, piece by piece."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as book:
        for name, xml in _PARTS.items():
            book.writestr(name, _HEAD + xml)
        with book.open(_SHEET, "w") as part:
            for xml in _sheet(document):
                part.write(xml.encode())
                if piece := sink.taken():
                    yield piece
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Takes what a zip writes, to be handed on: a file without an end, in which nothing is sought."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        piece = bytes(self._held)
        self._held.clear()
        return piece


def _sheet(document: Document) -> Iterator[str]:
    heads = len(document.filters) + 3
    widths = "".join(
        f'<col min="{column}" max="{column}" width="{width}" customWidth="1"/>'
        for column, width in enumerate(_WIDTHS[: len(document.heads)], 1)
    )
    first = [_row(1, (document.title,), _BOLD)]
    first += [_row(line, pair) for line, pair in enumerate(document.filters, 2)]
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="{heads}"'
        f' topLeftCell="A{heads + 1}" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData>{''.join(first)}{_row(heads, document.heads, _BOLD)}"
    )
    held: list[str] = []
    for line, row in enumerate(document.rows, heads + 1):
        held.append(_row(line, row))
        if len(held) == _ROWS_A_PIECE:
            yield "".join(held)
            held.clear()
    yield "".join(held) + "</sheetData></worksheet>"


def _row(line: int, cells: tuple[Cell, ...], style: int = _PLAIN) -> str:
    written = [_cell(f"{chr(ord('A') + column)}{line}", cell, style) for column, cell in enumerate(cells)]
    return f'<row r="{line}">{"".join(written)}</row>'


def _cell(place: str, cell: Cell, style: int) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        # Whole seconds: Excel would round up what every screen cuts off.
        days = (cell.replace(microsecond=0) - _DAY_ZERO).total_seconds() / 86400
        return f'<c r="{place}" s="{_TIME}"><v>{days:.10f}</v></c>'
    if isinstance(cell, int) and abs(cell) < _LARGEST:
        return f'<c r="{place}"><v>{cell}</v></c>'
    text = escape(_NO_XML.sub("", str(cell)))
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
