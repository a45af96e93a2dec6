"""A file of texts to send, `celular;texto`: read whole, each row good or with its reason, never half understood.

People make such files with spreadsheets: the separator is `;` or `,`, the encoding UTF-8 (with or without mark) or
Windows-1252, and the columns stand in any order among others.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass

from recado.outbox.numbers import NumberRefused, normalise_mobile

LARGEST_FILE = 10 * 1024 * 1024
LONGEST_TEXT = 1000
COLUMNS = ("celular", "texto")


class FileRefused(ValueError):
    """Nothing of the file can be used; the text (pt-BR) says why and what to change."""


@dataclass(frozen=True, slots=True)
class GoodRow:
    """`line` is the file's own (1-based, where the row ends); `number` is E.164."""

    line: int
    number: str
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is left out; `reason` is pt-BR."""

    line: int
    reason: str


def read_rows(content: bytes) -> list[GoodRow | BadRow]:
    """Read the rows of a file; the key of each is the file's content and its place: the same file twice sends once.

    Raises FileRefused.
    """
    if len(content) > LARGEST_FILE:
        raise FileRefused(f"O arquivo tem mais de {LARGEST_FILE // (1024 * 1024)} MB. Divida-o em partes.")
    text = _decode(content)
    digest = hashlib.sha256(content).hexdigest()[:40]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    rows: list[GoodRow | BadRow] = []
    try:
        number_at, text_at = _columns(next(lines, []))
        for place, cells in enumerate(lines, start=1):
            if any(cell.strip() for cell in cells):
                rows.append(_row(cells, number_at, text_at, lines.line_num, f"csv:{digest}:{place}"))
    except csv.Error as error:
        raise FileRefused(f"Linha {lines.line_num}: aspas sem par ou texto longo demais.") from error
    if not rows:
        raise FileRefused("O arquivo não tem linhas depois do cabeçalho.")
    return rows


def _decode(content: bytes) -> str:
    if not content.strip():
        raise FileRefused("O arquivo está vazio.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content:
        raise FileRefused("O arquivo não é um CSV em UTF-8 nem em Windows-1252. Salve-o como “CSV UTF-8”.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Five bytes mean nothing in Windows-1252: they become the mark of an unreadable character, refused row by row.
        return content.decode("cp1252", errors="replace")


def _separator(text: str) -> str:
    heading = text.lstrip().partition("\n")[0]
    return ";" if heading.count(";") >= heading.count(",") else ","


def _columns(heading: list[str]) -> tuple[int, int]:
    names = [cell.strip().lower() for cell in heading]
    for column in COLUMNS:
        if column not in names:
            found = ", ".join(name for name in names if name) or "nada"
            raise FileRefused(f"Falta a coluna “{column}” na primeira linha. O arquivo tem: {found[:200]}.")
    return names.index("celular"), names.index("texto")


def _row(cells: list[str], number_at: int, text_at: int, line: int, key: str) -> GoodRow | BadRow:
    if len(cells) <= max(number_at, text_at):
        return BadRow(line, "Falta uma coluna. Se o texto tem o separador, ponha-o entre aspas.")
    try:
        number = normalise_mobile(cells[number_at])
    except NumberRefused as refusal:
        return BadRow(line, str(refusal))
    text = cells[text_at].strip()
    if fault := fault_of_text(text):
        return BadRow(line, fault)
    return GoodRow(line, number, text, key)


def fault_of_text(text: str) -> str:
    """Why `text` cannot be sent (pt-BR); empty when it can."""
    if not text.strip():
        return "Falta o texto."
    if len(text) > LONGEST_TEXT:
        return f"O texto tem {len(text)} caracteres; o limite é {LONGEST_TEXT}."
    if "\ufffd" in text:
        return "O texto tem um caractere ilegível. Salve o arquivo como “CSV UTF-8”."
    if "\0" in text:
        return "O texto tem um caractere nulo, que o SMS não leva."
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "O texto tem bytes que não são UTF-8."
    return ""
