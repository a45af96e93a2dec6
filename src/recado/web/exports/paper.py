"""PDF to print and to file: A4 across, what was asked for at the head of the first page, the heads on every page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from recado.web.exports import pdf
from recado.web.exports.document import Document, written

MOST_ROWS = 100_000
"""Some 2,600 pages. Nobody reads more of them; the other files have no such bound."""

_WIDTH, _HEIGHT = 841.89, 595.28
_MARGIN, _LINE, _SIZE, _TITLE_SIZE = 36.0, 13.0, 8.0, 13.0
_TOP, _LOWEST = _HEIGHT - _MARGIN, _MARGIN + _LINE
_SHARES = {"Data e hora do envio": 1.25, "Tipo": 1.7, "Motivo": 1.5, "RA": 0.7}
_LEFT_OUT = ("Entrada na fila", "Tentativas", "Usuário", "Aparelho")


def pieces(document: Document, total: int) -> Iterator[bytes]:
    """The file, page by page. The columns that fit on paper are in it, and of the rows as many as `total`: the number
    of pages, which every page tells, is known before the first."""
    paper = _Paper(document, total)
    for row in islice(document.rows, total):
        if paper.is_full:
            paper.turn()
            yield paper.file.taken()
        paper.print_row([written(cell) for cell in row])
    paper.finish()
    yield paper.file.taken()


class _Paper:
    """A page that is being filled from top to bottom."""

    def __init__(self, document: Document, total: int) -> None:
        self.file = pdf.Pdf(document.title, width=_WIDTH, height=_HEIGHT)
        self._document = document
        self._shown = [place for place, head in enumerate(document.heads) if head not in _LEFT_OUT]
        shares = [_SHARES.get(document.heads[place], 1.0) for place in self._shown]
        self._widths = [share * (_WIDTH - 2 * _MARGIN) / sum(shares) for share in shares]
        self._drawn, self._page, self._y = bytearray(), 1, _TOP
        self._print_head()
        first, others = _rows_from(self._y), _rows_from(_TOP - _LINE)
        self._pages = 1 + max(0, -(-(total - first) // others))

    @property
    def is_full(self) -> bool:
        return self._y < _LOWEST

    def print_row(self, cells: Sequence[str]) -> None:
        self._print_cells(cells, pdf.PLAIN)

    def turn(self) -> None:
        """End this page and begin another."""
        self.finish_page()
        self._drawn.clear()
        self._page, self._y = self._page + 1, _TOP
        self._print_heads()

    def finish(self) -> None:
        self.finish_page()
        self.file.finish()

    def finish_page(self) -> None:
        words = f"Página {self._page} de {max(self._page, self._pages)}"
        self._write(_WIDTH - _MARGIN - pdf.width(words, _SIZE), words, y=_MARGIN / 2)
        self._write(_MARGIN, self._document.title, y=_MARGIN / 2)
        self.file.page(bytes(self._drawn))

    def _print_head(self) -> None:
        self._write(_MARGIN, self._document.title, font=pdf.BOLD, size=_TITLE_SIZE)
        self._y -= 1.5 * _LINE
        for label, value in self._document.filters:
            self._write(_MARGIN, pdf.fitting(f"{label}: {value}", _SIZE, _WIDTH - 2 * _MARGIN))
            self._y -= _LINE
        self._y -= _LINE / 2
        self._print_heads()

    def _print_heads(self) -> None:
        self._print_cells(self._document.heads, pdf.BOLD)
        self._drawn += pdf.line(_MARGIN, self._y + _LINE - 3, _WIDTH - _MARGIN)

    def _print_cells(self, cells: Sequence[str], font: str) -> None:
        x = _MARGIN
        for place, width in zip(self._shown, self._widths, strict=True):
            self._write(x, pdf.fitting(cells[place], _SIZE, width - 4), font=font)
            x += width
        self._y -= _LINE

    def _write(
        self, x: float, words: str, *, y: float | None = None, font: str = pdf.PLAIN, size: float = _SIZE
    ) -> None:
        if words:
            self._drawn += pdf.text(x, self._y if y is None else y, words, font=font, size=size)


def _rows_from(y: float) -> int:
    """How many rows are written from `y` on before a page is full."""
    return max(0, int((y - _LOWEST) // _LINE) + 1)
