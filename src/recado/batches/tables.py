"""Reading a CSV of any kind from any place in it: delimiter and encoding found out, quoted line breaks understood.

People make such files with spreadsheets and old systems. What a record means is Python's `csv`; here is what it does
not know: which delimiter, which encoding, and at which byte a record ends, so that reading goes on there after a crash.

A record's number is what a spreadsheet shows for it: the first is 1, an empty line counts.

`csv.Sniffer` is not asked: it takes a letter for a delimiter when cells are short. The delimiter here is the one that
cuts the first records into the most columns that are the same number in all of them; a rare one must cut all of them,
and counts where no usual one does. A person may name any other (`delimiter_of`).
"""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

DELIMITERS = (";", ",", "\t", "|")
# What old systems use. Not what amounts, times and addresses are full of.
RARE_DELIMITERS = (":", "^", "~", "#", "*", "\\", "\x1c", "\x1d", "\x1e", "\x1f")
TAB_WORD = "TAB"
LONGEST_LINE = 64 * 1024
MOST_COLUMNS = 200
_SAMPLE_BYTES = 256 * 1024
_SAMPLE_RECORDS = 100
_MOST_LINES_A_RECORD = 50
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_UTF8_MARK = codecs.BOM_UTF8
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What a byte that means nothing in the encoding becomes: the row is refused, not the file.
UNREADABLE = "\ufffd"


class FileRefused(ValueError):
    """Nothing of the file can be used; the text (pt-BR) says why and what to change."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table is written. `start`: the byte at which the first record begins."""

    encoding: str
    delimiter: str
    start: int


OURS = Layout("utf-8", ";", 0)
"""How the tables that Recado writes itself are written."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its number (1-based), its cells, and the byte at which the next one begins. `fault`: pt-BR."""

    line: int
    cells: list[str]
    end: int
    fault: str = ""


def delimiter_of(written: str) -> str:
    """The delimiter that a person wrote: one character, or `TAB`. Raises FileRefused for what can be none."""
    if written.strip().upper() == TAB_WORD:
        return "\t"
    bare = written.strip() or written[:1]
    if len(bare) != 1 or bare.isalnum() or bare in "\"\r\n\0 '":
        raise FileRefused(
            f"O separador é um só caractere, que não seja letra, número nem aspas; {TAB_WORD} é tabulação."
        )
    return bare


def look_at(path: Path) -> Layout:
    """Find out how the CSV is written. Raises FileRefused for what is none."""
    with path.open("rb") as file:
        sample = file.read(_SAMPLE_BYTES)
    _refuse_strangers(sample)
    start = first_byte(path)
    encoding = "utf-8" if start or _is_utf8(path) else "cp1252"
    text = _whole_lines(sample[start:], len(sample) == _SAMPLE_BYTES).decode(encoding, "replace")
    return Layout(encoding, _delimiter(text), start)


def first_byte(path: Path) -> int:
    """Where the first record of the CSV at `path` begins: after the mark of UTF-8, if it has one."""
    with path.open("rb") as file:
        return len(_UTF8_MARK) if file.read(len(_UTF8_MARK)) == _UTF8_MARK else 0


def records(path: Path, layout: Layout, *, position: int = 0, line: int = 0) -> Iterator[Record]:
    """The records from byte `position` on, which follows record `line`; 0 is the beginning of the file.

    A quotation mark without its partner spoils its own record alone: what it would swallow is read again.
    """
    with path.open("rb") as file:
        file.seek(position or layout.start)
        lines = _Lines(file, layout.encoding)
        while True:
            try:
                for cells in csv.reader(lines, delimiter=layout.delimiter, strict=True):
                    line += 1
                    fault = "" if len(cells) <= MOST_COLUMNS else f"A linha tem mais de {MOST_COLUMNS} colunas."
                    yield Record(line, cells[:MOST_COLUMNS], lines.position, fault)
                    lines.begin_record()
            except (csv.Error, _Spoiled):
                line += 1
                beginning = lines.back_to_second_line()
                yield Record(line, [beginning], lines.position, "A linha tem aspas sem par ou é longa demais.")
                lines.begin_record()
            else:
                return


