"""Cutting a text into parts that fit an SMS: 140 octets each, header included.

The encoding policy, which belongs to the message type, chooses what a text may cost: `fold` gives up
accents for 160 characters a part, `ucs2` keeps everything at 70, `shift` keeps Portuguese at about 155 on
phones that know the national tables, and `auto` takes the fewest parts without changing a character.

Cutting is a pure function: the same arguments give the same parts, so a retry can rebuild any one part. A
part never ends in the middle of an escape pair (two septets, one character) or of a surrogate pair (two
UTF-16 units, one character): 3GPP TS 23.040 §9.2.3.24.1 lets a receiver show each part alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from recado.gsm.alphabet import ESCAPE, NationalTable, encode_septets
from recado.gsm.coding import DCS_GSM7, DCS_UCS2, Encoding
from recado.gsm.errors import EncodeError
from recado.gsm.fold import Change, fold
from recado.gsm.udh import LOCKING_SHIFT, SINGLE_SHIFT, Concat, InformationElement, encode_header
from recado.gsm.userdata import MAX_USER_DATA_OCTETS, pack_user_data

MAX_PARTS = 255
_MAX_SEPTETS_IN_PARTS = 153
# No part of a message in several holds more characters, so a longer text needs no further look.
MAX_CHARACTERS = MAX_PARTS * _MAX_SEPTETS_IN_PARTS

_UNSENDABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class EncodingPolicy(StrEnum):
    """What may happen to a text on its way into an SMS.

    FOLD writes it in the GSM 7-bit default alphabet and replaces what that lacks (`recado.gsm.fold`).
    UCS2 keeps every character, at 70 a part.
    SHIFT keeps every character in GSM 7-bit with the Portuguese tables where it needs them, else in UCS-2.
    AUTO keeps every character in the fewest parts; on a tie plain GSM 7-bit comes before UCS-2, and UCS-2
    before the national tables, which an old phone shows wrongly.
    """

    FOLD = "fold"
    UCS2 = "ucs2"
    SHIFT = "shift"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Part:
    """One SMS of a message: the fields of its TPDU that depend on the text.

    `user_data` is TP-UD (header included), `udl` is TP-UDL: septets for GSM 7-bit, octets for UCS-2.
    """

    index: int
    total: int
    text: str = field(repr=False)
    encoding: Encoding
    dcs: int
    udhi: bool
    udl: int
    user_data: bytes = field(repr=False)
    locking: NationalTable = NationalTable.DEFAULT
    single: NationalTable = NationalTable.DEFAULT


@dataclass(frozen=True, slots=True)
class Segmentation:
    """A message cut into parts; `text` is what will be shown and `changes` what folding cost."""

    parts: tuple[Part, ...]
    text: str = field(repr=False)
    encoding: Encoding
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class _Alphabet:
    """One way to write a text; tables are named in the header, so each costs septets."""

    locking: NationalTable = NationalTable.DEFAULT
    single: NationalTable = NationalTable.DEFAULT

    @property
    def elements(self) -> tuple[InformationElement, ...]:
        pairs = ((LOCKING_SHIFT, self.locking), (SINGLE_SHIFT, self.single))
        return tuple(InformationElement(iei, bytes((table,))) for iei, table in pairs if table)


_DEFAULT = _Alphabet()
# In order of preference when the number of parts is equal: more phones know the single shift than the
# locking one.
_PORTUGUESE = (
    _Alphabet(single=NationalTable.PORTUGUESE),
    _Alphabet(locking=NationalTable.PORTUGUESE),
    _Alphabet(NationalTable.PORTUGUESE, NationalTable.PORTUGUESE),
)


def segment(text: str, policy: EncodingPolicy, *, reference: int = 0, wide_reference: bool = False) -> Segmentation:
    """Cut `text` under `policy`; an empty text is one empty part.

    `reference` joins the parts again on the receiving phone (0 to 255, or to 65535 when `wide_reference`,
    which costs one septet more a part); a text in one part carries none. Raises EncodeError for a text of
    more than 255 parts, a control character other than tab, line feed, form feed and carriage return, a
    lone surrogate, or a reference out of range.
    """
    # A policy read from a database is plain text until here.
    policy = EncodingPolicy(policy)
    _check(text, reference, wide_reference)
    cutter = _Cutter(reference, wide_reference)
    changes: tuple[Change, ...] = ()
    if policy is EncodingPolicy.FOLD:
        folded = fold(text)
        text, changes = folded.text, folded.changes
        parts = cutter.gsm7(text, _DEFAULT)
    elif policy is EncodingPolicy.UCS2:
        parts = cutter.ucs2(text)
    else:
        parts = cutter.best(text, prefer_tables=policy is EncodingPolicy.SHIFT)
    if parts is None:
        raise EncodeError(f"the text needs more than {MAX_PARTS} parts")
    return Segmentation(parts, text, parts[0].encoding, changes)


def segment_gsm7(
    text: str,
    locking: NationalTable,
    single: NationalTable,
    *,
    reference: int = 0,
    wide_reference: bool = False,
) -> Segmentation | None:
    """Cut `text` with exactly these tables; None when a character is in neither. Raises as `segment` does."""
    _check(text, reference, wide_reference)
    alphabet = _Alphabet(locking, single)
    if encode_septets(text, locking, single) is None:
        return None
    parts = _Cutter(reference, wide_reference).gsm7(text, alphabet)
    if parts is None:
        raise EncodeError(f"the text needs more than {MAX_PARTS} parts")
    return Segmentation(parts, text, Encoding.GSM7)


def _check(text: str, reference: int, wide_reference: bool) -> None:
    if not 0 <= reference <= (0xFFFF if wide_reference else 0xFF):
        raise EncodeError(f"concatenation reference {reference} is out of range")
    if len(text) > MAX_CHARACTERS:
        raise EncodeError(f"the text needs more than {MAX_PARTS} parts")
    unsendable = _UNSENDABLE.search(text)
    if unsendable:
        raise EncodeError(f"the text holds U+{ord(unsendable[0]):04X}, which no phone can show")


@dataclass(frozen=True, slots=True)
class _Cutter:
    """Cuts under one concatenation reference. A method gives None when the text does not fit 255 parts."""

    reference: int
    wide: bool

    def best(self, text: str, *, prefer_tables: bool) -> tuple[Part, ...] | None:
        """The fewest parts that keep every character; on a tie the way that more phones show rightly."""
        plain = self.gsm7(text, _DEFAULT)
        if plain is not None and len(plain) == 1:
            return plain
        candidates = [plain, *(self.gsm7(text, alphabet) for alphabet in _PORTUGUESE)]
        if not prefer_tables or not any(candidates):
            candidates.insert(1, self.ucs2(text))
        return min((parts for parts in candidates if parts), key=len, default=None)

    def gsm7(self, text: str, alphabet: _Alphabet) -> tuple[Part, ...] | None:
        """Parts in GSM 7-bit; None also when a character is in neither table."""
        septets = encode_septets(text, alphabet.locking, alphabet.single)
        if septets is None:
            return None
        header = encode_header(alphabet.elements)
        if len(septets) <= septets_after(header):
            return (_gsm7_part(Concat(0, 1, 1), header, text, septets, alphabet),)
        room = septets_after(encode_header((self._concat(1, 1).element(), *alphabet.elements)))
        chunks = list(cut_septets(septets, room))
        if len(chunks) > MAX_PARTS:
            return None
        parts, start = [], 0
        for index, chunk in enumerate(chunks, 1):
            concat = self._concat(len(chunks), index)
            end = start + len(chunk) - chunk.count(ESCAPE)
            header = encode_header((concat.element(), *alphabet.elements))
            parts.append(_gsm7_part(concat, header, text[start:end], chunk, alphabet))
            start = end
        return tuple(parts)

    def ucs2(self, text: str) -> tuple[Part, ...] | None:
        """Parts in UCS-2, which as phones use it is UTF-16."""
        octets = text.encode("utf-16-be")
        if len(octets) <= MAX_USER_DATA_OCTETS:
            return (_ucs2_part(Concat(0, 1, 1), b"", text, octets),)
        room = (MAX_USER_DATA_OCTETS - len(encode_header((self._concat(1, 1).element(),)))) // 2 * 2
        chunks = list(cut_utf16(octets, room))
        if len(chunks) > MAX_PARTS:
            return None
        concats = [self._concat(len(chunks), index) for index in range(1, len(chunks) + 1)]
        return tuple(
            _ucs2_part(concat, encode_header((concat.element(),)), chunk.decode("utf-16-be"), chunk)
            for concat, chunk in zip(concats, chunks, strict=True)
        )

    def _concat(self, total: int, index: int) -> Concat:
        return Concat(self.reference, total, index, self.wide)


def septets_after(header: bytes) -> int:
    """How many septets fit behind an encoded header in one SMS."""
    return (MAX_USER_DATA_OCTETS - len(header)) * 8 // 7


def _gsm7_part(concat: Concat, header: bytes, text: str, septets: bytes, alphabet: _Alphabet) -> Part:
    udl, user_data = pack_user_data(header, septets)
    return Part(
        concat.index,
        concat.total,
        text,
        Encoding.GSM7,
        DCS_GSM7,
        bool(header),
        udl,
        user_data,
        alphabet.locking,
        alphabet.single,
    )


def _ucs2_part(concat: Concat, header: bytes, text: str, octets: bytes) -> Part:
    user_data = header + octets
    return Part(concat.index, concat.total, text, Encoding.UCS2, DCS_UCS2, bool(header), len(user_data), user_data)


def cut_septets(septets: bytes, room: int) -> Iterator[bytes]:
    """Chunks of at most `room` septet values (2 or more), no escape pair cut in two."""
    start = 0
    while start < len(septets):
        end = start + room
        # Encoding never puts the escape second in a pair, so one at the border always opens a pair.
        if end < len(septets) and septets[end - 1] == ESCAPE:
            end -= 1
        yield septets[start:end]
        start = end


def cut_utf16(octets: bytes, room: int) -> Iterator[bytes]:
    """Chunks of at most `room` octets (4 or more, even) of big-endian UTF-16, no surrogate pair cut in two."""
    start = 0
    while start < len(octets):
        end = start + room
        if end < len(octets) and octets[end - 2] & 0xFC == 0xD8:
            end -= 2
        yield octets[start:end]
        start = end
