"""Writing Portuguese with what GSM 7-bit has, and telling what that cost.

GSM 7-bit has à, é, ì, ò, ù, ä, ö, ü, ñ and Ç but not á, â, ã, ç, ê, í, ó, ô, õ, ú. A folded text needs no
UCS-2, so 160 characters fit where 70 did. Each character goes the first way open to it: it stays; a
replacement is listed here; it loses its diacritics; it becomes "?". Composition (é as one or as two code
points) is no change.
"""

import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from recado.gsm.alphabet import NationalTable, encode_septets, encoding_table

UNKNOWN = "?"

_REPLACEMENTS = {
    "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "″": '"', "‘": "'", "’": "'", "‚": "'",
    "‛": "'", "‹": "'", "›": "'", "′": "'", "´": "'", "`": "'", "ʼ": "'", "‐": "-", "‑": "-", "‒": "-",
    "–": "-", "—": "-", "―": "-", "−": "-", "•": "-", "·": "-", "‧": "-", "▪": "-", "…": "...",
    "×": "x", "÷": "/", "⁄": "/", "∕": "/", "∗": "*", "≠": "<>", "≤": "<=", "≥": ">=", "±": "+/-",
    "←": "<-", "→": "->", "⇒": "=>", "✓": "v", "✔": "v", "≈": "~", "ª": "a", "º": "o", "°": "o",
    "№": "No", "¹": "1", "²": "2", "³": "3", "¼": "1/4", "½": "1/2", "¾": "3/4", "©": "(c)", "®": "(r)",
    "™": "(tm)", "¢": "c", "¦": "|", "¬": "-", "¯": "-", "¨": '"', "¸": ",", "µ": "u", "μ": "u",
    "Œ": "OE", "œ": "oe", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ł": "l", "Ł": "L", "đ": "d",
    "Đ": "D", "ı": "i", "ħ": "h", "Ħ": "H", "ẞ": "SS", "Α": "A", "Β": "B", "Ε": "E", "Ζ": "Z", "Η": "H",
    "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N", "Ο": "O", "Ρ": "P", "Τ": "T", "Υ": "Y", "Χ": "X", "\t": " ",
    "\u2028": "\n", "\u2029": "\n", "\u00ad": "", "\u200b": "", "\u200c": "", "\u200d": "",
    "\u2060": "", "\ufeff": "", "\u200e": "", "\u200f": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One character that GSM 7-bit lacks, what stands for it ("" when it was dropped), and how many times."""

    before: str
    after: str
    count: int


@dataclass(frozen=True, slots=True)
class Folded:
    """A text that GSM 7-bit can write, and the changes that made it so, in order of first appearance."""

    text: str
    changes: tuple[Change, ...]


def fold(text: str) -> Folded:
    """Keep what the GSM 7-bit default alphabet has and fold the rest: ã to a, ç to c, “ to ", – to -, … to
    ...

    Never raises. Without a sensible replacement (emoji) the character becomes "?", and that is told too.
    Work grows with the text, so whoever takes texts from outside bounds them first, as `segment` does.
    """
    composed = unicodedata.normalize("NFC", text)
    kept = encoding_table(NationalTable.DEFAULT, NationalTable.DEFAULT)
    changed = Counter(character for character in composed if character not in kept)
    if not changed:
        return Folded(composed, ())
    replacements = {character: replacement(character) for character in changed}
    folded = composed.translate({ord(character): after for character, after in replacements.items()})
    changes = tuple(Change(before, replacements[before], count) for before, count in changed.items())
    return Folded(folded, changes)


@lru_cache(maxsize=1024)
def replacement(character: str) -> str:
    """What stands for one character that GSM 7-bit lacks: a listed replacement, its bare letter, "" or "?"."""
    listed = _REPLACEMENTS.get(character)
    if listed is not None:
        return listed
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        # Marks that composed with nothing, variation selectors, joiners: without their base they show nothing.
        return ""
    decomposed = unicodedata.normalize("NFKD", character)
    bare = "".join([_REPLACEMENTS.get(c, c) for c in decomposed if not unicodedata.combining(c)])
    if bare and encode_septets(bare) is not None:
        return bare
    if unicodedata.category(character) == "Zs":
        return " "
    return UNKNOWN