def write_table(target: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write `rows` as `OURS` says, mode 0600; the file appears whole or not at all."""
    draft = target.with_suffix(".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding=OURS.encoding, newline="") as file:
        csv.writer(file, delimiter=OURS.delimiter, lineterminator="\n").writerows(rows)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)


class _Spoiled(Exception):
    """A record goes on for longer than any that people write."""


class _Lines:
    """The lines of a file as text; `position` is the byte after the last one given: `csv` reads none ahead."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file = file
        self._encoding = encoding
        self.position = file.tell()
        self._first = ""
        self._after_first = self.position
        self._count = 0

    def begin_record(self) -> None:
        """The next line is a record's first."""
        self._count = 0

    def back_to_second_line(self) -> str:
        """Go on after the first line of the record that was being read; give that line's beginning."""
        self._file.seek(self._after_first)
        self.position = self._after_first
        return self._first

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        raw = self._file.readline(LONGEST_LINE)
        if not raw:
            raise StopIteration
        is_whole = raw.endswith(b"\n") or len(raw) < LONGEST_LINE
        self.position += len(raw)
        while not is_whole:
            rest = self._file.readline(LONGEST_LINE)
            self.position += len(rest)
            is_whole = rest.endswith(b"\n") or len(rest) < LONGEST_LINE
            raw = raw[:LONGEST_LINE] if rest else raw
        self._count += 1
        text = raw.decode(self._encoding, "replace")
        if self._count == 1:
            self._first, self._after_first = text[:300], self.position
        if len(raw) >= LONGEST_LINE or self._count > _MOST_LINES_A_RECORD:
            raise _Spoiled
        return text


def _refuse_strangers(sample: bytes) -> None:
    if not sample.strip():
        raise FileRefused("O arquivo está vazio.")
    if sample.startswith(_WIDE_MARKS) or b"\0" in sample:
        raise FileRefused(
            "O arquivo não é um CSV em UTF-8 nem em Windows-1252 (Latin-1). Salve-o de novo como “CSV UTF-8”."
        )
    if b"\r" in sample and b"\n" not in sample:
        raise FileRefused("As linhas do arquivo terminam de um modo antigo. Salve-o de novo como “CSV UTF-8”.")


def _is_utf8(path: Path) -> bool:
    """The whole file is asked: the first accent may stand a hundred thousand lines below, and so may a spoiled byte.

    In Windows-1252 hardly an accented letter is good UTF-8, so a few bad bytes among many good letters are bad rows.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = 0
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            text = decoder.decode(piece)
            if not text.isascii():
                spoiled = text.count(UNREADABLE)
                bad += spoiled
                good += len(_BEYOND_ASCII.findall(text)) - spoiled
    bad += decoder.decode(b"", final=True).count(UNREADABLE)
    return bad == 0 or good > 10 * bad


def _whole_lines(sample: bytes, is_cut: bool) -> bytes:
    return sample[: sample.rfind(b"\n") + 1] if is_cut and b"\n" in sample else sample


def _delimiter(text: str) -> str:
    usual = max(DELIMITERS, key=lambda delimiter: _agreement(text, delimiter))
    rare = max(RARE_DELIMITERS, key=lambda delimiter: _agreement(text, delimiter))
    return rare if _cuts_all(text, rare) and not _cuts_all(text, usual) else usual


def _cuts_all(text: str, delimiter: str) -> bool:
    cuts, share, _ = _agreement(text, delimiter)
    return cuts and share == 1.0


def _agreement(text: str, delimiter: str) -> tuple[bool, float, int]:
    """How well `delimiter` cuts the text: into several columns, in how many records alike, into how many."""
    widths: Counter[int] = Counter()
    try:
        for cells in csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter):
            if any(cell.strip() for cell in cells):
                widths[len(cells)] += 1
            if widths.total() >= _SAMPLE_RECORDS:
                break
    except csv.Error:
        return (False, 0.0, 0)
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    # Words such as "R$ 10,00" cut records by the comma, but not all of them alike.
    return (width > 1, count / max(widths.total(), 1), width)
