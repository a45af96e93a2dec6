"""PDF to print and to file: A4 across, what was asked for at the head of the first page, the heads on every page.

The standard Helvetica of every reader is used, which has the letters of Portuguese and no others; what it lacks is
shown as `?`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from recado.web.exports.document import Document, written

MOST_ROWS = 5_000
"""Some hundred and fifty pages: nobody reads more of them."""

_WIDTH, _HEIGHT = landscape(A4)
_MARGIN, _LINE, _SIZE = 36.0, 13.0, 8.0
_PLAIN, _BOLD = "Helvetica", "Helvetica-Bold"
_SHARES = {"Data e hora do envio": 1.25, "Tipo": 1.7, "Motivo": 1.5, "RA": 0.7}
_LEFT_OUT = ("Entrada na fila", "Tentativas", "Usuário", "Aparelho")


def pdf(document: Document, total: int) -> bytes:
    """The whole file; `total` is the number of rows, told at its head. The columns that fit on paper are in it."""
    file = io.BytesIO()
    paper = _Paper(document, Canvas(file, pagesize=(_WIDTH, _HEIGHT), pageCompression=1, lang="pt-BR"))
    paper.print_head(total)
    for row in document.rows:
        paper.print_row([written(cell) for cell in row])
    paper.finish()
    return file.getvalue()


class _Paper:
    """A page that is being filled from top to bottom."""

    def __init__(self, document: Document, canvas: Canvas) -> None:
        self._document, self._canvas = document, canvas
        self._shown = [place for place, head in enumerate(document.heads) if head not in _LEFT_OUT]
        shares = [_SHARES.get(document.heads[place], 1.0) for place in self._shown]
        self._widths = [share * (_WIDTH - 2 * _MARGIN) / sum(shares) for share in shares]
        self._page, self._y = 1, _HEIGHT - _MARGIN
        canvas.setTitle(document.title)

    def print_head(self, total: int) -> None:
        self._canvas.setFont(_BOLD, 13)
        self._canvas.drawString(_MARGIN, self._y, _known(self._document.title))
        self._y -= 1.5 * _LINE
        for label, value in [*self._document.filters, ("Total", str(total))]:
            self._write(_MARGIN, f"{label}: {value}", _PLAIN, _WIDTH - 2 * _MARGIN)
            self._y -= _LINE
        self._y -= _LINE / 2
        self._print_heads()

    def print_row(self, cells: Sequence[str]) -> None:
        if self._y < _MARGIN + _LINE:
            self._print_foot()
            self._canvas.showPage()
            self._page, self._y = self._page + 1, _HEIGHT - _MARGIN
            self._print_heads()
        self._print_cells(cells, _PLAIN)

    def finish(self) -> None:
        self._print_foot()
        self._canvas.save()

    def _print_heads(self) -> None:
        self._print_cells(self._document.heads, _BOLD)
        self._canvas.line(_MARGIN, self._y + _LINE - 3, _WIDTH - _MARGIN, self._y + _LINE - 3)

    def _print_cells(self, cells: Sequence[str], font: str) -> None:
        x = _MARGIN
        for place, width in zip(self._shown, self._widths, strict=True):
            self._write(x, cells[place], font, width - 4)
            x += width
        self._y -= _LINE

    def _print_foot(self) -> None:
        self._canvas.setFont(_PLAIN, _SIZE)
        self._canvas.drawRightString(_WIDTH - _MARGIN, _MARGIN / 2, f"Página {self._page}")

    def _write(self, x: float, text: str, font: str, room: float) -> None:
        """Write on one line what fits in `room`; what is cut ends in an ellipsis."""
        known = _known(text)
        if stringWidth(known, font, _SIZE) > room:
            while known and stringWidth(known + "…", font, _SIZE) > room:
                known = known[:-1]
            known += "…"
        self._canvas.setFont(font, _SIZE)
        self._canvas.drawString(x, self._y, known)


def _known(text: str) -> str:
    return text.encode("cp1252", "replace").decode("cp1252")
