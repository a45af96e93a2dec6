"""PDF 1.4 (ISO 32000-1), sent while it is written: pages of text and lines in the Helvetica that every reader has.

A file is a row of numbered objects and, at its end, where each of them begins; so a page can go out as soon as it is
full, and all that is kept of it is the number of its object. Helvetica in WinAnsiEncoding has Portuguese's letters;
what it lacks is shown as `?`.
"""

from __future__ import annotations

import zlib
from functools import lru_cache

PLAIN, BOLD = "F1", "F2"
_FONTS = {PLAIN: "Helvetica", BOLD: "Helvetica-Bold"}
_CATALOG, _PAGES, _INFO, _FIRST_FREE = 1, 2, 3, 4
# Thousandths of the font's size, by byte (Adobe's metrics of Helvetica; 0 where WinAnsi has no character).
# fmt: off
_WIDTHS = (
    *(0,) * 32,
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, 761,
    556, 0, 222, 556, 333, 1000, 556, 556, 333, 1000, 667, 333, 1000, 0, 611, 0,
    0, 222, 222, 333, 333, 350, 556, 1000, 333, 1000, 500, 333, 944, 0, 500, 667,
    278, 333, 556, 556, 556, 556, 260, 556, 333, 737, 370, 556, 584, 333, 737, 333,
    400, 584, 333, 333, 333, 556, 537, 278, 333, 333, 365, 556, 834, 834, 834, 611,
    667, 667, 667, 667, 667, 667, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278,
    722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611,
    556, 556, 556, 556, 556, 556, 889, 500, 556, 556, 556, 556, 278, 278, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 584, 611, 556, 556, 556, 556, 500, 556, 500,
)
# fmt: on
_PRINTED = bytes(byte if byte >= 32 else 32 for byte in range(256))


def width(text: str, size: float) -> float:
    """How wide `text` is in points, in plain Helvetica."""
    return sum(map(_WIDTHS.__getitem__, _encoded(text))) * size / 1000


@lru_cache(1000)
def fitting(text: str, size: float, room: float) -> str:
    """`text`, or as much of its beginning as fits in `room` points with an ellipsis."""
    if width(text, size) <= room:
        return text
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return text + "…"


class Pdf:
    """A file in the making. What was written since is had by `taken`."""

    def __init__(self, title: str, *, width: float, height: float) -> None:
        self._size = (width, height)
        self._written, self._held = 0, bytearray()
        self._places: dict[int, int] = {}
        self._next = _FIRST_FREE
        self._pages: list[int] = []
        # The second line has bytes beyond ASCII, so that no program takes the file for text.
        self._add(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        self._fonts = {name: self._font(base) for name, base in _FONTS.items()}
        self._object(_CATALOG, f"<< /Type /Catalog /Pages {_PAGES} 0 R /Lang (pt-BR) >>".encode())
        self._object(_INFO, b"<< /Title <feff" + title.encode("utf-16-be").hex().encode() + b"> >>")

    def page(self, drawn: bytes) -> None:
        """Add a page of what `text` and `line` gave."""
        content, page, packed = self._number(), self._number(), zlib.compress(drawn)
        head = f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
        self._object(content, head + packed + b"\nendstream")
        fonts = " ".join(f"/{name} {number} 0 R" for name, number in self._fonts.items())
        wide, high = self._size
        self._object(
            page,
            f"<< /Type /Page /Parent {_PAGES} 0 R /MediaBox [0 0 {wide:g} {high:g}]"
            f" /Resources << /Font << {fonts} >> >> /Contents {content} 0 R >>".encode(),
        )
        self._pages.append(page)

    def finish(self) -> None:
        """Add what stands at the end of a file: its pages, and where each object begins."""
        kids = " ".join(f"{number} 0 R" for number in self._pages)
        self._object(_PAGES, f"<< /Type /Pages /Count {len(self._pages)} /Kids [{kids}] >>".encode())
        table, size = self._written, self._next
        places = "".join(f"{self._places[number]:010d} 00000 n \n" for number in range(1, size))
        trailer = f"trailer\n<< /Size {size} /Root {_CATALOG} 0 R /Info {_INFO} 0 R >>"
        self._add(f"xref\n0 {size}\n0000000000 65535 f \n{places}{trailer}\nstartxref\n{table}\n%%EOF\n".encode())

    def taken(self) -> bytes:
        """What was written since this was last asked."""
        piece = bytes(self._held)
        self._held.clear()
        return piece

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    def _font(self, base: str) -> int:
        number = self._number()
        words = f"<< /Type /Font /Subtype /Type1 /BaseFont /{base} /Encoding /WinAnsiEncoding >>"
        self._object(number, words.encode())
        return number

    def _object(self, number: int, body: bytes) -> None:
        self._places[number] = self._written
        self._add(f"{number} 0 obj\n".encode() + body + b"\nendobj\n")

    def _add(self, data: bytes) -> None:
        self._held += data
        self._written += len(data)


def text(x: float, y: float, words: str, *, font: str = PLAIN, size: float) -> bytes:
    """Draw `words` with their foot at `y`, from `x` on; in points from the page's lower left corner."""
    safe = _encoded(words).replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
    return f"BT /{font} {size:g} Tf {x:.2f} {y:.2f} Td (".encode() + safe + b") Tj ET\n"


def line(x: float, y: float, until: float) -> bytes:
    """Draw a thin line from `x` to `until`."""
    return f"0.5 w {x:.2f} {y:.2f} m {until:.2f} {y:.2f} l S\n".encode()


def _encoded(words: str) -> bytes:
    """In WinAnsi; a control character, such as a line's end, is a blank."""
    return words.encode("cp1252", "replace").translate(_PRINTED)
