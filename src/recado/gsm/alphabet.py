"""The GSM 7-bit alphabets of 3GPP TS 23.038: the default one and the national language tables.

A message in GSM 7-bit names at most two tables: a *locking* shift table, which replaces the default
alphabet for the whole message, and a *single* shift table, reached for one character through the escape
0x1B. A value that the single shift table lacks is read from the locking table in force (§6.2.1.1, Note 1),
so an old phone still shows something. Which tables a text needs is decided once, in `recado.gsm.segment`;
here they are data and two look-ups.
"""

from enum import IntEnum
from functools import lru_cache

ESCAPE = 0x1B

_LETTERS_AND_SIGNS = " !\"#¤%&'()*+,-./0123456789:;<=>?"
_ESCAPE_PLACE = "\x1b"

_DEFAULT = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ" + _ESCAPE_PLACE + "ÆæßÉ" + _LETTERS_AND_SIGNS
    + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)  # fmt: skip
_TURKISH = (
    "@£$¥€éùıòÇ\nĞğ\rÅåΔ_ΦΓΛΩΠΨΣΘΞ" + _ESCAPE_PLACE + "ŞşßÉ" + _LETTERS_AND_SIGNS
    + "İABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§çabcdefghijklmnopqrstuvwxyzäöñüà"
)  # fmt: skip
_PORTUGUESE = (
    "@£$¥êéúíóç\nÔô\rÁáΔ_ªÇÀ∞^\\€Ó|" + _ESCAPE_PLACE + "ÂâÊÉ" + _LETTERS_AND_SIGNS.replace("¤", "º")
    + "ÍABCDEFGHIJKLMNOPQRSTUVWXYZÃÕÚÜ§~abcdefghijklmnopqrstuvwxyzãõ`üà"
)  # fmt: skip

_EXTENSION = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|",
    0x65: "€",
}  # fmt: skip


class NationalTable(IntEnum):
    """National language identifier of 3GPP TS 23.038 §6.2.1.2.4; DEFAULT stands for "no table named"."""

    DEFAULT = 0
    TURKISH = 1
    SPANISH = 2
    PORTUGUESE = 3

    @classmethod
    def known(cls, identifier: int) -> "NationalTable":
        """The table of that identifier; DEFAULT for one this package lacks, as §6.2.1.2.4 asks of a
        receiver.
        """
        return cls(identifier) if identifier in _KNOWN else cls.DEFAULT


_KNOWN = frozenset(NationalTable)

# Spanish has no locking table of its own.
LOCKING: dict[NationalTable, str] = {
    NationalTable.DEFAULT: _DEFAULT,
    NationalTable.TURKISH: _TURKISH,
    NationalTable.SPANISH: _DEFAULT,
    NationalTable.PORTUGUESE: _PORTUGUESE,
}

SINGLE: dict[NationalTable, dict[int, str]] = {
    NationalTable.DEFAULT: _EXTENSION,
    NationalTable.TURKISH: _EXTENSION
    | {0x47: "Ğ", 0x49: "İ", 0x53: "Ş", 0x63: "ç", 0x67: "ğ", 0x69: "ı", 0x73: "ş"},
    NationalTable.SPANISH: _EXTENSION
    | {0x09: "ç", 0x41: "Á", 0x49: "Í", 0x4F: "Ó", 0x55: "Ú", 0x61: "á", 0x69: "í", 0x6F: "ó", 0x75: "ú"},
    NationalTable.PORTUGUESE: _EXTENSION
    | {
        0x05: "ê", 0x09: "ç", 0x0B: "Ô", 0x0C: "ô", 0x0E: "Á", 0x0F: "á", 0x12: "Φ", 0x13: "Γ",
        0x15: "Ω", 0x16: "Π", 0x17: "Ψ", 0x18: "Σ", 0x19: "Θ", 0x1F: "Ê", 0x41: "À", 0x49: "Í",
        0x4F: "Ó", 0x55: "Ú", 0x5B: "Ã", 0x5C: "Õ", 0x61: "Â", 0x69: "í", 0x6F: "ó", 0x75: "ú",
        0x7B: "ã", 0x7C: "õ", 0x7F: "â",
    },
}  # fmt: skip


@lru_cache(maxsize=16)
def encoding_table(locking: NationalTable, single: NationalTable) -> dict[str, bytes]:
    """Character to its one or two septet values under these tables; a character that is missing has no
    encoding.
    """
    table = {character: bytes((ESCAPE, value)) for value, character in SINGLE[single].items()}
    table |= {character: bytes((value,)) for value, character in enumerate(LOCKING[locking])}
    del table[_ESCAPE_PLACE]
    return table


def encode_septets(
    text: str,
    locking: NationalTable = NationalTable.DEFAULT,
    single: NationalTable = NationalTable.DEFAULT,
) -> bytes | None:
    """The septet values of `text`, one an octet (not packed); None when a character is in neither table."""
    table = encoding_table(locking, single)
    try:
        return b"".join([table[character] for character in text])
    except KeyError:
        return None


def decode_septets(
    septets: bytes,
    locking: NationalTable = NationalTable.DEFAULT,
    single: NationalTable = NationalTable.DEFAULT,
) -> str:
    """The text of septet values given one an octet. Never fails: every value means something.

    A double escape is reserved for a further table and reads as a space, and so does an escape at the very
    end (3GPP TS 23.038 §6.2.1.1).
    """
    base = LOCKING[locking]
    if ESCAPE not in septets:
        return "".join([base[value] for value in septets])
    shifted = SINGLE[single]
    characters: list[str] = []
    values = iter(septets)
    for value in values:
        if value != ESCAPE:
            characters.append(base[value])
            continue
        following = next(values, ESCAPE)
        characters.append(" " if following == ESCAPE else shifted.get(following, base[following]))
    return "".join(characters)
