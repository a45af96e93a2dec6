"""The user data header: information elements in front of the text (3GPP TS 23.040 §9.2.3.24).

Recado writes three kinds: concatenation, which tells a phone how to join parts, and the two national
language shifts. It reads ports too. An element it does not know is carried along and otherwise ignored, as
a receiver must; so is a known one with impossible contents, while a header that overruns itself makes the
whole message unreadable.
"""

from dataclasses import dataclass

from recado.gsm.alphabet import NationalTable
from recado.gsm.octets import OctetReader

CONCATENATED_8BIT = 0x00
PORTS_8BIT = 0x04
PORTS_16BIT = 0x05
CONCATENATED_16BIT = 0x08
SINGLE_SHIFT = 0x24
LOCKING_SHIFT = 0x25


@dataclass(frozen=True, slots=True)
class InformationElement:
    """One element: its identifier (IEI) and its data, length octet left out."""

    iei: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Concat:
    """Which part of which message this is (§9.2.3.24.1, §9.2.3.24.8); `index` counts from 1."""

    reference: int
    total: int
    index: int
    wide: bool = False

    def element(self) -> InformationElement:
        """The element that says so, with an 8- or a 16-bit reference."""
        tail = bytes((self.total, self.index))
        if self.wide:
            return InformationElement(CONCATENATED_16BIT, self.reference.to_bytes(2, "big") + tail)
        return InformationElement(CONCATENATED_8BIT, bytes((self.reference,)) + tail)


@dataclass(frozen=True, slots=True)
class Ports:
    """Application ports (§9.2.3.24.3, §9.2.3.24.4): such a message is for a program, not for a person."""

    destination: int
    origin: int
    wide: bool


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says that this package understands, and every element as it came."""

    elements: tuple[InformationElement, ...] = ()
    concat: Concat | None = None
    ports: Ports | None = None
    locking: NationalTable = NationalTable.DEFAULT
    single: NationalTable = NationalTable.DEFAULT


def encode_header(elements: tuple[InformationElement, ...]) -> bytes:
    """The header with its length octet (UDHL); nothing at all when there is no element."""
    if not elements:
        return b""
    body = b"".join([bytes((element.iei, len(element.data))) + element.data for element in elements])
    return bytes((len(body),)) + body


def decode_header(body: bytes) -> Header:
    """The elements of a header given without its UDHL octet; DecodeError when one runs past the end.

    When an element that may come once comes twice, the last one counts (§9.2.3.24).
    """
    reader, elements, end = OctetReader(body), [], len(body)
    position = 0
    while position < end:
        iei, length = reader.octet("IEI"), reader.octet("IE length")
        elements.append(InformationElement(iei, reader.take(length, f"IE {iei:02X}")))
        position += 2 + length
    last = {(element.iei, len(element.data)): element.data for element in elements}
    return Header(
        elements=tuple(elements),
        concat=_concat(last.get((CONCATENATED_8BIT, 3)), last.get((CONCATENATED_16BIT, 4))),
        ports=_ports(last.get((PORTS_8BIT, 2)), last.get((PORTS_16BIT, 4))),
        locking=_table(last.get((LOCKING_SHIFT, 1))),
        single=_table(last.get((SINGLE_SHIFT, 1))),
    )


def split_header(octets: bytes) -> tuple[Header, int]:
    """The header at the start of TP-UD and how many octets it takes, UDHL included (DecodeError when cut)."""
    reader = OctetReader(octets)
    length = reader.octet("UDHL")
    return decode_header(reader.take(length, "user data header")), length + 1


def _concat(narrow: bytes | None, wide: bytes | None) -> Concat | None:
    data = wide or narrow
    if data is None:
        return None
    total, index = data[-2], data[-1]
    if not 1 <= index <= total:
        return None
    return Concat(int.from_bytes(data[:-2], "big"), total, index, wide=wide is not None)


def _ports(narrow: bytes | None, wide: bytes | None) -> Ports | None:
    data = wide or narrow
    if data is None:
        return None
    half = len(data) // 2
    destination, origin = int.from_bytes(data[:half], "big"), int.from_bytes(data[half:], "big")
    return Ports(destination, origin, wide=wide is not None)


def _table(data: bytes | None) -> NationalTable:
    return NationalTable.DEFAULT if data is None else NationalTable.known(data[0])
